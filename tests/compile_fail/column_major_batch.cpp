// SPDX-License-Identifier: Apache-2.0
#include <sonde/core/matrix_view.hpp>

#include <cstddef>

// Looks like Eigen::MatrixXf; its rows could only be had by copying them.
template <bool RowMajor>
struct Matrix {
    enum { IsRowMajor = RowMajor };
    [[nodiscard]] const float* data() const { return values; }
    [[nodiscard]] std::ptrdiff_t rows() const { return 2; }
    [[nodiscard]] std::ptrdiff_t cols() const { return 2; }
    float values[4] = {};
};

std::size_t rows_of(sonde::MatrixView batch) { return batch.rows(); }

#ifdef SONDE_MUST_NOT_COMPILE
std::size_t rows() { return rows_of(Matrix<false>{}); }
#else
std::size_t rows() { return rows_of(Matrix<true>{}); }
#endif
