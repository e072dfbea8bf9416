// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/wilson.hpp"

#include <algorithm>
#include <cmath>

#include "sonde/core/numeric.hpp"

namespace sonde {

Interval wilson_interval(std::uint64_t failed, std::uint64_t total, double confidence) noexcept {
    if (total == 0 || !is_finite(confidence) || confidence <= 0 || confidence >= 1) return {};
    failed = std::min(failed, total);
    const double z = normal_quantile(0.5 + confidence / 2);
    const double n = static_cast<double>(total), p = static_cast<double>(failed) / n;
    const double scale = 1 / (1 + z * z / n);
    const double center = scale * (p + z * z / (2 * n));
    const double reach = scale * z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    // At the ends the formula gives exactly 0 and 1, but for rounding.
    return {failed == 0 ? 0.0 : std::max(0.0, center - reach),
            failed == total ? 1.0 : std::min(1.0, center + reach)};
}

}  // namespace sonde
