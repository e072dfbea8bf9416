// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/core/chrono.hpp"
#include "sonde/recording/thread_cells.hpp"

namespace sonde {

class Collector;

/// A whole number that goes up and down, such as the requests in flight (OpenTelemetry's name for it). What
/// one thread adds another may take away; the value is the sum of what all of them added, from 0 on. It wraps
/// at the ends of 64 bits.
/// Cost: a load and a store; `value` reads a cache line a thread. Threading: thread-safe, `add` is wait-free.
class UpDownCounter {
public:
    using Input = std::int64_t;
    using Snapshot = std::int64_t;

    /// \param amount  may be negative
    void add(std::int64_t amount) noexcept { sum_.add(0, static_cast<std::uint64_t>(amount)); }
    void observe(std::int64_t amount) noexcept { add(amount); }

    /// The threads are read one after the other: while some add it may be off by what they are adding.
    [[nodiscard]] std::int64_t value() const noexcept { return static_cast<std::int64_t>(sum_.total(0)); }
    [[nodiscard]] Snapshot snapshot() const noexcept { return value(); }

    /// Adds the other's value: what is in flight here and there.
    void merge(const UpDownCounter& other) noexcept { add(other.value()); }
    void collect(Collector& out, TimePoint now) const;

private:
    friend struct detail::MetricCells;

    detail::ThreadCells sum_{1};  // modulo 2^64: two's complement
};

/// One more in an `UpDownCounter`, from its construction to its end.
///
///     const sonde::InFlight counted{in_flight};
///
/// Threading: single-writer; may end in another thread.
class [[nodiscard]] InFlight {
public:
    /// \param counter  must outlive this
    explicit InFlight(UpDownCounter& counter) noexcept : counter_{counter} { counter_.add(1); }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    ~InFlight() { counter_.add(-1); }

private:
    UpDownCounter& counter_;
};

}  // namespace sonde
