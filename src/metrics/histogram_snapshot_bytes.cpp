// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string_view>

#include "metrics/snapshot_values.hpp"
#include "sonde/core/error.hpp"
#include "sonde/metrics/histogram_snapshot.hpp"
#include "sonde/recording/histogram_cells.hpp"
#include "sonde/stats/log_linear.hpp"

namespace sonde {

using detail::max_precision;
using detail::min_precision;
using detail::Whole;

namespace {

constexpr double largest_total =
    0x1p128;  ///< 2^64 values below 2^64; far from what merges could add to infinity

/// A whole number that a `Value` can hold.
template <class Value>
Value read_value(ByteReader& reader) {
    const std::uint64_t whole = reader.u64();
    if (whole > Whole<Value>::largest) fail_format(Whole<Value>::name, "a value out of range");
    return Whole<Value>::back(whole);
}

/// Ascending, none of them empty; that `fits` bounds the last one bounds them all. `count` becomes their sum.
std::vector<BucketCount> read_buckets(ByteReader& reader, std::string_view where, std::uint64_t& count) {
    std::vector<BucketCount> buckets(reader.length(12));
    std::size_t next = 0;
    for (BucketCount& bucket : buckets) {
        bucket.index = reader.u32();
        bucket.count = reader.u64();
        if (bucket.index < next) fail_format(where, "a bucket out of order");
        if (bucket.count == 0) fail_format(where, "a bucket with nothing in it");
        if (bucket.count > std::numeric_limits<std::uint64_t>::max() - count)
            fail_format(where, "more values than can be counted");
        count += bucket.count;
        next = std::size_t{bucket.index} + 1;
    }
    return buckets;
}

/// The extremes can be recorded and are in the outermost buckets, or they are 0 where nothing was seen.
bool fits(std::uint64_t min, std::uint64_t max, const std::vector<BucketCount>& buckets,
          unsigned precision_bits) {
    if (buckets.empty()) return min == 0 && max == 0;
    return min <= max && max <= detail::largest_recordable &&
           detail::log_linear_index(min, precision_bits) == buckets.front().index &&
           detail::log_linear_index(max, precision_bits) == buckets.back().index;
}

}  // namespace

// `count` is not written: it is the sum of the buckets.
template <class Value>
void BasicSnapshot<Value>::write(ByteWriter& writer) const {
    writer.u8(static_cast<std::uint8_t>(precision_bits));
    for (const Value value : {sum, min, max}) writer.u64(Whole<Value>::of(value));
    writer.f64(total);
    writer.u8(covered ? 1 : 0);
    if (covered) writer.u64(Whole<Duration>::of(*covered));
    writer.u64(buckets.size());
    for (const BucketCount& bucket : buckets) {
        writer.u32(bucket.index);
        writer.u64(bucket.count);
    }
}

template <class Value>
BasicSnapshot<Value> BasicSnapshot<Value>::read(ByteReader& reader, std::uint16_t) {
    constexpr std::string_view where = Whole<Value>::name;
    BasicSnapshot result;
    result.precision_bits = reader.choice(max_precision);
    if (result.precision_bits < min_precision) fail_format(where, "a precision out of range");
    for (Value* const value : {&result.sum, &result.min, &result.max}) *value = read_value<Value>(reader);
    result.total = reader.finite();
    if (result.total < 0 || result.total > largest_total) fail_format(where, "a sum out of range");
    if (reader.choice(1) == 1) result.covered = read_value<Duration>(reader);
    result.buckets = read_buckets(reader, where, result.count);
    if (!fits(Whole<Value>::of(result.min), Whole<Value>::of(result.max), result.buckets,
              result.precision_bits))
        fail_format(where, "extremes outside the outermost buckets");
    return result;
}

template void BasicSnapshot<std::uint64_t>::write(ByteWriter&) const;
template void BasicSnapshot<Duration>::write(ByteWriter&) const;
template BasicSnapshot<std::uint64_t> BasicSnapshot<std::uint64_t>::read(ByteReader&, std::uint16_t);
template BasicSnapshot<Duration> BasicSnapshot<Duration>::read(ByteReader&, std::uint16_t);

}  // namespace sonde
