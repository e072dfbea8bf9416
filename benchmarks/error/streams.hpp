// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/histogram.hpp"
#include "sonde/stats/log_linear.hpp"

// The streams that quantiles are held against, and how far off they are: for the table in docs/recording.md
// and for the test that keeps it true.
namespace sonde::quantile_error {

using Values = std::vector<std::uint64_t>;

inline constexpr std::array<double, 5> quantiles{0.5, 0.9, 0.95, 0.99, 0.999};

/// Durations in nanoseconds.
struct Stream {
    std::string_view name;
    double (*draw)(Rng&);
};

/// Two services behind one name: `share` of the requests take 1 ms, the others 80 ms, give or take 5 %.
inline double two_modes(Rng& rng, double share) {
    return (rng.uniform() < share ? 1e6 : 80e6) * (1 + 0.05 * rng.normal());
}

inline constexpr Stream lognormal{"lognormal", [](Rng& rng) { return 20e6 * std::exp(0.5 * rng.normal()); }};
inline constexpr Stream bimodal{"bimodal", [](Rng& rng) { return two_modes(rng, 0.7); }};
inline constexpr Stream pareto{"Pareto",
                               [](Rng& rng) { return 1e5 * std::pow(1 - rng.uniform(), -1 / 1.1); }};
/// Its p90 falls between the modes, where a bucket has one value or two.
inline constexpr Stream gap{"bimodal, p90 in the gap", [](Rng& rng) { return two_modes(rng, 0.9); }};

inline Values sorted_values(const Stream& stream, std::size_t n, std::uint64_t seed) {
    Rng rng{seed};
    Values values(n);
    for (std::uint64_t& value : values) value = static_cast<std::uint64_t>(std::max(0.0, stream.draw(rng)));
    std::sort(values.begin(), values.end());
    return values;
}

/// Every other value at the lower end of its bucket, or every one, or none; all others at the upper end.
enum class Ends { lower, upper, both };
inline Values at_ends(Values sorted, unsigned precision_bits, Ends ends) {
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const std::size_t bucket = detail::log_linear_index(sorted[i], precision_bits);
        const bool lower = ends == Ends::lower || (ends == Ends::both && i % 2 == 0);
        sorted[i] = lower ? detail::log_linear_lower(bucket, precision_bits)
                          : detail::log_linear_upper(bucket, precision_bits);
    }
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

/// The value of rank ceil(q n).
inline std::uint64_t exact(const Values& sorted, double q) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

/// As a share of the exact value.
inline double error(std::uint64_t estimate, std::uint64_t exact) {
    const std::uint64_t off = estimate > exact ? estimate - exact : exact - estimate;
    return off == 0 ? 0 : static_cast<double>(off) / static_cast<double>(exact);
}

/// Of `quantile` and of `quantile_midpoint`.
struct Errors {
    std::array<double, quantiles.size()> interpolated{}, midpoint{};
    bool in_range = true;  ///< each exact value was in its `quantile_range`

    [[nodiscard]] double largest() const {
        return *std::max_element(interpolated.begin(), interpolated.end());
    }
    [[nodiscard]] double largest_midpoint() const {
        return *std::max_element(midpoint.begin(), midpoint.end());
    }
};

inline Errors errors_of(const Values& sorted, unsigned precision_bits) {
    Histogram histogram{{.precision_bits = precision_bits}};
    histogram.observe(sorted);
    const HistogramSnapshot snapshot = histogram.snapshot();
    Errors errors;
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
        const std::uint64_t truth = exact(sorted, quantiles[i]);
        const auto range = *snapshot.quantile_range(quantiles[i]);
        errors.interpolated[i] = error(*snapshot.quantile(quantiles[i]), truth);
        errors.midpoint[i] = error(*snapshot.quantile_midpoint(quantiles[i]), truth);
        errors.in_range = errors.in_range && range.lower <= truth && truth <= range.upper;
    }
    return errors;
}

}  // namespace sonde::quantile_error
