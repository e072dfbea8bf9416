// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sonde/core/chrono.hpp"

namespace sonde {

/// How many durations fell into one bucket of a `LatencySnapshot`.
struct LatencyBucket {
    std::uint32_t index = 0;
    std::uint64_t count = 0;
    friend bool operator==(const LatencyBucket&, const LatencyBucket&) = default;
};

/// The durations that a `Latency` saw: over all time, or over a window.
///
/// A quantile lies in the same bucket as the exact one, the duration of rank ceil(q * count): it is at
/// most 2^-precision_bits of its value away (1.6 % at the default of 6), and 0 for durations below
/// 2^(precision_bits + 1) ns. `count` is the sum of the buckets, always; `sum` may already hold, or not yet,
/// what was recorded while the snapshot was taken. Threading: a value.
struct LatencySnapshot {
    std::uint64_t count = 0;
    Duration sum{0};                  ///< exact; wraps when all durations together exceed 292 years
    Duration max{0};                  ///< exact over all time, to one bucket in a window; 0 when the count is
    Duration min{0};                  ///< as `max`
    std::optional<Duration> covered;  ///< what a window really covers; absent over all time
    std::vector<LatencyBucket> buckets;  ///< those that are not empty, ascending
    unsigned precision_bits = 6;

    /// The duration below which a share `q` of all lies, interpolated inside its bucket. Absent when
    /// nothing was seen. \param q  clamped to [0, 1]; absent for NaN. Cost: O(buckets).
    [[nodiscard]] std::optional<Duration> quantile(double q) const noexcept;
    [[nodiscard]] std::optional<Duration> p50() const noexcept { return quantile(0.5); }
    [[nodiscard]] std::optional<Duration> p90() const noexcept { return quantile(0.9); }
    [[nodiscard]] std::optional<Duration> p99() const noexcept { return quantile(0.99); }
    [[nodiscard]] std::optional<Duration> p999() const noexcept { return quantile(0.999); }
    [[nodiscard]] std::optional<Duration> mean() const noexcept;
    /// Durations per second of the window; absent over all time.
    [[nodiscard]] std::optional<double> rate() const noexcept;

    /// How many durations were at most `bound`: exact but for the bucket that `bound` cuts, whose share
    /// is interpolated. Never falls as `bound` or the counts grow.
    [[nodiscard]] std::uint64_t count_up_to(Duration bound) const noexcept;

    /// Adds what the other saw; `covered` becomes the longer of the two.
    /// \throws std::invalid_argument  the other has another precision
    void merge(const LatencySnapshot& other);
};

}  // namespace sonde
