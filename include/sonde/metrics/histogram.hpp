// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sonde/core/chrono.hpp"
#include "sonde/metrics/histogram_snapshot.hpp"
#include "sonde/recording/histogram_cells.hpp"
#include "sonde/recording/thread_cells.hpp"

namespace sonde {

class Collector;
namespace detail {
struct HistogramTotals;
}

/// How finely a `Histogram` tells values apart, over which windows, and what it exports.
struct HistogramOptions {
    /// A quantile is off by at most 2^-precision_bits. 3 .. 10; memory doubles with each.
    unsigned precision_bits = 6;
    /// Upper bounds of the exported histogram, ascending, above 0. Empty: powers of two to 65,536; for a
    /// `Latency`, in seconds, 0.1 ms to 10 s in 16 steps.
    std::vector<double> bounds{};
    /// The lengths of time that are looked back on, ascending, each 100 ms to 24 h, at most 8. Empty: 10 s,
    /// 1 min, 5 min. \see SnapshotRing for how exactly they are kept
    std::vector<Duration> windows{};
};

/// The cells of one thread, found once: for a loop that wants the last nanosecond. What it observes is
/// seen with all else. \tparam Target  `Histogram` or `Latency`; must outlive this
/// Threading: only the thread that asked for it, while it lives.
template <class Target>
class HistogramShard {
public:
    /// Same as `Target::observe`. Cost: that without finding the cells.
    void observe(typename Target::Input value) noexcept {
        const std::uint64_t v = Target::whole(value);
        if (cells_.buckets == nullptr || v > detail::largest_recordable) [[unlikely]]
            return target_->observe(value);
        cells_.record_alone(v);
    }

private:
    friend Target;
    HistogramShard(Target& target, detail::HistogramCells cells) noexcept : target_{&target}, cells_{cells} {}

    Target* target_;
    detail::HistogramCells cells_;
};

/// How large things are: batch sizes, tokens, bytes. Count, sum, largest and smallest are exact, quantiles
/// have a stated error (`BasicSnapshot`), over all time and over windows.
///
/// Values above 2^63 - 1 count as that, and in `clamped()`. Windows are made by the reader from ticks:
/// without `tick` there are none. What threads recorded stays when they end.
///
/// Cost of `observe`: no locked instruction, lock, allocation or clock read; loads, compares and 2 plain stores
/// to memory of the calling thread. Its first observation maps that memory (`detail::ThreadCells`).
/// Memory: for each thread the pages of the buckets in use, 8 bytes a bucket, and 32 bytes; for each window 12
/// packed snapshots of some 3 bytes per bucket in use. docs/recording.md has figures.
/// Threading: thread-safe, `observe` is wait-free; `tick`, `window` and `merge` lock each other out.
class Histogram {
public:
    using Input = std::uint64_t;
    using Snapshot = HistogramSnapshot;
    using Shard = HistogramShard<Histogram>;

    /// \throws std::invalid_argument  an option is not what `HistogramOptions` allows
    explicit Histogram(HistogramOptions options = {});
    Histogram(const Histogram&) = delete;
    Histogram& operator=(const Histogram&) = delete;
    /// No thread may be observing.
    ~Histogram();

    void observe(std::uint64_t value) noexcept {
        const detail::Region* const region = detail::own_region;
        if (!buckets_.lies_in(region) || value > detail::largest_recordable) [[unlikely]]
            return observe_elsewhere(value, 1);
        cells_in(region).record_alone(value);
    }
    /// The same value `n` times.
    void observe(std::uint64_t value, std::uint64_t n) noexcept {
        const detail::Region* const region = detail::own_region;
        if (!buckets_.lies_in(region) || value > detail::largest_recordable || n == 0) [[unlikely]]
            return observe_elsewhere(value, n);
        cells_in(region).record_alone(value, n);
    }
    /// A batch; the thread's cells are found once. Cost: that of `observe` without finding them, for each.
    void observe(std::span<const std::uint64_t> values) noexcept;

    /// The value, and those that a load at a fixed `interval` would have added while it was in the way:
    /// value - interval, value - 2 interval, ... down to `interval` (correction for coordinated omission,
    /// as HdrHistogram's recordValueWithExpectedInterval). \param interval  0: no correction
    /// Cost: O(buckets below the value).
    void observe_corrected(std::uint64_t value, std::uint64_t interval) noexcept;

    /// The calling thread's cells, for a loop.
    [[nodiscard]] Shard shard() noexcept { return {*this, own_cells()}; }

    /// Everything since construction. Cost: the buckets between the extremes, for each thread; some
    /// microseconds. Allocates.
    [[nodiscard]] Snapshot snapshot() const;
    /// The last `length`, as `SnapshotRing` can tell; at most the longest window. Absent when idle or
    /// unknown.
    [[nodiscard]] std::optional<Snapshot> window(Duration length, TimePoint now) const;
    /// The quantile of one of the windows, as of the last tick: a search in a table that the tick made.
    /// Absent when the window was idle or unknown, when `length` is none of the windows, and when it would be
    /// wrong by more than a fifth of it: the last tick is older, or ticks paused and nobody knows what was then.
    /// Cost: under 100 ns, no allocation. Never waits for a tick.
    [[nodiscard]] std::optional<std::uint64_t> window_quantile(double q, Duration length,
                                                               TimePoint now) const noexcept;
    /// Keeps what windows are made from. Call about once a second, or ten times in the shortest window. Ticks
    /// that go back in time are ignored. Cost: some microseconds, and some for each thread.
    void tick(TimePoint now);

    /// How many values were above 2^63 - 1.
    [[nodiscard]] std::uint64_t clamped() const noexcept;
    [[nodiscard]] const HistogramOptions& options() const noexcept;

    /// Adds what the other saw over all time, as if it were recorded now. A precision that differs
    /// adds one bucket's error of the coarser. What threads are just recording into the other may be in the
    /// extremes and not be counted.
    void merge(const Histogram& other) noexcept;
    void collect(Collector& out, TimePoint now) const;

private:
    friend class Latency;
    friend struct detail::MetricCells;
    friend Shard;
    struct Cold;

    /// \param who  is named in errors
    Histogram(HistogramOptions options, const char* who);
    static std::uint64_t whole(std::uint64_t value) noexcept { return value; }
    [[nodiscard]] detail::HistogramCells cells_in(const detail::Region* region) const noexcept {
        return {head_.in(region), buckets_.in(region), precision_bits_};
    }
    [[nodiscard]] detail::HistogramCells own_cells() const noexcept;
    [[nodiscard]] detail::HistogramCells common_cells() const noexcept;
    void observe_elsewhere(std::uint64_t value, std::uint64_t n) noexcept;
    void observe_clamped(std::uint64_t counted_as, std::uint64_t n) noexcept;
    template <class Use>
    void visit(Use use) const noexcept;
    [[nodiscard]] detail::HistogramTotals totals() const;

    unsigned precision_bits_;
    detail::ThreadCells head_, buckets_;  // either both in regions, or buckets_ in none
    Cold* cold_;
};

}  // namespace sonde
