// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "sonde/core/error.hpp"

namespace sonde {

namespace detail {
template <class M>
concept FloatMatrix = requires(const M& m) {
    { m.data() } -> std::convertible_to<const float*>;
    { m.rows() } -> std::convertible_to<std::ptrdiff_t>;
    { m.cols() } -> std::convertible_to<std::ptrdiff_t>;
    static_cast<bool>(M::IsRowMajor);
};

/// The floats of a row, or column, adjoin. A type that knows of a stride has to say at compile time that it
/// is 1, as Eigen's do.
template <class M>
constexpr bool elements_adjoin() noexcept {
    if constexpr (requires { M::InnerStrideAtCompileTime; })
        return static_cast<int>(M::InnerStrideAtCompileTime) == 1;
    else
        return !requires(const M& m) { m.innerStride(); };
}
}  // namespace detail

/// A matrix of floats that lies row after row, each without gaps, and says so at compile time, as Eigen's
/// types do.
template <class M>
concept RowMajorMatrix =
    detail::FloatMatrix<M> && static_cast<bool>(M::IsRowMajor) && detail::elements_adjoin<M>();

/// A matrix of floats whose rows could only be had by copying them: it lies column after column, or has
/// gaps in its rows, as Eigen's `column_major.row(0)` has.
template <class M>
concept ScatteredMatrix = detail::FloatMatrix<M> && !RowMajorMatrix<M>;

/// A batch that somebody else owns: `rows` feature vectors of `cols` floats, row-major, each `stride`
/// floats after the one before. Valid as long as the memory it looks at. Threading: immutable.
class MatrixView {
public:
    constexpr MatrixView() noexcept = default;

    /// \param data  host memory, [rows x cols], without gaps
    constexpr MatrixView(const float* data, std::size_t rows, std::size_t cols) noexcept
        : data_{data}, rows_{rows}, cols_{cols}, stride_{cols} {}

    /// \param stride  floats from the start of a row to the start of the next
    /// \throws std::invalid_argument  stride is smaller than cols
    constexpr MatrixView(const float* data, std::size_t rows, std::size_t cols, std::size_t stride)
        : data_{data}, rows_{rows}, cols_{cols}, stride_{stride} {
        if (stride < cols) fail("MatrixView", "stride", static_cast<double>(stride), "at least cols");
    }

    /// Looks at a row-major matrix of any library. Nothing is copied.
    template <RowMajorMatrix M>
    constexpr MatrixView(const M& matrix) noexcept
        : MatrixView{matrix.data(), static_cast<std::size_t>(matrix.rows()),
                     static_cast<std::size_t>(matrix.cols())} {
        if constexpr (requires { matrix.outerStride(); })
            stride_ = static_cast<std::size_t>(matrix.outerStride());
    }

    /// Would need a hidden copy: store the matrix row-major instead.
    template <ScatteredMatrix M>
    MatrixView(const M& scattered_matrix) = delete;

    [[nodiscard]] constexpr const float* data() const noexcept { return data_; }
    [[nodiscard]] constexpr std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] constexpr std::size_t cols() const noexcept { return cols_; }
    [[nodiscard]] constexpr std::size_t stride() const noexcept { return stride_; }

    /// Row `i`, below rows(); unchecked.
    [[nodiscard]] constexpr std::span<const float> row(std::size_t i) const noexcept {
        return {data_ + i * stride_, cols_};
    }

private:
    const float* data_ = nullptr;
    std::size_t rows_ = 0, cols_ = 0, stride_ = 0;
};

}  // namespace sonde
