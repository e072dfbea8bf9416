// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sonde::detail {

/// Keeps the density of duplicates finite; scikit-learn's.
inline constexpr double least_reach = 1e-10, highest_density = 1 / least_reach;

/// Local reachability density. \param reach  sum of the reachability distances to `count` neighbours
[[nodiscard]] inline double density(double reach, double count) noexcept {
    return 1 / (reach / count + least_reach);
}

}  // namespace sonde::detail
