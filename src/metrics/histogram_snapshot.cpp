// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/histogram_snapshot.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "metrics/bucket_quantile.hpp"
#include "metrics/snapshot_values.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/stats/log_linear.hpp"

namespace sonde {

using detail::max_precision;
using detail::min_precision;
using detail::Whole;

namespace {

/// Where a quantile falls: into `bucket`, which has values of rank `before` + 1 and up.
struct Place {
    const BucketCount* bucket;
    double rank;
    std::uint64_t before;
};

/// Ranks are found as whole numbers, so that no rounding of doubles moves one to the next bucket.
std::optional<Place> place_of(double q, std::uint64_t count,
                              const std::vector<BucketCount>& buckets) noexcept {
    if (count == 0 || !is_finite(q)) return std::nullopt;
    const double all = static_cast<double>(count);
    const double rank = std::clamp(q, 0.0, 1.0) * all;
    const std::uint64_t nth =
        rank >= all ? count : std::max(std::uint64_t{1}, static_cast<std::uint64_t>(detail::ceil(rank)));
    std::uint64_t before = 0;
    for (const BucketCount& bucket : buckets) {
        if (nth - before <= bucket.count) return Place{&bucket, rank, before};
        before += bucket.count;
    }
    return std::nullopt;
}

void check_precision(std::string_view where, unsigned precision_bits, unsigned finest) {
    if (precision_bits < min_precision || precision_bits > finest)
        fail(where, "precision_bits", precision_bits, "in [3, 10], and no finer than it is");
}

/// The same counts in coarser buckets, which hold the finer ones whole.
std::vector<BucketCount> coarser(const std::vector<BucketCount>& buckets, unsigned from, unsigned to) {
    if (from == to) return buckets;
    std::vector<BucketCount> result;
    for (const BucketCount& bucket : buckets) {
        const auto index = static_cast<std::uint32_t>(
            detail::log_linear_index(detail::log_linear_lower(bucket.index, from), to));
        if (result.empty() || result.back().index != index)
            result.push_back({index, bucket.count});
        else
            result.back().count += bucket.count;
    }
    return result;
}

std::vector<BucketCount> united(const std::vector<BucketCount>& left, const std::vector<BucketCount>& right) {
    std::vector<BucketCount> result;
    result.reserve(left.size() + right.size());
    auto next = left.begin();
    for (const BucketCount& bucket : right) {
        while (next != left.end() && next->index < bucket.index) result.push_back(*next++);
        result.push_back(bucket);
        if (next != left.end() && next->index == bucket.index) result.back().count += (next++)->count;
    }
    result.insert(result.end(), next, left.end());
    return result;
}

}  // namespace

template <class Value>
std::optional<Value> BasicSnapshot<Value>::quantile(double q) const noexcept {
    const auto place = place_of(q, count, buckets);
    if (!place) return std::nullopt;
    const std::uint64_t value =
        detail::value_at_rank(place->bucket->index, precision_bits, place->rank,
                              static_cast<double>(place->before), static_cast<double>(place->bucket->count));
    return std::clamp(Whole<Value>::back(value), min, max);
}

// A bucket that begins at a >= 2^(P + s) ends at a + 2^s - 1, and its middle is a + 2^(s - 1) - 1: at most
// 2^(s - 1) from any whole number x in it, and that far only from one above. So it is less than 2^-(P + 1) x
// off. Where `min` or `max` draws it in, it comes nearer to all values there are.
template <class Value>
std::optional<Value> BasicSnapshot<Value>::quantile_midpoint(double q) const noexcept {
    const auto place = place_of(q, count, buckets);
    if (!place) return std::nullopt;
    const std::uint64_t center = detail::log_linear_center(place->bucket->index, precision_bits);
    return std::clamp(Whole<Value>::back(center), min, max);
}

template <class Value>
std::optional<ValueRange<Value>> BasicSnapshot<Value>::quantile_range(double q) const noexcept {
    const auto place = place_of(q, count, buckets);
    if (!place) return std::nullopt;
    return ValueRange<Value>{
        std::max(Whole<Value>::back(detail::log_linear_lower(place->bucket->index, precision_bits)), min),
        std::min(Whole<Value>::back(detail::log_linear_upper(place->bucket->index, precision_bits)), max)};
}

template <class Value>
std::optional<Value> BasicSnapshot<Value>::mean() const noexcept {
    if (count == 0) return std::nullopt;
    const std::uint64_t exact = Whole<Value>::of(sum);
    if (exact < Whole<Value>::largest) return Whole<Value>::back(exact / count);
    const double mean = total * Whole<Value>::per_unit / static_cast<double>(count);
    if (mean >= static_cast<double>(Whole<Value>::largest)) return Whole<Value>::back(Whole<Value>::largest);
    return Whole<Value>::back(static_cast<std::uint64_t>(mean));
}

template <class Value>
std::optional<double> BasicSnapshot<Value>::rate() const noexcept {
    if (!covered || *covered <= Duration::zero()) return std::nullopt;
    return static_cast<double>(count) / seconds(*covered);
}

template <class Value>
std::uint64_t BasicSnapshot<Value>::count_up_to(Value bound) const noexcept {
    if (bound < Value{0}) return 0;
    const std::uint64_t limit = Whole<Value>::of(bound);
    std::uint64_t result = 0;
    for (const BucketCount& bucket : buckets) {
        const std::uint64_t lower = detail::log_linear_lower(bucket.index, precision_bits);
        const std::uint64_t upper = detail::log_linear_upper(bucket.index, precision_bits);
        if (lower > limit) break;
        if (upper <= limit)
            result += bucket.count;
        else
            result += detail::share_of(bucket.count, static_cast<double>(limit - lower + 1) /
                                                         static_cast<double>(upper - lower + 1));
    }
    return result;
}

template <class Value>
void BasicSnapshot<Value>::merge(const BasicSnapshot& other) {
    check_precision(Whole<Value>::name, precision_bits, max_precision);
    check_precision(Whole<Value>::name, other.precision_bits, max_precision);
    if (other.count > std::numeric_limits<std::uint64_t>::max() - count)
        fail(Whole<Value>::name, "count of both",
             static_cast<double>(count) + static_cast<double>(other.count), "below 2^64");
    const unsigned to = std::min(precision_bits, other.precision_bits);
    std::vector<BucketCount> both =
        united(coarser(buckets, precision_bits, to), coarser(other.buckets, other.precision_bits, to));
    // All time has an end for nobody, so it is the longest; an empty accumulator's says nothing.
    const bool nothing_here = count == 0 && !covered, nothing_there = other.count == 0 && !other.covered;
    if (nothing_here)
        covered = other.covered;
    else if (!nothing_there)
        covered = covered && other.covered ? std::max(covered, other.covered) : std::nullopt;
    if (other.count > 0) {
        max = count == 0 ? other.max : std::max(max, other.max);
        min = count == 0 ? other.min : std::min(min, other.min);
    }
    const std::uint64_t mine = Whole<Value>::of(sum), theirs = Whole<Value>::of(other.sum);
    sum = Whole<Value>::back(mine > Whole<Value>::largest - theirs ? Whole<Value>::largest : mine + theirs);
    total += other.total;
    count += other.count;
    buckets = std::move(both);
    precision_bits = to;
}

template <class Value>
void BasicSnapshot<Value>::coarsen(unsigned to) {
    check_precision(Whole<Value>::name, precision_bits, max_precision);
    check_precision(Whole<Value>::name, to, precision_bits);
    buckets = coarser(buckets, precision_bits, to);
    precision_bits = to;
}

template struct BasicSnapshot<std::uint64_t>;
template struct BasicSnapshot<Duration>;

}  // namespace sonde
