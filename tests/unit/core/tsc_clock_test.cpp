// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/tsc_clock.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <type_traits>

#include "sonde/metrics/scoped_timer.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace sonde;
using namespace std::chrono_literals;

static_assert(Clock<TscClock>);
static_assert(std::is_trivially_copyable_v<TscClock> && sizeof(TscClock) == 2 * sizeof(std::uint64_t));
static_assert(std::is_nothrow_default_constructible_v<TscClock>);

namespace {

/// What the rate may be off in a test: the error promised, and NTP steering at its utmost meanwhile.
constexpr double rate_slack = 1e-5 + 1e-3;
/// What a new clock may be off: the width of a reading; far more on a machine that interrupts every one of them.
constexpr Duration width_slack = 20us;

/// A reading between two of `steady_clock`, in the closest of many tries.
struct Bracket {
    TimePoint before, at, after;
};

Bracket bracket(const TscClock& clock) {
    Bracket best{TimePoint{}, TimePoint{}, (TimePoint::max)()};
    for (int i = 0; i < 100; ++i) {
        const TimePoint before = SteadyClock{}.now();
        const TimePoint at = clock.now();
        const TimePoint after = SteadyClock{}.now();
        if (after - before < best.after - best.before) best = {before, at, after};
    }
    return best;
}

void check_agrees(const TscClock& clock, Duration age) {
    const auto drift = Duration{static_cast<Duration::rep>(rate_slack * static_cast<double>(age.count()))};
    const Bracket seen = bracket(clock);
    CHECK(seen.at >= seen.before - width_slack - drift);
    CHECK(seen.at <= seen.after + width_slack + drift);
}

void work_for(Duration length) {
    const TimePoint end = SteadyClock{}.now() + length;
    while (SteadyClock{}.now() < end) {}
}

struct Durations {
    void observe(Duration duration) noexcept {
        ++count;
        last = duration;
    }
    int count = 0;
    Duration last{};
};

}  // namespace

TEST_CASE("TscClock: agrees with steady_clock when new and after 150 ms", "[core]") {
    const TimePoint born = SteadyClock{}.now();
    const TscClock clock;
    check_agrees(clock, SteadyClock{}.now() - born);
    work_for(150ms);
    check_agrees(clock, SteadyClock{}.now() - born);
}

TEST_CASE("TscClock: a later one and a copy agree too", "[core]") {
    const TscClock first;
    work_for(20ms);
    const TimePoint born = SteadyClock{}.now();
    const TscClock later;
    const TscClock copy = later;
    work_for(20ms);
    check_agrees(copy, SteadyClock{}.now() - born);
    CHECK(copy.source() == later.source());
    CHECK(later.source() == first.source());
    CHECK(later.ticks_per_second() == Approx(first.ticks_per_second()).epsilon(rate_slack));
}

TEST_CASE("TscClock: never goes back on one thread", "[core]") {
    for (const ClockSource source : {ClockSource::tsc, ClockSource::steady}) {
        const TscClock clock{source};
        TimePoint before = clock.now();
        std::size_t steps_back = 0;
        for (int i = 0; i < 1'000'000; ++i) {
            const TimePoint now = clock.now();
            steps_back += now < before ? 1 : 0;
            before = now;
        }
        CHECK(steps_back == 0);
    }
}

TEST_CASE("TscClock: where steady_clock is wanted, it is what is read", "[core]") {
    const TscClock clock{ClockSource::steady};
    CHECK(clock.source() == ClockSource::steady);
    CHECK(clock.ticks_per_second() == 0);
    for (int i = 0; i < 1000; ++i) {
        const TimePoint before = SteadyClock{}.now();
        const TimePoint now = clock.now();
        const TimePoint after = SteadyClock{}.now();
        REQUIRE(before <= now);
        REQUIRE(now <= after);
    }
}

TEST_CASE("TscClock: the default and ClockSource::tsc are the same, and say how fast the counter runs",
          "[core]") {
    const TscClock clock;
    CHECK(TscClock{ClockSource::tsc}.source() == clock.source());
    CHECK((clock.ticks_per_second() > 1e6) == (clock.source() == ClockSource::tsc));
}

TEST_CASE("TscClock: times a scope", "[core]") {
    const TscClock clock;
    Durations durations;
    const TimePoint before = SteadyClock{}.now();
    {
        const ScopedTimer timing{durations, clock};
        work_for(5ms);
    }
    const Duration around = SteadyClock{}.now() - before;
    CHECK(durations.count == 1);
    CHECK(durations.last >= 5ms - 10us);
    CHECK(durations.last <= around + around / 500 + 10us);
}

TEST_CASE("TscClock: neither reading nor copying allocates", "[core]") {
    const TscClock clock;
    Durations durations;
    const sonde::testing::AllocationCount allocations;
    for (int i = 0; i < 100; ++i) const ScopedTimer timing{durations, clock};
    CHECK(allocations.since_start() == 0);
}

#if defined(__unix__)
TEST_CASE("TscClock: goes on in a forked process, and a new one can be made there", "[core]") {
    const TscClock clock;
    const TimePoint before = clock.now();
    const pid_t child = fork();
    if (child == 0) {
        const TscClock own;
        const bool right = clock.now() >= before && own.source() == clock.source();
        _exit(right ? 0 : 1);
    }
    REQUIRE(child > 0);
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
#endif
