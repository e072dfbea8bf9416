// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/decay.hpp"

#include <chrono>
#include <cmath>
#include <stdexcept>

#include "support/catch.hpp"
#include "unit/core/special_values.hpp"
#include "unit/stats/damage.hpp"

using namespace sonde;
using namespace std::chrono_literals;

namespace {
TimePoint at(Duration since) { return TimePoint{since}; }
}  // namespace

TEST_CASE("Decay: keeps as much as its half-life or alpha says", "[stats]") {
    CHECK(Decay{}.keep() == 1);
    CHECK(Decay{}.keep(1h) == 1);
    CHECK(Decay::alpha(0.25).keep() == 0.75);
    CHECK(std::pow(Decay::half_life(100.0).keep(), 100) == Approx(0.5).epsilon(1e-12));
    CHECK(Decay::half_life(100.0).keep(1h) == Decay::half_life(100.0).keep());
    CHECK(Decay::half_life(10s).keep() == 1);
    CHECK(Decay::half_life(10s).keep(10s) == 0.5);
    CHECK(Decay::half_life(10s).fade(5s) == Approx(std::sqrt(0.5)).epsilon(1e-15));
    CHECK(Decay::half_life(10s).keep(Duration::max()) == 0);
    CHECK(Decay::half_life(100.0).fade(1h) == 1);
}

TEST_CASE("Decay: a speed out of range is refused", "[stats][boundary]") {
    for (const double bad : {0.0, -1.0, 1.0001, sonde::testing::nan(), sonde::testing::infinity()})
        CHECK_THROWS_AS(Decay::alpha(bad), std::invalid_argument);
    CHECK(Decay::alpha(1).keep() == 0);
    for (const double bad : {0.0, -1.0, sonde::testing::nan(), sonde::testing::infinity()})
        CHECK_THROWS_AS(Decay::half_life(bad), std::invalid_argument);
    CHECK_THROWS_AS(Decay::half_life(0s), std::invalid_argument);
    CHECK_THROWS_AS(Decay::half_life(-1s), std::invalid_argument);
    CHECK_THROWS_WITH(Decay::alpha(1.5), "Decay: alpha is 1.5, must be in (0, 1]");
}

TEST_CASE("Decay: survives a round trip, and damaged bytes do not", "[stats][law]") {
    const auto use = [](const Decay& taken) { CHECK((taken.keep(3s) >= 0 && taken.keep(3s) <= 1)); };
    for (const Decay decay : {Decay{}, Decay::alpha(0.1), Decay::half_life(3s)}) {
        sonde::testing::check_damage(decay, use);
        CHECK(from_bytes<Decay>(to_bytes(decay)).keep(7s) == decay.keep(7s));
    }
}

TEST_CASE("Timeline: starts where it is told to and only goes forward", "[stats]") {
    detail::Timeline time;
    CHECK(time.advance(at(1000s)) == 0s);
    CHECK(time.advance(at(1003s)) == 3s);
    CHECK(time.advance(at(1001s)) == 0s);
    CHECK(time.elapsed() == 3s);
    CHECK(time.advance(at(1004s)) == 1s);
}

TEST_CASE("Timeline: goes on from another one's elapsed time at any moment", "[stats]") {
    detail::Timeline time{7s};
    CHECK(time.advance(at(-50s)) == 0s);
    CHECK(time.elapsed() == 7s);
    CHECK(time.advance(at(-48s)) == 2s);
    CHECK(time.elapsed() == 9s);
}

TEST_CASE("Timeline: the ends of time do not overflow", "[stats][boundary]") {
    detail::Timeline time;
    CHECK(time.advance(at(-5s)) == 0s);
    CHECK(time.advance(TimePoint::max()) > 1h);
    CHECK(time.advance(TimePoint::max()) == 0s);
    detail::Timeline whole;
    CHECK(whole.advance(TimePoint::min()) == 0s);
    CHECK(whole.advance(TimePoint::max()) == Duration::max());
}

TEST_CASE("Timeline: join brings both to the later time", "[stats]") {
    detail::Timeline a, b, never;
    a.advance(at(10s));
    b.advance(at(15s));
    detail::Timeline early = a;
    CHECK(early.join(b).own == 5s);
    CHECK(b.join(a).other == 5s);
    CHECK(a.join(never).own == 0s);
    CHECK(never.join(b).own == 0s);
    CHECK(never.advance(at(16s)) == 1s);
}
