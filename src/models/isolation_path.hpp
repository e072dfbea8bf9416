// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

namespace sonde::detail {

/// The path length to expect in an isolation tree of n rows: that of an unsuccessful search in a binary search
/// tree (Liu, Ting, Zhou: Isolation forest, ICDM 2008, equation 1, with H(i) = ln(i) + Euler's constant).
[[nodiscard]] inline double average_path_length(double n) noexcept {
    constexpr double euler = 0.5772156649015329;
    if (n < 2) return 0;
    if (n < 3) return 1;
    return 2 * (std::log(n - 1) + euler) - 2 * (n - 1) / n;
}

}  // namespace sonde::detail
