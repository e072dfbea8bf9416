// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/histogram_snapshot.hpp"
#include "sonde/stats/log_linear.hpp"

namespace sonde::testing {

using Values = std::vector<std::uint64_t>;

/// The snapshot of these values by the definition; the sum wraps.
inline HistogramSnapshot snapshot_of(const Values& values, unsigned precision_bits) {
    std::map<std::size_t, std::uint64_t> counts;
    HistogramSnapshot result;
    result.precision_bits = precision_bits;
    for (const std::uint64_t value : values) {
        ++counts[detail::log_linear_index(value, precision_bits)];
        result.sum += value;
        result.total += static_cast<double>(value);
    }
    for (const auto& [index, n] : counts) result.buckets.push_back({static_cast<std::uint32_t>(index), n});
    result.count = values.size();
    if (values.empty()) return result;
    result.min = *std::min_element(values.begin(), values.end());
    result.max = *std::max_element(values.begin(), values.end());
    return result;
}

/// Of every size up to 2^63 - 1.
inline Values random_values(std::uint64_t seed, std::size_t n) {
    Rng rng{seed};
    Values values(n);
    for (std::uint64_t& value : values) value = (rng.next() >> 1) >> rng.below(63);
    return values;
}

}  // namespace sonde::testing
