// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace peers {

/// One figure for each round. Figures of the same round were taken next to each other, so that whatever
/// slowed the machine down slowed both: they are compared round by round.
using Rounds = std::vector<double>;

/// The value below which a share `q` lies. `values` has at least one.
inline double quantile(Rounds values, double q) {
    const auto rank = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    return values[static_cast<std::size_t>(rank)];
}

/// The same for readings of a counter that moves in steps: those of one step are spread evenly over it.
inline double grouped_quantile(Rounds values, double q, double step) {
    const double rank = q * static_cast<double>(values.size());
    const double at = quantile(values, q);
    const auto count = [&](auto matches) {
        return static_cast<double>(std::count_if(values.begin(), values.end(), matches));
    };
    const double below = count([&](double v) { return v < at; });
    const double here = count([&](double v) { return v == at; });
    return at - step + step * std::clamp((rank - below) / here, 0.0, 1.0);
}

inline double median(const Rounds& values) { return quantile(values, 0.5); }

/// `combine(a, b)` of each round.
template <class Combine>
Rounds pairwise(const Rounds& a, const Rounds& b, Combine combine) {
    Rounds result(a.size());
    std::transform(a.begin(), a.end(), b.begin(), result.begin(), combine);
    return result;
}
inline Rounds ratios(const Rounds& a, const Rounds& b) {
    return pairwise(a, b, [](double x, double y) { return x / y; });
}
inline Rounds differences(const Rounds& a, const Rounds& b) {
    return pairwise(a, b, [](double x, double y) { return x - y; });
}

}  // namespace peers
