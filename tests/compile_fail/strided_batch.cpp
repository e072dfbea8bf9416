// SPDX-License-Identifier: Apache-2.0
#include <sonde/core/matrix_view.hpp>

#include <cstddef>

// Looks like Eigen::Block: a row of a column-major matrix says that it is row-major, with gaps.
template <int InnerStride>
struct Block {
    enum { IsRowMajor = true, InnerStrideAtCompileTime = InnerStride };
    [[nodiscard]] const float* data() const { return values; }
    [[nodiscard]] std::ptrdiff_t rows() const { return 1; }
    [[nodiscard]] std::ptrdiff_t cols() const { return 2; }
    float values[4] = {};
};

std::size_t rows_of(sonde::MatrixView batch) { return batch.rows(); }

#ifdef SONDE_MUST_NOT_COMPILE
std::size_t rows() { return rows_of(Block<-1>{}); }
#else
std::size_t rows() { return rows_of(Block<1>{}); }
#endif
