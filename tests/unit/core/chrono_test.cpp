// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/chrono.hpp"

#include <chrono>

#include "sonde/testing/manual_clock.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace std::chrono_literals;

static_assert(Clock<SteadyClock>);
static_assert(Clock<sonde::testing::ManualClock>);
static_assert(Clock<sonde::testing::ManualClock::Face>);
static_assert(!Clock<int>);

TEST_CASE("seconds: a duration in seconds", "[core]") {
    CHECK(seconds(1500ms) == 1.5);
    CHECK(seconds(-2s) == -2);
    CHECK(seconds(0ns) == 0);
}

TEST_CASE("SteadyClock: never goes back", "[core]") {
    const SteadyClock clock;
    TimePoint before = clock.now();
    for (int i = 0; i < 1000; ++i) {
        const TimePoint now = clock.now();
        REQUIRE(now >= before);
        before = now;
    }
}

TEST_CASE("ManualClock: stands until it is told to move", "[core]") {
    sonde::testing::ManualClock clock;
    const TimePoint start = clock.now();
    CHECK(clock.now() == start);
    clock.advance(3s);
    CHECK(clock.now() - start == 3s);
}

TEST_CASE("ManualClock: copies of its face follow it", "[core]") {
    sonde::testing::ManualClock clock;
    const auto face = clock.face();
    const auto copy = face;
    clock.advance(5ms);
    CHECK(copy.now() == clock.now());
}
