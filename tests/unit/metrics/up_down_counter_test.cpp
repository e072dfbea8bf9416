// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/up_down_counter.hpp"

#include <limits>
#include <stdexcept>
#include <thread>
#include <type_traits>

#include "sonde/core/concepts.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/metrics/registry.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::UpDownCounter;

static_assert(sonde::Metric<UpDownCounter>);
static_assert(sonde::Observer<UpDownCounter, std::int64_t>);
static_assert(!std::is_copy_constructible_v<sonde::InFlight>);

TEST_CASE("UpDownCounter: 0 to begin with, then the sum of what was added, by either verb", "[metrics]") {
    UpDownCounter counter;
    CHECK(counter.value() == 0);
    counter.add(5);
    counter.observe(-7);
    CHECK(counter.value() == -2);
    CHECK(counter.snapshot() == -2);
    counter.add(2);
    CHECK(counter.value() == 0);
}

TEST_CASE("UpDownCounter: the value is any 64-bit number, and wraps beyond", "[metrics]") {
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
    UpDownCounter counter;
    counter.add(highest);
    CHECK(counter.value() == highest);
    counter.add(1);
    CHECK(counter.value() == lowest);
    counter.add(-1);
    counter.add(-highest);
    CHECK(counter.value() == 0);
    counter.add(lowest);
    CHECK(counter.value() == lowest);
}

TEST_CASE("UpDownCounter: one thread takes away what another added", "[metrics]") {
    UpDownCounter counter;
    std::int64_t expected = 0;
    sonde::Rng rng{1};
    for (int thread = 0; thread < 5; ++thread) {
        const std::int64_t up = static_cast<std::int64_t>(rng.below(1000));
        const std::int64_t down = static_cast<std::int64_t>(rng.below(1000));
        std::thread{[&] { counter.add(up); }}.join();
        counter.add(-down);
        expected += up - down;
        CHECK(counter.value() == expected);
    }
}

TEST_CASE("UpDownCounter: merge adds the other's value", "[metrics]") {
    UpDownCounter here, there;
    here.add(3);
    there.add(-10);
    here.merge(there);
    CHECK(here.value() == -7);
    CHECK(there.value() == -10);
    here.merge(here);
    CHECK(here.value() == -14);
}

TEST_CASE("UpDownCounter: exported as a gauge, 0 before anything was added", "[metrics]") {
    sonde::Registry registry;
    UpDownCounter& counter = registry.up_down_counter("in_flight", "In flight.");
    const auto exported = [&] {
        const sonde::Families families = registry.families(sonde::TimePoint{1000s});
        REQUIRE(families.size() == 1);
        CHECK(families[0].name == "sonde_in_flight");
        CHECK(families[0].kind == sonde::FamilyKind::gauge);
        return families[0].series.at(0).value.real;
    };
    CHECK(exported() == 0);
    counter.add(-3);
    CHECK(exported() == -3);
}

TEST_CASE("InFlight: counts from its construction to its end, an exception included", "[metrics]") {
    UpDownCounter counter;
    const sonde::testing::AllocationCount allocations;
    {
        const sonde::InFlight first{counter};
        const sonde::InFlight second{counter};
        CHECK(counter.value() == 2);
    }
    CHECK(counter.value() == 0);
    CHECK(allocations.since_start() == 0);
    const auto fails = [&] {
        const sonde::InFlight counted{counter};
        CHECK(counter.value() == 1);
        throw std::runtime_error{"failed"};
    };
    CHECK_THROWS_AS(fails(), std::runtime_error);
    CHECK(counter.value() == 0);
}
