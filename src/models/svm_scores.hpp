// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sonde/core/concepts.hpp"
#include "sonde/models/svm_kernel.hpp"

namespace sonde::detail {

/// log(sum of c_i k(x_i, x) / sum of c_i), of an RBF expansion without negative coefficients, in double, however far
/// the row is: exponents are taken less the smallest.
/// \param without  a support vector that does not count; number of them: all count
[[nodiscard]] double log_share(const SvmExpansion& expansion, const Row& row, std::size_t without) noexcept;

/// Scales values of at least 0 so that they sum to `total`; where all are 0 all get the same.
void scale_to(std::span<double> values, double total) noexcept;

}  // namespace sonde::detail
