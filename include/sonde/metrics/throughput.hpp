// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "sonde/core/chrono.hpp"
#include "sonde/recording/thread_cells.hpp"

namespace sonde {

class Collector;

/// What a `Throughput` counted, over all time or over a window. Threading: a value.
struct ThroughputSnapshot {
    std::uint64_t total = 0;
    std::optional<Duration> covered;  ///< what a window really covers; absent over all time

    /// Events per second of the window; absent over all time.
    [[nodiscard]] std::optional<double> rate() const noexcept {
        if (!covered || *covered <= Duration::zero()) return std::nullopt;
        return static_cast<double>(total) / seconds(*covered);
    }
};

/// How much gets done: requests, items, tokens; in all, and per second of the last 10 s, 1 min and 5 min.
/// Cost of `observe`: that of a `Counter`. Memory: about 0.7 kB, and 8 bytes a thread.
/// Threading: thread-safe, `observe` is wait-free; `tick` and `window` lock each other out.
class Throughput {
public:
    using Input = std::uint64_t;
    using Snapshot = ThroughputSnapshot;

    Throughput();
    Throughput(const Throughput&) = delete;
    Throughput& operator=(const Throughput&) = delete;
    ~Throughput();

    void observe(std::uint64_t n = 1) noexcept { total_.add(0, n); }

    [[nodiscard]] std::uint64_t total() const noexcept { return total_.total(0); }
    [[nodiscard]] Snapshot snapshot() const noexcept { return {total(), std::nullopt}; }
    /// The last `length`, as `SnapshotRing` can tell; at most 5 min. Absent when unknown. An idle window
    /// is known: its rate is 0.
    [[nodiscard]] std::optional<Snapshot> window(Duration length, TimePoint now) const;
    /// Keeps what windows are made from. Call about once a second.
    void tick(TimePoint now);

    /// Adds what the other counted, as if it happened now.
    void merge(const Throughput& other) noexcept { observe(other.total()); }
    void collect(Collector& out, TimePoint now) const;

private:
    friend struct detail::MetricCells;
    struct Windows;

    detail::ThreadCells total_{1};
    Windows* windows_;
};

}  // namespace sonde
