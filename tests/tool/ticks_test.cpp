// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/ticks.hpp"

#include <vector>

#include "support/catch.hpp"

using sonde::tool::linear_ticks;
using sonde::tool::log_ticks;

TEST_CASE("linear_ticks: round steps that lie within", "[tool][plot]") {
    CHECK(linear_ticks(0, 10, 11) == std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(linear_ticks(1, 50, 11) == std::vector<double>{5, 10, 15, 20, 25, 30, 35, 40, 45, 50});
    CHECK(linear_ticks(-0.3, 0.35, 4).size() == 3);
    for (const double low : {-3.7, 0.0, 0.123, 99.9})
        for (const double span : {1e-9, 0.037, 1.0, 7.3, 1e6}) {
            const auto ticks = linear_ticks(low, low + span, 7);
            INFO(low << " " << span);
            CHECK(ticks.size() >= 2);
            CHECK(ticks.size() <= 7);
            CHECK(ticks.front() >= low - 1e-6 * span);
            CHECK(ticks.back() <= low + span * (1 + 1e-6));
        }
}

TEST_CASE("log_ticks: 1, 2 and 5, or powers of ten alone when these are many", "[tool][plot]") {
    const auto few = log_ticks(0.03, 1.5);
    REQUIRE(few.size() == 5);
    CHECK(few.front() == Approx(0.05));
    CHECK(few.back() == Approx(1));
    const auto many = log_ticks(1e-6, 1.5);
    REQUIRE(many.size() == 7);
    CHECK(many.front() == Approx(1e-6));
}
