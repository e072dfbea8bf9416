// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "sonde/stats/log_linear.hpp"

namespace sonde::detail {

/// `share` of `whole`, rounded down, never more than it: a double may round 2^63 - 1 up.
[[nodiscard]] inline std::uint64_t share_of(std::uint64_t whole, double share) noexcept {
    const double part = static_cast<double>(whole) * share;
    if (part >= static_cast<double>(whole)) return whole;
    return static_cast<std::uint64_t>(part);
}

/// The value at `rank`, a number of values, in a bucket that has `here` of them after `before` in those
/// below: as if they were spread evenly.
[[nodiscard]] inline std::uint64_t value_at_rank(std::size_t index, unsigned precision_bits, double rank,
                                                 double before, double here) noexcept {
    const std::uint64_t lower = log_linear_lower(index, precision_bits);
    const std::uint64_t upper = log_linear_upper(index, precision_bits);
    return lower + share_of(upper - lower, std::clamp((rank - before) / here, 0.0, 1.0));
}

}  // namespace sonde::detail
