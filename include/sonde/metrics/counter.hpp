// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/core/atomic.hpp"
#include "sonde/core/chrono.hpp"

namespace sonde {

class Collector;

/// How often something happened. Only grows; wraps after 2^64.
/// Cost: one relaxed atomic addition. Threading: thread-safe, lock-free.
class Counter {
public:
    using Input = std::uint64_t;
    using Snapshot = std::uint64_t;

    void observe(std::uint64_t n = 1) noexcept { total_.add(n); }
    void add(std::uint64_t n = 1) noexcept { observe(n); }

    [[nodiscard]] Snapshot snapshot() const noexcept { return total_.load(); }
    [[nodiscard]] std::uint64_t value() const noexcept { return total_.load(); }
    void merge(const Counter& other) noexcept { observe(other.value()); }
    void collect(Collector& out, TimePoint now) const;

private:
    detail::Atomic<std::uint64_t> total_;
};

}  // namespace sonde
