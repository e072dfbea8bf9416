// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace sonde::testing {

/// Type 7 of Hyndman and Fan by its definition, in extended precision.
inline double exact_quantile(std::vector<double> values, double q) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const long double rank = static_cast<long double>(q) * static_cast<long double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(rank));
    const std::size_t above = std::min(below + 1, values.size() - 1);
    const long double low = values[below], high = values[above];
    return static_cast<double>(low + (high - low) * (rank - static_cast<long double>(below)));
}

inline double exact_mad(const std::vector<double>& values) {
    const double center = exact_quantile(values, 0.5);
    std::vector<double> distances;
    for (const double x : values) distances.push_back(std::abs(x - center));
    return exact_quantile(distances, 0.5);
}

inline double exact_mean(const std::vector<double>& values) {
    long double sum = 0;
    for (const double x : values) sum += x;
    return values.empty() ? 0 : static_cast<double>(sum / static_cast<long double>(values.size()));
}

/// Of the sample, in two passes.
inline double exact_variance(const std::vector<double>& values) {
    if (values.size() < 2) return 0;
    long double sum = 0, squares = 0;
    for (const double x : values) sum += x;
    const long double mean = sum / static_cast<long double>(values.size());
    for (const double x : values) squares += (x - mean) * (x - mean);
    return static_cast<double>(squares / static_cast<long double>(values.size() - 1));
}

}  // namespace sonde::testing
