// SPDX-License-Identifier: Apache-2.0
#include "metrics/histogram_totals.hpp"

#include <algorithm>

#include "metrics/wide_sum.hpp"
#include "sonde/stats/log_linear.hpp"

namespace sonde::detail {

namespace {

/// Largest and smallest as far as the buckets know, within what was recorded in all. A thread stores its
/// extremes before it counts the bucket; a snapshot is sound either way: min and max never leave the
/// outermost buckets.
void bound_extremes(HistogramSnapshot& snapshot, const HistogramTotals& totals) {
    if (snapshot.buckets.empty()) return;
    const unsigned P = snapshot.precision_bits;
    const std::size_t first = snapshot.buckets.front().index, last = snapshot.buckets.back().index;
    snapshot.min = std::clamp(totals.lowest, log_linear_lower(first, P), log_linear_upper(first, P));
    snapshot.max = std::clamp(totals.highest, log_linear_lower(last, P), log_linear_upper(last, P));
}

HistogramSnapshot finished(HistogramTotals totals) {
    HistogramSnapshot result;
    result.precision_bits = totals.precision_bits;
    result.buckets = std::move(totals.buckets);
    for (const BucketCount& bucket : result.buckets) result.count += bucket.count;
    const WideSum sum = wide_sum(totals.sum, result.buckets, result.precision_bits);
    result.sum = sum.saturated;
    result.total = sum.total;
    bound_extremes(result, totals);
    return result;
}

}  // namespace

HistogramPast HistogramPast::of(const HistogramTotals& totals) {
    HistogramPast past;
    for (const BucketCount& bucket : totals.buckets) past.buckets.append(bucket.index, bucket.count);
    past.buckets.shrink();
    past.sum = totals.sum;
    return past;
}

HistogramSnapshot snapshot_of(HistogramTotals totals) { return finished(std::move(totals)); }

std::optional<HistogramSnapshot> window_of(HistogramTotals totals, const HistogramPast& before,
                                           Duration covered) {
    PackedCounts::Cursor past{before.buckets};
    for (BucketCount& bucket : totals.buckets) bucket.count -= past.at(bucket.index);
    std::erase_if(totals.buckets, [](const BucketCount& bucket) { return bucket.count == 0; });
    if (totals.buckets.empty()) return std::nullopt;
    totals.sum -= before.sum;
    HistogramSnapshot result = finished(std::move(totals));
    result.covered = covered;
    return result;
}

}  // namespace sonde::detail
