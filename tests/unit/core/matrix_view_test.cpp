// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/matrix_view.hpp"

#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"

using namespace sonde;

namespace {

/// What Eigen's Matrix looks like from outside.
template <bool RowMajor>
struct Dense {
    static constexpr bool IsRowMajor = RowMajor;
    std::vector<float> values;
    std::ptrdiff_t r, c;
    const float* data() const { return values.data(); }
    std::ptrdiff_t rows() const { return r; }
    std::ptrdiff_t cols() const { return c; }
};

/// What Eigen's block of a matrix looks like: rows lie further apart than they are long.
struct Block : Dense<true> {
    std::ptrdiff_t outer;
    std::ptrdiff_t outerStride() const { return outer; }
};

/// What Eigen's blocks and maps look like: 1, another number, or -1 for "known when it runs".
template <int InnerStride>
struct Strided : Dense<true> {
    enum { InnerStrideAtCompileTime = InnerStride };
    std::ptrdiff_t innerStride() const { return 1; }
};

/// Knows its stride when it runs only, whatever it is.
struct LateStride : Dense<true> {
    std::ptrdiff_t innerStride() const { return 1; }
};

/// A matrix library that does not say how its memory lies.
struct Silent {
    const float* data() const { return nullptr; }
    std::size_t rows() const { return 0; }
    std::size_t cols() const { return 0; }
};

static_assert(std::is_convertible_v<Dense<true>, MatrixView>);
static_assert(std::is_convertible_v<Block, MatrixView>);
static_assert(!std::is_convertible_v<Dense<false>, MatrixView>);
static_assert(!std::is_constructible_v<MatrixView, Dense<false>>);
static_assert(!std::is_constructible_v<MatrixView, Silent>);
static_assert(RowMajorMatrix<Block> && !RowMajorMatrix<Silent>);
static_assert(ScatteredMatrix<Dense<false>> && !ScatteredMatrix<Block> && !ScatteredMatrix<Silent>);

// The rows of a column-major matrix say that they are row-major; their floats do not adjoin.
static_assert(std::is_convertible_v<Strided<1>, MatrixView>);
static_assert(!std::is_constructible_v<MatrixView, Strided<-1>> && ScatteredMatrix<Strided<-1>>);
static_assert(!std::is_constructible_v<MatrixView, Strided<2>> && ScatteredMatrix<Strided<2>>);
static_assert(!std::is_constructible_v<MatrixView, LateStride> && ScatteredMatrix<LateStride>);

}  // namespace

TEST_CASE("MatrixView: without a stride the rows lie without gaps", "[core]") {
    const float data[] = {0, 1, 2, 3, 4, 5};
    const MatrixView view{data, 2, 3};
    CHECK(view.rows() == 2);
    CHECK(view.cols() == 3);
    CHECK(view.stride() == 3);
    CHECK(view.row(1).size() == 3);
    CHECK(view.row(1)[0] == 3);
    CHECK(view.data() == data);
}

TEST_CASE("MatrixView: a stride skips what lies between the rows", "[core]") {
    const float data[] = {0, 1, -1, 2, 3, -1};
    const MatrixView view{data, 2, 2, 3};
    CHECK(view.row(0)[1] == 1);
    CHECK(view.row(1)[0] == 2);
    CHECK(view.row(1)[1] == 3);
}

TEST_CASE("MatrixView: a stride below the columns is refused, one as wide is not", "[core][boundary]") {
    const float data[6] = {};
    CHECK_THROWS_AS((MatrixView{data, 2, 3, 2}), std::invalid_argument);
    CHECK_NOTHROW(MatrixView{data, 2, 3, 3});
}

TEST_CASE("MatrixView: looks at a row-major matrix of any library and copies nothing", "[core]") {
    const Dense<true> dense{{0, 1, 2, 3, 4, 5}, 3, 2};
    const MatrixView view = dense;
    CHECK(view.data() == dense.values.data());
    CHECK(view.rows() == 3);
    CHECK(view.row(2)[1] == 5);

    const Block block{{{0, 1, -1, -1, 2, 3, -1, -1}, 2, 2}, 4};
    const MatrixView part = block;
    CHECK(part.stride() == 4);
    CHECK(part.row(1)[1] == 3);
}

TEST_CASE("MatrixView: as it comes it is empty", "[core]") {
    CHECK(MatrixView{}.rows() == 0);
    CHECK(MatrixView{}.cols() == 0);
}
