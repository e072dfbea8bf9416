// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "metrics/packed_counts.hpp"
#include "sonde/metrics/histogram_snapshot.hpp"

namespace sonde::detail {

/// What all threads together had counted in a histogram at some moment.
struct HistogramTotals {
    std::uint64_t sum = 0;                  ///< modulo 2^64
    std::uint64_t lowest = 0, highest = 0;  ///< of all time
    std::vector<BucketCount> buckets;       ///< those that are not empty, ascending
    unsigned precision_bits = 6;
};

/// The same as it is kept for windows: a tenth of the size.
struct HistogramPast {
    PackedCounts buckets;
    std::uint64_t sum = 0;

    [[nodiscard]] static HistogramPast of(const HistogramTotals& totals);
};

/// Over all time.
[[nodiscard]] HistogramSnapshot snapshot_of(HistogramTotals totals);

/// What came since; absent when nothing did. The extremes of all time are the window's where they
/// fall into its outermost buckets; elsewhere the far edge of the bucket is what can be said.
[[nodiscard]] std::optional<HistogramSnapshot> window_of(HistogramTotals totals, const HistogramPast& before,
                                                         Duration covered);

}  // namespace sonde::detail
