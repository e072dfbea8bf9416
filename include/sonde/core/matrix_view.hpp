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
}  // namespace detail

/// A matrix of floats that lies row after row and says so at compile time, as Eigen's types do.
template <class M>
concept RowMajorMatrix = detail::FloatMatrix<M> && static_cast<bool>(M::IsRowMajor);

/// A matrix of floats that lies column after column: its rows could only be had by copying them.
template <class M>
concept ColumnMajorMatrix = detail::FloatMatrix<M> && !static_cast<bool>(M::IsRowMajor);

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

    /// A column-major matrix would need a hidden copy: store it row-major instead.
    template <ColumnMajorMatrix M>
    MatrixView(const M& column_major_matrix) = delete;

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
