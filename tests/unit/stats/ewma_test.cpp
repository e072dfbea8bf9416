// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/ewma.hpp"

#include <chrono>
#include <cmath>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/core/special_values.hpp"
#include "unit/stats/damage.hpp"

using namespace sonde;
using namespace std::chrono_literals;

TEST_CASE("Ewma: is the weighted mean of all values, from the first on", "[stats][golden]") {
    const double keep = 0.9;
    Ewma ewma{Decay::alpha(1 - keep)};
    std::vector<double> seen;
    Rng rng{1};
    for (int i = 0; i < 300; ++i) {
        seen.push_back(rng.normal());
        ewma.observe(seen.back());
        long double sum = 0, weights = 0, weight = 1;
        for (auto x = seen.rbegin(); x != seen.rend(); ++x, weight *= keep) {
            sum += weight * *x;
            weights += weight;
        }
        REQUIRE(ewma.mean() == Approx(static_cast<double>(sum / weights)).epsilon(1e-12).margin(1e-14));
        REQUIRE(ewma.weight() == Approx(static_cast<double>(weights)).epsilon(1e-12));
    }
}

TEST_CASE("Ewma: without decay it is the mean, with alpha 1 the last value", "[stats][boundary]") {
    Ewma all{Decay{}}, last{Decay::alpha(1)};
    for (const double x : {1.0, 2.0, 6.0}) {
        all.observe(x);
        last.observe(x);
    }
    CHECK(all.mean() == 3);
    CHECK(last.mean() == 6);
    CHECK(all.count() == 3);
}

TEST_CASE("Ewma: by time, a value weighs half after the half-life, in however many steps", "[stats]") {
    const TimePoint start{100s};
    Ewma ewma{Decay::half_life(10s)};
    ewma.observe(4, start);
    ewma.observe(1, start + 10s);
    CHECK(ewma.mean() == Approx((4 * 0.5 + 1) / 1.5).epsilon(1e-15));
    ewma.observe(7, start + 3s);  // late: counts as now
    CHECK(ewma.weight() == Approx(2.5).epsilon(1e-15));
    ewma.observe(0);  // no time given: no time passed
    CHECK(ewma.weight() == Approx(3.5).epsilon(1e-15));
    ewma.observe(5, TimePoint::max());
    CHECK(ewma.mean() == 5);
}

TEST_CASE("Ewma: bad input is counted and not learned", "[stats][law]") {
    Ewma ewma{Decay::half_life(10s)};
    ewma.observe(1, TimePoint{1s});
    for (const std::uint64_t bits : sonde::testing::not_finite_bits) {
        ewma.observe(sonde::testing::from_bits(bits));
        ewma.observe(sonde::testing::from_bits(bits), TimePoint{1h});
    }
    CHECK(ewma.rejected() == 12);
    CHECK(ewma.count() == 1);
    CHECK(ewma.mean() == 1);
    ewma.observe(2, TimePoint{1s});
    CHECK(ewma.mean() == 1.5);  // the hour that came with bad input did not pass
}

TEST_CASE("Ewma: survives a round trip, and damaged bytes do not", "[stats][law]") {
    Ewma ewma{Decay::half_life(10s)};
    const auto use = [](Ewma& taken) { taken.observe(1, TimePoint{5s}); };
    sonde::testing::check_damage(ewma, use);
    ewma.observe(1, TimePoint{1s});
    ewma.observe(2, TimePoint{2s});
    sonde::testing::check_damage(ewma, use);

    sonde::testing::check_count_bound<Ewma>(ewma, 28);
    Ewma back = from_bytes<Ewma>(to_bytes(ewma));
    back.observe(5, TimePoint{1h});  // the time in between does not count
    ewma.observe(5, TimePoint{2s});
    CHECK(back.mean() == ewma.mean());
    CHECK(back.weight() == ewma.weight());
}

TEST_CASE("Ewma: observe allocates nothing", "[stats][law]") {
    Ewma ewma{Decay::half_life(10s)};
    const sonde::testing::AllocationCount count;
    for (int i = 0; i < 100; ++i) {
        ewma.observe(i);
        ewma.observe(i, TimePoint{Duration{i}});
    }
    CHECK(count.since_start() == 0);
}
