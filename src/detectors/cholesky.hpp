// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace sonde::detail {

// A lower triangular matrix of d columns, packed: column k holds rows k .. d-1 and follows column k-1, so
// that the inner loops below run over neighbours.

/// Elements of the packed matrix.
[[nodiscard]] constexpr std::size_t packed_size(std::size_t d) noexcept { return d * (d + 1) / 2; }

/// Where column k begins, with its diagonal element.
[[nodiscard]] constexpr std::size_t packed_column(std::size_t d, std::size_t k) noexcept {
    return k * d - k * (k - 1) / 2;
}

/// Makes L the factor of keep^2 L L^T + x x^T, by Givens rotations (Golub, Van Loan, Matrix Computations,
/// 4th ed., 6.5.4); L may be singular. Cost: O(d^2). Destroys `x`.
void update_factor(double* factor, std::size_t d, double keep, double* x) noexcept;

/// The sum of z_i^2 with L z = y, where the diagonal of L is taken from `inverse_pivot`. From row `first`
/// on; the rows before it are 0. Cost: O(d^2). Leaves z in `y`.
[[nodiscard]] double forward_squares(const double* factor, const double* inverse_pivot, std::size_t d,
                                     std::size_t first, double* y) noexcept;

/// Solves L^T v = z, with the same diagonal. Cost: O(d^2). Leaves v in `z`.
void backward(const double* factor, const double* inverse_pivot, std::size_t d, double* z) noexcept;

}  // namespace sonde::detail
