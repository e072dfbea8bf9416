// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/chrono.hpp"

namespace sonde {

/// How many values fell into one bucket of a snapshot.
struct BucketCount {
    std::uint32_t index = 0;
    std::uint64_t count = 0;
    friend bool operator==(const BucketCount&, const BucketCount&) = default;
};

/// Two values that an exact one lies between, ends included.
template <class Value>
struct ValueRange {
    Value lower{}, upper{};
    friend bool operator==(const ValueRange&, const ValueRange&) = default;
};

/// The values that a `Histogram` saw, or the durations that a `Latency` saw: over all time, or over a
/// window.
///
/// Every power of two is cut into 2^precision_bits buckets of equal width (the layout of HdrHistogram);
/// whole numbers below 2^(precision_bits + 1) have a bucket each and are told exactly. What is said of a
/// quantile q is held against the exact one, the value of rank ceil(q * count), the product as doubles have
/// it, and rank 1 for q = 0:
/// - `quantile` interpolates inside the bucket. It is at most 2^-precision_bits of the value off, always
///   (1.6 % at the default of 6); on smooth streams far less (docs/recording.md has measured ones).
/// - `quantile_midpoint` is at most 2^-(precision_bits + 1) off, always (0.8 %).
/// - `quantile_range` has the exact one in it, always.
///
/// `count` is the sum of the buckets, always. `sum` and the extremes may already hold, or not yet, what
/// each thread was just recording while the snapshot was taken. Threading: a value.
template <class Value>
struct BasicSnapshot {
    /// Two tags, so that tokens are never read as nanoseconds.
    static constexpr Format format = std::is_same_v<Value, Duration> ? Format{"LSNP", 1} : Format{"HSNP", 1};

    std::uint64_t count = 0;
    /// Exact up to the largest `Value` (292 years of durations), where it stays.
    Value sum{0};
    /// The same without an end, in seconds where values are durations; exact to 16 digits up to
    /// 2^(64 + precision_bits) ns (37,000 years at the default).
    double total = 0;
    Value max{0};                     ///< exact over all time, to one bucket in a window; 0 when the count is
    Value min{0};                     ///< as `max`
    std::optional<Duration> covered;  ///< what a window really covers; absent over all time
    std::vector<BucketCount> buckets;  ///< those that are not empty, ascending
    unsigned precision_bits = 6;

    /// The value below which a share `q` of all lies, interpolated inside its bucket; never falls as `q`
    /// rises. Absent when nothing was seen. \param q  clamped to [0, 1]; absent where not finite.
    /// Cost: O(buckets).
    [[nodiscard]] std::optional<Value> quantile(double q) const noexcept;
    [[nodiscard]] std::optional<Value> p50() const noexcept { return quantile(0.5); }
    [[nodiscard]] std::optional<Value> p90() const noexcept { return quantile(0.9); }
    [[nodiscard]] std::optional<Value> p99() const noexcept { return quantile(0.99); }
    [[nodiscard]] std::optional<Value> p999() const noexcept { return quantile(0.999); }
    /// The middle of the bucket, drawn in by `min` and `max`.
    [[nodiscard]] std::optional<Value> quantile_midpoint(double q) const noexcept;
    /// The bucket's ends, drawn in by `min` and `max`.
    [[nodiscard]] std::optional<ValueRange<Value>> quantile_range(double q) const noexcept;

    /// Rounded down; to 16 digits once `sum` is at its end.
    [[nodiscard]] std::optional<Value> mean() const noexcept;
    /// Values per second of the window; absent over all time.
    [[nodiscard]] std::optional<double> rate() const noexcept;

    /// How many values were at most `bound`: exact but for the bucket that `bound` cuts, whose share
    /// is interpolated. Never falls as `bound` or the counts grow.
    [[nodiscard]] std::uint64_t count_up_to(Value bound) const noexcept;

    /// Adds what the other saw; the order of merges matters to the last digits of `total` only. Where
    /// precisions differ the coarser one stays, be it that of an empty snapshot: its buckets hold those of the
    /// finer one whole, nothing else is lost. `covered` becomes the longer of the two; all time, unless nothing
    /// was seen in it, is the longest. Cost: O(buckets of both).
    /// \throws std::invalid_argument  a precision is not in [3, 10], or the counts add up to 2^64 or more;
    /// nothing has changed then
    void merge(const BasicSnapshot& other);
    /// What recording with this precision would have left. \param to  3 .. precision_bits
    /// \throws std::invalid_argument  it is another
    void coarsen(unsigned to);

    void write(ByteWriter& writer) const;
    /// \throws FormatError  truncated, or a state that no recording and merging leaves
    [[nodiscard]] static BasicSnapshot read(ByteReader& reader, std::uint16_t version);

    friend bool operator==(const BasicSnapshot&, const BasicSnapshot&) = default;
};

/// Of whole numbers: batch sizes, tokens, bytes.
using HistogramSnapshot = BasicSnapshot<std::uint64_t>;
/// Of durations.
using LatencySnapshot = BasicSnapshot<Duration>;

/// The same in durations. A sum or an extreme that no `Duration` can hold becomes the largest one.
[[nodiscard]] LatencySnapshot as_durations(HistogramSnapshot nanoseconds);
/// The same in whole nanoseconds, as recordings hold it. A sum of durations ends earlier than one of whole
/// numbers: where it stands at its end, it goes on here as far as `total` tells, to 16 digits.
[[nodiscard]] HistogramSnapshot as_nanoseconds(LatencySnapshot durations);

extern template struct BasicSnapshot<std::uint64_t>;
extern template struct BasicSnapshot<Duration>;

}  // namespace sonde
