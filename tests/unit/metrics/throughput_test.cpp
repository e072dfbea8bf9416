// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/throughput.hpp"

#include "sonde/core/concepts.hpp"
#include "sonde/metrics/snapshot_ring.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::Throughput;

static_assert(sonde::Metric<Throughput>);
static_assert(sonde::Observer<Throughput, std::uint64_t>);

TEST_CASE("Throughput: the rate of each window is what happened in it per second", "[metrics]") {
    Throughput items;
    sonde::testing::ManualClock clock;
    for (int second = 0; second < 600; ++second) {
        items.tick(clock.now());
        clock.advance(1s);
        items.observe(second < 540 ? 100 : 40);  // slower in the last minute
    }
    CHECK(items.total() == 540 * 100 + 60 * 40);
    CHECK(items.snapshot().total == items.total());
    CHECK_FALSE(items.snapshot().rate());
    CHECK(*items.window(10s, clock.now())->rate() == Approx(40));
    CHECK(*items.window(1min, clock.now())->rate() == Approx(40));
    CHECK(*items.window(5min, clock.now())->rate() == Approx((240 * 100 + 60 * 40) / 300.0));
    CHECK(items.window(5min, clock.now())->covered == 300s);
}

TEST_CASE("Throughput: unknown is absent, idle is 0", "[metrics]") {
    Throughput items;
    sonde::testing::ManualClock clock;
    CHECK_FALSE(items.window(10s, clock.now()));
    items.tick(clock.now());
    CHECK_FALSE(items.window(10s, clock.now()));
    clock.advance(4s);
    REQUIRE(items.window(10s, clock.now()));
    CHECK(items.window(10s, clock.now())->rate() == 0.0);
    CHECK(items.window(10s, clock.now())->covered == 4s);
}

TEST_CASE("Throughput: merge adds, recording allocates nothing", "[metrics]") {
    Throughput left, right;
    const sonde::testing::AllocationCount count;
    left.observe();
    right.observe(5);
    left.merge(right);
    CHECK(count.since_start() == 0);
    CHECK(left.total() == 6);
}
