// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sonde {

/// Where a ratio may lie.
struct Interval {
    double lower = 0, upper = 1;
};

/// The Wilson score interval of a share that was observed as `failed` of `total`: unlike the normal
/// approximation it stays in [0, 1] and says something sensible for 0 of n (Wilson: Probable inference,
/// the law of succession, and statistical inference, JASA 22, 1927, without continuity correction).
/// \param total       0 gives [0, 1]: nothing is known
/// \param failed      at most `total`; more is taken as all
/// \param confidence  in (0, 1), two-sided; anything else gives [0, 1]
[[nodiscard]] Interval wilson_interval(std::uint64_t failed, std::uint64_t total,
                                       double confidence = 0.95) noexcept;

}  // namespace sonde
