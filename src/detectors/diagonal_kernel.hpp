// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace sonde::detail {

/// What is looked at: one mean and one inverse deviation per feature.
struct DiagonalTask {
    const double *mean, *inverse;
    std::size_t dimension;
};

/// Sums of ((x - mean) * inverse)^2 over the features of each row, in double; not finite for a row that is not.
/// A row gives the same bits alone and among others. With AVX2 and FMA where this machine has them.
/// \param rows  each `stride` floats after the one before
void diagonal_squares(const DiagonalTask& task, const float* rows, std::size_t stride, std::size_t count,
                      double* squares) noexcept;
/// Of one row.
[[nodiscard]] double diagonal_squares(const DiagonalTask& task, const float* row) noexcept;

}  // namespace sonde::detail
