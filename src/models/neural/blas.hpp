// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace sonde::detail {

/// A matrix of floats without gaps.
struct DenseMatrix {
    const float* values;
    std::size_t inputs, outputs;
    bool transposed;  ///< a row per output, not per input
};

/// Whether this build has a BLAS (SONDE_WITH_BLAS), and the matrix a size from which on it is faster than our kernels
/// (docs/adr/0016-blas-for-wide-layers.md).
[[nodiscard]] bool blas_is_faster(std::size_t inputs, std::size_t outputs) noexcept;

/// out = rows * matrix, by the BLAS. \param rows  `count` rows of `matrix.inputs`, without gaps
void multiply_by_blas(const float* rows, std::size_t count, const DenseMatrix& matrix, float* out) noexcept;

}  // namespace sonde::detail
