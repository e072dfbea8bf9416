// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/utilization.hpp"

#include <limits>

#include "sonde/core/concepts.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using sonde::Usage;
using sonde::Utilization;

static_assert(sonde::Metric<Utilization>);
static_assert(sonde::Observer<Utilization, Usage>);

TEST_CASE("Utilization: unknown until set, and again when cleared", "[metrics]") {
    Utilization queue{{.unit = "requests"}};
    CHECK(queue.unit() == "requests");
    CHECK_FALSE(queue.snapshot());
    queue.set(0, 64);
    CHECK(queue.snapshot() == Usage{0, 64});
    CHECK(queue.snapshot()->ratio() == 0);
    queue.set(16, 64);
    CHECK(queue.snapshot()->ratio() == 0.25);
    queue.clear();
    CHECK_FALSE(queue.snapshot());
}

TEST_CASE("Utilization: a ratio never leaves [0, 1]", "[metrics]") {
    CHECK(Usage{65, 64}.ratio() == 1);
    CHECK(Usage{64, 64}.ratio() == 1);
    CHECK(Usage{0, 64}.ratio() == 0);
}

TEST_CASE("Utilization: what cannot be is counted and not taken", "[metrics]") {
    const double nan = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();
    const Usage bad = GENERATE_COPY(Usage{-1, 2}, Usage{1, 0}, Usage{1, -1}, Usage{nan, 1}, Usage{1, nan},
                                    Usage{infinity, 1}, Usage{1, infinity});
    Utilization memory;
    memory.set(1, 2);
    memory.observe(bad);
    CHECK(memory.snapshot() == Usage{1, 2});
    CHECK(memory.rejected() == 1);
}

TEST_CASE("Utilization: merge makes one pool of two", "[metrics]") {
    Utilization left, right, unknown;
    left.set(1, 10);
    right.set(4, 10);
    left.merge(right);
    left.merge(unknown);
    CHECK(left.snapshot() == Usage{5, 20});
    unknown.merge(left);
    CHECK(unknown.snapshot() == Usage{5, 20});
}

TEST_CASE("Utilization: recording allocates nothing", "[metrics]") {
    Utilization memory;
    const sonde::testing::AllocationCount count;
    for (int i = 0; i < 1000; ++i) memory.set(i, 1000);
    CHECK(count.since_start() == 0);
}

TEST_CASE("Utilization: a unit that cannot be part of a name is refused", "[metrics]") {
    CHECK_THROWS_AS((Utilization{{.unit = ""}}), std::invalid_argument);
    CHECK_THROWS_AS((Utilization{{.unit = "MB/s"}}), std::invalid_argument);
}
