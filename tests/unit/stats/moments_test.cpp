// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/moments.hpp"

#include <limits>

#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/core/special_values.hpp"
#include "unit/stats/damage.hpp"

using namespace sonde;

TEST_CASE("Moments: of a few numbers are what they are by hand", "[stats][golden]") {
    Moments m;
    for (const double x : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) m.observe(x);
    CHECK(m.count() == 8);
    CHECK(m.mean() == Approx(5).epsilon(1e-15));
    CHECK(m.variance() == Approx(32.0 / 7).epsilon(1e-15));
    CHECK(m.stddev() == Approx(2.138089935299395).epsilon(1e-15));
    CHECK(m.minimum() == 2);
    CHECK(m.maximum() == 9);
}

TEST_CASE("Moments: without numbers all is 0; the variance is from two on", "[stats][boundary]") {
    Moments m;
    CHECK(m.snapshot().count == 0);
    CHECK(m.mean() == 0);
    CHECK(m.variance() == 0);
    m.observe(-7);
    CHECK(m.mean() == -7);
    CHECK(m.variance() == 0);
    CHECK(m.minimum() == -7);
    CHECK(m.maximum() == -7);
    m.observe(-5);
    CHECK(m.variance() == 2);
}

TEST_CASE("Moments: the same number over and over has no variance at all", "[stats]") {
    for (const double x : {0.1, 1e9 + 0.1, -1e140}) {
        Moments m;
        for (int i = 0; i < 1000; ++i) m.observe(x);
        CHECK(m.variance() == 0);
        CHECK(m.mean() == x);
    }
}

TEST_CASE("Moments: bad input is counted and not learned", "[stats][law]") {
    Moments m;
    m.observe(1);
    m.observe(3);
    const auto before = m.snapshot();
    for (const std::uint64_t bits : sonde::testing::not_finite_bits)
        m.observe(sonde::testing::from_bits(bits));
    m.observe(std::numeric_limits<double>::max());
    m.observe(-detail::largest_value);
    CHECK(m.rejected() == 8);
    CHECK(m.count() == 2);
    CHECK(m.mean() == before.mean);
    CHECK(m.variance() == before.variance);
    CHECK(m.maximum() == 3);
}

TEST_CASE("Moments: the widest range leaves a finite state", "[stats][boundary]") {
    Moments m;
    for (int i = 0; i < 1000; ++i) m.observe((i % 2 == 0 ? 1 : -1) * 3e144);
    CHECK(m.rejected() == 0);
    CHECK(is_finite(m.variance()));
    CHECK(m.variance() == Approx(9e288 * 1000 / 999).epsilon(1e-12));
}

TEST_CASE("Moments: merge equals seeing both streams", "[stats][law]") {
    const double offset = GENERATE(0.0, 1e6, 1e9);
    const int split = GENERATE(0, 1, 200, 499, 500);
    Moments left, right, both;
    for (int i = 0; i < 500; ++i) {
        const double x = offset + 0.5 * (i % 7);
        (i < split ? left : right).observe(x);
        both.observe(x);
    }
    right.observe(sonde::testing::nan());
    both.observe(sonde::testing::nan());
    left.merge(right);
    CHECK(left.count() == both.count());
    CHECK(left.rejected() == 1);
    CHECK(left.mean() == Approx(both.mean()).epsilon(1e-15));
    CHECK(left.variance() == Approx(both.variance()).epsilon(1e-12));
    CHECK(left.minimum() == both.minimum());
    CHECK(left.maximum() == both.maximum());
}

TEST_CASE("Moments: merging with itself is seeing the stream twice", "[stats][law]") {
    Moments once, twice;
    for (int round = 0; round < 2; ++round) {
        for (const double x : {1.0, 2.0, 4.0}) {
            if (round == 0) once.observe(x);
            twice.observe(x);
        }
    }
    once.merge(once);
    CHECK(once.count() == 6);
    CHECK(once.mean() == Approx(twice.mean()).epsilon(1e-15));
    CHECK(once.variance() == Approx(twice.variance()).epsilon(1e-15));
}

TEST_CASE("Moments: survive a round trip, and damaged bytes do not", "[stats][law]") {
    const double scale = GENERATE(0.0, 1e-300, 1.0, 1e140);
    Moments m;
    const auto use = [](Moments& taken) {
        taken.observe(1);
        taken.merge(taken);
        (void)taken.stddev();
    };
    sonde::testing::check_damage(m, use);
    Rng rng{5};
    for (int i = 0; i < 100; ++i) m.observe(scale * (10 + rng.normal()));
    m.observe(sonde::testing::nan());
    sonde::testing::check_damage(m, use);

    Moments back = from_bytes<Moments>(to_bytes(m));
    for (Moments* each : {&m, &back}) each->observe(3);
    CHECK(back.mean() == m.mean());
    CHECK(back.variance() == m.variance());
    CHECK(back.rejected() == 1);
}

TEST_CASE("Moments: observe and merge allocate nothing", "[stats][law]") {
    Moments m, other;
    const sonde::testing::AllocationCount count;
    for (int i = 0; i < 100; ++i) {
        m.observe(i);
        other.merge(m);
    }
    CHECK(count.since_start() == 0);
}
