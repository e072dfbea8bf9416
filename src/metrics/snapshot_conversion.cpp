// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <utility>

#include "metrics/snapshot_values.hpp"
#include "sonde/metrics/histogram_snapshot.hpp"

namespace sonde {

using detail::clamped_duration;
using Nanoseconds = detail::Whole<Duration>;

LatencySnapshot as_durations(HistogramSnapshot ns) {
    LatencySnapshot result;
    result.count = ns.count;
    result.sum = clamped_duration(ns.sum);
    result.total = ns.total / Nanoseconds::per_unit;
    result.max = clamped_duration(ns.max);
    result.min = clamped_duration(ns.min);
    result.covered = ns.covered;
    result.buckets = std::move(ns.buckets);
    result.precision_bits = ns.precision_bits;
    return result;
}

HistogramSnapshot as_nanoseconds(LatencySnapshot durations) {
    HistogramSnapshot result;
    result.count = durations.count;
    result.total = durations.total * Nanoseconds::per_unit;
    result.sum = Nanoseconds::of(durations.sum);
    if (durations.sum == Duration::max())
        result.sum = result.total < 0x1p64 ? static_cast<std::uint64_t>(result.total)
                                           : std::numeric_limits<std::uint64_t>::max();
    result.max = Nanoseconds::of(durations.max);
    result.min = Nanoseconds::of(durations.min);
    result.covered = durations.covered;
    result.buckets = std::move(durations.buckets);
    result.precision_bits = durations.precision_bits;
    return result;
}

}  // namespace sonde
