// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/core/atomic.hpp"
#include "sonde/core/chrono.hpp"
#include "sonde/metrics/wilson.hpp"
#include "sonde/recording/thread_cells.hpp"

namespace sonde {

class Collector;

/// How a request ended: `Outcome::ok`, `Outcome::failed`, or what `ErrorRate::reason` gave, for that object.
struct Outcome {
    std::uint32_t slot = 0;  ///< 0 is ok, 1 failed without a reason of its own, above a bound reason

    static const Outcome ok, failed;
    friend bool operator==(Outcome, Outcome) = default;
};
inline constexpr Outcome Outcome::ok{0}, Outcome::failed{1};

/// What an `ErrorRate` counted, over all time or over a window. Threading: a value.
struct ErrorRateSnapshot {
    struct Reason {
        std::string name;
        std::uint64_t count = 0;
    };

    std::uint64_t total = 0;
    std::uint64_t failed = 0;         ///< the sum over `reasons`
    std::vector<Reason> reasons;      ///< in the order they were bound; "other" first
    std::optional<Duration> covered;  ///< what a window really covers; absent over all time

    /// Failed by total; absent when nothing happened.
    [[nodiscard]] std::optional<double> ratio() const noexcept;
    /// Where the true ratio lies with this confidence; absent when nothing happened. See `wilson_interval`.
    [[nodiscard]] std::optional<Interval> interval(double confidence = 0.95) const noexcept;
};

/// How many reasons an `ErrorRate` tells apart, and how sure its interval is.
struct ErrorRateOptions {
    /// Reasons that have a count of their own, 1 .. 1000; further ones count as "other".
    std::size_t max_reasons = 16;
    /// Of the exported interval; in (0, 1).
    double confidence = 0.95;
};

/// Requests in all and requests that failed, by reason; over all time and the last 10 s, 1 min and 5 min.
///
///     const auto timeout = errors.reason("timeout");   // once
///     errors.observe(late ? timeout : Outcome::ok);    // per request
///
/// Cost of `observe`: one load, and that of a `Counter`.
/// Threading: thread-safe, `observe` is wait-free; all else locks each other out.
class ErrorRate {
public:
    using Input = Outcome;
    using Snapshot = ErrorRateSnapshot;

    /// \throws std::invalid_argument  an option is out of its range
    explicit ErrorRate(ErrorRateOptions options = {});
    ErrorRate(const ErrorRate&) = delete;
    ErrorRate& operator=(const ErrorRate&) = delete;
    ~ErrorRate();

    /// The outcome for failures of this reason; the same one for the same name. `Outcome::failed`, which
    /// counts as "other", when `max_reasons` are taken. What is not UTF-8 in a name becomes U+FFFD.
    [[nodiscard]] Outcome reason(std::string_view name);

    /// An outcome that this object had not given out yet, to nobody, counts as `Outcome::failed`.
    void observe(Outcome outcome) noexcept {
        counts_.add(outcome.slot < bound_.load() ? outcome.slot : Outcome::failed.slot, 1);
    }

    /// Everything since construction.
    [[nodiscard]] Snapshot snapshot() const;
    /// The last `length`, as `SnapshotRing` can tell; at most 5 min. Absent when idle or unknown.
    [[nodiscard]] std::optional<Snapshot> window(Duration length, TimePoint now) const;
    /// Keeps what windows are made from. Call about once a second.
    void tick(TimePoint now);

    /// Adds what the other counted, by name of the reason, as if it happened now. Reasons that find no
    /// place, or no memory, count as "other".
    void merge(const ErrorRate& other) noexcept;
    void collect(Collector& out, TimePoint now) const;

private:
    struct State;

    detail::ThreadCells counts_;              // of each outcome, by slot
    detail::Atomic<std::uint32_t> bound_{2};  // slots that have a name; the others stay 0
    State* state_;
};

}  // namespace sonde
