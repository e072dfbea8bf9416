// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "sonde/metrics/error_rate.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::ErrorRate;
using sonde::Outcome;

TEST_CASE("ErrorRate: an outcome that was not given out yet is other, and stays it", "[metrics]") {
    ErrorRate one, another;
    const Outcome stranger = one.reason("timeout");
    another.observe(stranger);
    CHECK(another.snapshot().total == 1);
    CHECK(another.snapshot().failed == 1);
    const Outcome own = another.reason("overload");  // has the place that the stranger had
    CHECK(own == stranger);
    another.observe(own);
    const auto snapshot = another.snapshot();
    REQUIRE(snapshot.reasons.size() == 2);
    CHECK(snapshot.reasons[0].name == "other");
    CHECK(snapshot.reasons[0].count == 1);
    CHECK(snapshot.reasons[1].count == 1);
}

TEST_CASE("ErrorRate: merge takes what another counted for strangers, as other", "[metrics][law]") {
    ErrorRate one, another;
    for (int i = 0; i < 10; ++i) another.observe(one.reason(std::to_string(i)));
    one.merge(another);
    CHECK(one.snapshot().total == 10);
    CHECK(one.snapshot().reasons.front().count == 10);
}

TEST_CASE("ErrorRate: strangers are in the window too", "[metrics]") {
    ErrorRate one, another;
    sonde::testing::ManualClock clock;
    const Outcome stranger = one.reason("timeout");
    another.tick(clock.now());
    another.observe(stranger);
    clock.advance(1s);
    const auto window = another.window(10s, clock.now());
    REQUIRE(window);
    CHECK(window->failed == 1);
}

TEST_CASE("ErrorRate: names that are the same when exported are one reason", "[metrics]") {
    ErrorRate errors;
    CHECK(errors.reason("\xFF") == errors.reason("\xFE"));
    CHECK(errors.reason("\xEF\xBF\xBD") == errors.reason("\xFF"));
    CHECK(errors.snapshot().reasons.back().name == "\xEF\xBF\xBD");
}
