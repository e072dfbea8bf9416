// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/tsc_clock.hpp"

#include <chrono>
#include <cmath>
#include <thread>

#include "core/tick_rate.hpp"
#include "sonde/core/atomic.hpp"

namespace sonde {

namespace {

using detail::TickRate;
using detail::TickReading;

constexpr std::chrono::milliseconds shortest_baseline{10};
constexpr int longest_wait = 10;  // in shortest baselines
constexpr double largest_error = 1e-5;

/// The process's first measurement, written once. No lock, which `fork` could leave locked, and nothing to
/// initialize: whoever finds it not there yet measures for itself.
class Anchor {
public:
    [[nodiscard]] bool is_set() const noexcept { return state_.load_acquire() == set; }
    [[nodiscard]] const TickReading& reading() const noexcept { return reading_; }
    [[nodiscard]] std::uint64_t multiplier() const noexcept { return multiplier_; }

    void offer(const TickReading& reading, std::uint64_t multiplier) noexcept {
        State expected = empty;
        if (!state_.replace(expected, being_set)) return;
        reading_ = reading;
        multiplier_ = multiplier;
        state_.store_release(set);
    }

private:
    enum State : std::uint32_t { empty, being_set, set };
    detail::Atomic<State> state_;
    TickReading reading_;
    std::uint64_t multiplier_ = 0;
};

constinit Anchor anchor;

/// The rate until `now`, which is read here; waits where there is no earlier reading to measure from, or
/// where the machine was suspended or migrated since.
TickRate measured_rate(TickReading& now) noexcept {
    now = detail::read_ticks();
    if (anchor.is_set()) {
        const TickRate rate = detail::rate_between(anchor.reading(), now);
        if (rate.error <= largest_error && detail::same_rate(rate.multiplier, anchor.multiplier()))
            return rate;
    }
    const TickReading first = now;
    for (int i = 0; i < longest_wait; ++i) {
        std::this_thread::sleep_for(shortest_baseline);
        now = detail::read_ticks();
        const TickRate rate = detail::rate_between(first, now);
        if (rate.error <= largest_error) {
            anchor.offer(first, rate.multiplier);
            return rate;
        }
    }
    return {};
}

}  // namespace

TscClock::TscClock(ClockSource wanted) noexcept {
    if (wanted != ClockSource::tsc || !detail::ticks_are_fit()) return;
    TickReading now;
    multiplier_ = measured_rate(now).multiplier;
    offset_ = static_cast<std::uint64_t>(now.time.time_since_epoch().count()) -
              detail::in_nanoseconds(now.ticks, multiplier_);
}

double TscClock::ticks_per_second() const noexcept {
    if (multiplier_ == 0) return 0;
    return std::ldexp(1e9, detail::tick_fraction_bits) / static_cast<double>(multiplier_);
}

}  // namespace sonde
