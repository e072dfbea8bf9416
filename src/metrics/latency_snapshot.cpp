// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/latency_snapshot.hpp"

#include <algorithm>
#include <limits>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/stats/log_linear.hpp"

namespace sonde {

namespace {

/// `share` of `whole`, rounded down, never more than it: a double may round 2^63 - 1 up.
std::uint64_t share_of(std::uint64_t whole, double share) noexcept {
    const double part = static_cast<double>(whole) * share;
    if (part >= static_cast<double>(whole)) return whole;
    return static_cast<std::uint64_t>(part);
}

}  // namespace

std::optional<Duration> LatencySnapshot::quantile(double q) const noexcept {
    if (count == 0 || !is_finite(q)) return std::nullopt;
    const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(count);
    double before = 0;
    for (const LatencyBucket& bucket : buckets) {
        const double here = static_cast<double>(bucket.count);
        if (before + here < rank && &bucket != &buckets.back()) {
            before += here;
            continue;
        }
        const std::uint64_t lower = detail::log_linear_lower(bucket.index, precision_bits);
        const std::uint64_t upper = detail::log_linear_upper(bucket.index, precision_bits);
        const double inside = std::clamp((rank - before) / here, 0.0, 1.0);
        const Duration value{static_cast<std::int64_t>(lower + share_of(upper - lower, inside))};
        return std::clamp(value, min, max);
    }
    return std::nullopt;
}

std::optional<Duration> LatencySnapshot::mean() const noexcept {
    if (count == 0) return std::nullopt;
    return Duration{static_cast<std::int64_t>(static_cast<std::uint64_t>(sum.count()) / count)};
}

std::optional<double> LatencySnapshot::rate() const noexcept {
    if (!covered || *covered <= Duration::zero()) return std::nullopt;
    return static_cast<double>(count) / seconds(*covered);
}

std::uint64_t LatencySnapshot::count_up_to(Duration bound) const noexcept {
    if (bound < Duration::zero()) return 0;
    const auto limit = static_cast<std::uint64_t>(bound.count());
    std::uint64_t result = 0;
    for (const LatencyBucket& bucket : buckets) {
        const std::uint64_t lower = detail::log_linear_lower(bucket.index, precision_bits);
        const std::uint64_t upper = detail::log_linear_upper(bucket.index, precision_bits);
        if (lower > limit) break;
        if (upper <= limit)
            result += bucket.count;
        else
            result += share_of(bucket.count, static_cast<double>(limit - lower + 1) /
                                                 static_cast<double>(upper - lower + 1));
    }
    return result;
}

void LatencySnapshot::merge(const LatencySnapshot& other) {
    if (other.precision_bits != precision_bits)
        fail("LatencySnapshot", "precision_bits", other.precision_bits, "the same in both");
    if (other.count == 0) return;
    std::vector<LatencyBucket> both;
    both.reserve(buckets.size() + other.buckets.size());
    auto mine = buckets.cbegin();
    for (const LatencyBucket& theirs : other.buckets) {
        while (mine != buckets.cend() && mine->index < theirs.index) both.push_back(*mine++);
        both.push_back(theirs);
        if (mine != buckets.cend() && mine->index == theirs.index) both.back().count += (mine++)->count;
    }
    both.insert(both.end(), mine, buckets.cend());
    max = count == 0 ? other.max : std::max(max, other.max);
    min = count == 0 ? other.min : std::min(min, other.min);
    count += other.count;
    // In uint64, where a wrap is defined: `sum` says when it comes.
    sum = Duration{static_cast<std::int64_t>(static_cast<std::uint64_t>(sum.count()) +
                                             static_cast<std::uint64_t>(other.sum.count()))};
    if (other.covered) covered = std::max(covered.value_or(Duration::zero()), *other.covered);
    buckets = std::move(both);
}

}  // namespace sonde
