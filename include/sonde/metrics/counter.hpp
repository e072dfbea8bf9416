// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/core/chrono.hpp"
#include "sonde/recording/thread_cells.hpp"

namespace sonde {

class Collector;

/// How often something happened. Only grows; wraps after 2^64. Each thread counts for itself
/// (`detail::ThreadCells`); the value is the sum.
/// Cost: a load and a store; `value` reads a cache line a thread. Threading: thread-safe, `observe` is wait-free.
class Counter {
public:
    using Input = std::uint64_t;
    using Snapshot = std::uint64_t;

    void observe(std::uint64_t n = 1) noexcept { total_.add(0, n); }
    void add(std::uint64_t n = 1) noexcept { observe(n); }

    [[nodiscard]] Snapshot snapshot() const noexcept { return value(); }
    [[nodiscard]] std::uint64_t value() const noexcept { return total_.total(0); }
    void merge(const Counter& other) noexcept { observe(other.value()); }
    void collect(Collector& out, TimePoint now) const;

private:
    friend struct detail::MetricCells;

    detail::ThreadCells total_{1};
};

}  // namespace sonde
