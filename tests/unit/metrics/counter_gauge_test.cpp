// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "sonde/core/concepts.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/gauge.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

static_assert(sonde::Metric<sonde::Counter>);
static_assert(sonde::Metric<sonde::Gauge>);
static_assert(sonde::Observer<sonde::Counter, std::uint64_t>);
static_assert(sonde::Observer<sonde::Gauge, double>);

TEST_CASE("Counter: observe, add and merge count together", "[metrics]") {
    sonde::Counter left, right;
    left.observe();
    left.add(41);
    right.add(8);
    left.merge(right);
    CHECK(left.value() == 50);
    CHECK(left.snapshot() == 50);
    CHECK(right.value() == 8);
}

TEST_CASE("Counter: counts above 2^53 lose nothing", "[metrics]") {
    sonde::Counter counter;
    counter.add(std::uint64_t{1} << 53);
    counter.add();
    CHECK(counter.value() == (std::uint64_t{1} << 53) + 1);
}

TEST_CASE("Gauge: unknown until it is set or added to", "[metrics]") {
    sonde::Gauge set, added;
    CHECK_FALSE(set.value());
    set.set(-2.5);
    CHECK(set.value() == -2.5);
    set.set(0);
    CHECK(set.value() == 0.0);
    added.add(-3);
    added.add(1);
    CHECK(added.value() == -2.0);
}

TEST_CASE("Gauge: what is not finite is counted and not taken", "[metrics]") {
    const double bad =
        GENERATE(std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                 -std::numeric_limits<double>::infinity());
    sonde::Gauge gauge;
    gauge.set(bad);
    gauge.add(bad);
    CHECK_FALSE(gauge.value());
    CHECK(gauge.rejected() == 2);
    gauge.set(std::numeric_limits<double>::max());
    gauge.add(std::numeric_limits<double>::max());
    CHECK(gauge.value() == std::numeric_limits<double>::max());
    CHECK(gauge.rejected() == 3);
}

TEST_CASE("Gauge: merge adds what is known", "[metrics]") {
    sonde::Gauge left, right, unknown;
    left.set(2);
    right.set(3);
    left.merge(right);
    left.merge(unknown);
    CHECK(left.value() == 5.0);
    unknown.merge(left);
    CHECK(unknown.value() == 5.0);
}

TEST_CASE("Counter, Gauge: recording allocates nothing", "[metrics]") {
    sonde::Counter counter;
    sonde::Gauge gauge;
    const sonde::testing::AllocationCount count;
    for (int i = 0; i < 1000; ++i) {
        counter.observe();
        gauge.set(i);
        gauge.add(0.5);
    }
    CHECK(count.since_start() == 0);
}
