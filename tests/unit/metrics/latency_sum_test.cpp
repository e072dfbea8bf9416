// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/registry.hpp"
#include "support/catch.hpp"

TEST_CASE("Registry: the sum of a latency goes on growing beyond 292 years", "[metrics]") {
    sonde::Registry registry;
    auto& latency = registry.latency("x_seconds", "X.");
    const auto sum = [&] { return registry.families({}).at(0).series.at(0).sum.real; };
    latency.observe(sonde::Duration::max());
    CHECK(sum() == Approx(9223372036.854775807));
    latency.observe(sonde::Duration::max());
    CHECK(sum() == Approx(18446744073.709551614));
}
