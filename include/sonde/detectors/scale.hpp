// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sonde/core/numeric.hpp"
#include "sonde/stats/range.hpp"

namespace sonde {

/// Which departures count: a latency alarm wants `above` only.
enum class Side : std::uint8_t { both, above, below };

namespace detail {

/// No distance in units of a scale is larger, so that every score and its square are finite.
inline constexpr double largest_ratio = 1e18;

/// Values beyond this are taken as this; the statistics would refuse them from 3e144 on.
inline constexpr double largest_magnitude = 1e140;
static_assert(largest_magnitude < largest_value);

/// A double resolves a mean to about 1e-16 of its size; a scale below this part of it is rounding.
inline constexpr double resolution = 1e-12;

[[nodiscard]] inline double bounded(double x) noexcept {
    if (x > largest_magnitude) return largest_magnitude;
    return x < -largest_magnitude ? -largest_magnitude : x;
}

/// How far x lies from the centre on the side that counts; 0 on the other one.
[[nodiscard]] inline double departure(double x, double centre, Side side) noexcept {
    const double delta = x - centre;
    if (side == Side::above) return delta > 0 ? delta : 0;
    if (side == Side::below) return delta < 0 ? -delta : 0;
    return delta < 0 ? -delta : delta;
}

/// distance / scale, at most largest_ratio; 0 when the distance is 0, whatever the scale.
[[nodiscard]] inline double capped_ratio(double distance, double scale) noexcept {
    if (!(distance > 0)) return 0;
    return distance / largest_ratio >= scale ? largest_ratio : distance / scale;
}

/// The scale to divide by: at least the floor that the user set, and above the rounding of the centre.
[[nodiscard]] inline double floored_scale(double scale, double floor, double centre) noexcept {
    const double rounding = resolution * abs(centre);
    const double least = floor > rounding ? floor : rounding;
    return scale > least ? scale : least;
}

/// Makes the median absolute deviation estimate the standard deviation of normal data:
/// 1 / normal_quantile(0.75) (Hampel, JASA 69, 1974).
inline constexpr double mad_to_stddev = 1.482602218505602;
/// The same for the mean absolute deviation: sqrt(pi / 2).
inline constexpr double mean_deviation_to_stddev = 1.2533141373155001;

/// The standard deviation that the deviations from the median speak for: 1.4826 MAD, or, where more than
/// half of the values are equal and the MAD says nothing, 1.2533 times the mean absolute deviation
/// (Iglewicz, Hoaglin, How to Detect and Handle Outliers, 1993). Cost: O(1), else O(n).
template <class Values>
[[nodiscard]] double robust_scale(const Values& values, std::size_t n, double median, double mad) noexcept {
    if (mad > 0 || n == 0) return mad_to_stddev * mad;
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += abs(values[i] - median);
    return mean_deviation_to_stddev * sum / static_cast<double>(n);
}

}  // namespace detail
}  // namespace sonde
