// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "sonde/core/chrono.hpp"
#include "sonde/metrics/histogram.hpp"
#include "sonde/metrics/scoped_timer.hpp"

namespace sonde {

/// `HistogramOptions` whose bounds are in seconds; empty: 0.1 ms to 10 s in 16 steps.
using LatencyOptions = HistogramOptions;

/// How long things take: a `Histogram` of durations, over all time and over windows. All that is said there,
/// of errors, cost, memory and threads, holds here.
///
/// Negative durations count as 0 and in `clamped()`.
///
///     sonde::Latency latency;
///     { const auto timing = latency.time();  serve(request); }
///     latency.snapshot().p99();
class Latency {
public:
    using Input = Duration;
    using Snapshot = LatencySnapshot;
    using Shard = HistogramShard<Latency>;

    /// \throws std::invalid_argument  an option is not what `LatencyOptions` allows
    explicit Latency(LatencyOptions options = {});

    void observe(Duration duration) noexcept {
        const detail::Region* const region = detail::own_region;
        if (!nanoseconds_.buckets_.lies_in(region) || duration < Duration::zero()) [[unlikely]]
            return observe_elsewhere(duration, 1);
        nanoseconds_.cells_in(region).record_alone(whole(duration));
    }
    /// The same duration `n` times: that of a batch, for each request in it.
    void observe(Duration duration, std::uint64_t n) noexcept {
        const detail::Region* const region = detail::own_region;
        if (!nanoseconds_.buckets_.lies_in(region) || duration < Duration::zero() || n == 0) [[unlikely]]
            return observe_elsewhere(duration, n);
        nanoseconds_.cells_in(region).record_alone(whole(duration), n);
    }
    /// A batch; the thread's cells are found once.
    void observe(std::span<const Duration> durations) noexcept;
    /// \see Histogram::observe_corrected. An interval of 0 or less: no correction
    void observe_corrected(Duration duration, Duration interval) noexcept;

    /// Observes the time until the timer goes out of scope.
    [[nodiscard]] ScopedTimer<Latency> time() noexcept { return ScopedTimer<Latency>{*this, {}}; }
    /// As `time()`, by a clock of the caller: a `TscClock` costs less than half as much.
    template <Clock C>
    [[nodiscard]] ScopedTimer<Latency, C> time(C clock) noexcept {
        return ScopedTimer<Latency, C>{*this, std::move(clock)};
    }
    /// The calling thread's cells, for a loop.
    [[nodiscard]] Shard shard() noexcept { return {*this, nanoseconds_.own_cells()}; }

    /// Everything since construction.
    [[nodiscard]] Snapshot snapshot() const;
    /// The same in whole nanoseconds, for `Recordings`.
    [[nodiscard]] HistogramSnapshot nanoseconds() const { return nanoseconds_.snapshot(); }
    /// \see Histogram::window
    [[nodiscard]] std::optional<Snapshot> window(Duration length, TimePoint now) const;
    /// \see Histogram::window_quantile
    [[nodiscard]] std::optional<Duration> window_quantile(double q, Duration length,
                                                          TimePoint now) const noexcept;
    /// \see Histogram::tick
    void tick(TimePoint now) { nanoseconds_.tick(now); }

    /// How many durations were negative.
    [[nodiscard]] std::uint64_t clamped() const noexcept { return nanoseconds_.clamped(); }
    [[nodiscard]] const LatencyOptions& options() const noexcept { return nanoseconds_.options(); }

    /// \see Histogram::merge
    void merge(const Latency& other) noexcept { nanoseconds_.merge(other.nanoseconds_); }
    void collect(Collector& out, TimePoint now) const;

private:
    friend struct detail::MetricCells;
    friend Shard;

    /// A negative one becomes more than `largest_recordable`.
    static std::uint64_t whole(Duration duration) noexcept {
        return static_cast<std::uint64_t>(duration.count());
    }
    void observe_elsewhere(Duration duration, std::uint64_t n) noexcept;

    Histogram nanoseconds_;
};

}  // namespace sonde
