// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "sonde/models/svc.hpp"

namespace sonde::detail {

/// In [1e-300, 1].
[[nodiscard]] double probability_of(const PlattScaling& scaling, double decision) noexcept;

/// The scaling under which the labels are the likeliest, by Newton's method with a backtracking line search, on
/// Platt's targets (n1 + 1) / (n1 + 2) and 1 / (n0 + 2) (Lin, Lin, Weng: A note on Platt's probabilistic outputs for
/// support vector machines, Machine Learning 68, 2007, algorithm 1).
/// \param decisions  of rows that the machine was not fitted to, finite
/// \param labels     0 or 1, one each
[[nodiscard]] PlattScaling fit_platt(std::span<const double> decisions, std::span<const std::uint8_t> labels);

}  // namespace sonde::detail
