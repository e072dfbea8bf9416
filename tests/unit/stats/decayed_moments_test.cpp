// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/decayed_moments.hpp"

#include <chrono>
#include <cmath>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/stats/moments.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/core/special_values.hpp"
#include "unit/stats/damage.hpp"

using namespace sonde;
using namespace std::chrono_literals;

namespace {

struct Weighted {
    double x, weight;
};

struct Reference {
    double mean, variance, effective;
};

/// By the definitions, in extended precision.
Reference reference(const std::vector<Weighted>& values) {
    long double w = 0, w2 = 0, sum = 0, squares = 0;
    for (const auto& v : values) {
        w += v.weight;
        w2 += static_cast<long double>(v.weight) * v.weight;
        sum += static_cast<long double>(v.weight) * v.x;
    }
    for (const auto& v : values) squares += v.weight * (v.x - sum / w) * (v.x - sum / w);
    return {static_cast<double>(sum / w), static_cast<double>(squares / (w - w2 / w)),
            static_cast<double>(w * w / w2)};
}

}  // namespace

TEST_CASE("DecayedMoments: agree with the definition of weighted mean and variance", "[stats][golden]") {
    const double offset = GENERATE(0.0, 1e9);
    const double keep = GENERATE(0.5, 0.9, 0.999);
    DecayedMoments m{Decay::alpha(1 - keep)};
    std::vector<Weighted> seen;
    Rng rng{2};
    for (int i = 0; i < 400; ++i) {
        for (auto& v : seen) v.weight *= m.count() > 0 ? Decay::alpha(1 - keep).keep() : 1;
        seen.push_back({offset + std::exp(rng.normal()), 1});
        m.observe(seen.back().x);
        if (i < 1) continue;
        const Reference r = reference(seen);
        REQUIRE(m.mean() == Approx(r.mean).epsilon(1e-14));
        REQUIRE(m.variance() == Approx(r.variance).epsilon(1e-8));
        REQUIRE(m.effective_count() == Approx(r.effective).epsilon(1e-10));
    }
}

TEST_CASE("DecayedMoments: without decay they are the plain moments", "[stats][law]") {
    DecayedMoments decayed{Decay{}};
    Moments plain;
    Rng rng{3};
    for (int i = 0; i < 1000; ++i) {
        const double x = 1e6 + rng.normal();
        decayed.observe(x);
        plain.observe(x);
    }
    CHECK(decayed.mean() == Approx(plain.mean()).epsilon(1e-15));
    CHECK(decayed.variance() == Approx(plain.variance()).epsilon(1e-12));
    CHECK(decayed.weight() == 1000);
    CHECK(decayed.effective_count() == 1000);
}

TEST_CASE("DecayedMoments: the variance is unbiased", "[stats]") {
    Rng rng{4};
    Moments estimates;
    for (int round = 0; round < 20'000; ++round) {
        DecayedMoments m{Decay::half_life(3.0)};
        for (int i = 0; i < 10; ++i) m.observe(2 * rng.normal());
        estimates.observe(m.variance());
    }
    CHECK(std::abs(estimates.mean() - 4) < 4 * estimates.stddev() / std::sqrt(20'000));
}

TEST_CASE("DecayedMoments: with fewer than two values that matter the variance is 0", "[stats][boundary]") {
    DecayedMoments m{Decay::alpha(1)};
    CHECK(m.variance() == 0);
    CHECK(m.effective_count() == 0);
    for (const double x : {1.0, 5.0, 9.0}) {
        m.observe(x);
        CHECK(m.variance() == 0);
        CHECK(m.mean() == x);
    }
    DecayedMoments timed{Decay::half_life(1s)};
    timed.observe(1, TimePoint{0s});
    timed.observe(7, TimePoint{1h});
    CHECK(timed.mean() == 7);
    CHECK(timed.variance() == 0);
}

TEST_CASE("DecayedMoments: forget an old level at the speed of their half-life", "[stats]") {
    DecayedMoments m{Decay::half_life(10.0)};
    for (int i = 0; i < 1000; ++i) m.observe(0);
    for (int i = 0; i < 10; ++i) m.observe(1);
    CHECK(m.mean() == Approx(0.5).epsilon(1e-10));
    for (int i = 0; i < 10; ++i) m.observe(1);
    CHECK(m.mean() == Approx(0.75).epsilon(1e-10));
}

TEST_CASE("DecayedMoments: forget how large an old value was", "[stats][law]") {
    DecayedMoments m{Decay::half_life(100.0)};
    m.observe(0x1p64);
    Rng rng{9};
    for (int i = 0; i < 20'000; ++i) m.observe(1 + 0.1 * rng.normal());
    CHECK(m.mean() == Approx(1).margin(0.05));
    CHECK(m.stddev() == Approx(0.1).epsilon(0.25));

    // So do those that such a one was merged into.
    DecayedMoments merged{Decay::half_life(100.0)}, huge = merged;
    merged.observe(1);
    huge.observe(0x1p64);
    merged.merge(huge);
    for (int i = 0; i < 20'000; ++i) merged.observe(1 + 0.1 * rng.normal());
    CHECK(merged.mean() == Approx(1).margin(0.05));
    CHECK(merged.stddev() == Approx(0.1).epsilon(0.25));
}

TEST_CASE("DecayedMoments: what fades at once takes no digits of the variance along", "[stats][golden]") {
    const Decay decay = Decay::half_life(1s);
    DecayedMoments m{decay};
    std::vector<Weighted> seen;
    Rng rng{10};
    Duration now{0};
    for (int i = 0; i < 200; ++i) {
        const Duration gap{static_cast<std::int64_t>(20'000'000'000 + rng.below(10'000'000'000))};
        for (auto& v : seen) v.weight *= decay.keep(gap);
        seen.push_back({i == 0 ? 0.0 : 20'000 + rng.normal(), 1});
        m.observe(seen.back().x, TimePoint{now += gap});
        if (i < 1) continue;
        // What is left of the others, 2^-30, is in the sum of the weights, 1, to seven digits.
        REQUIRE(m.variance() == Approx(reference(seen).variance).epsilon(1e-6));
        REQUIRE(m.mean() == Approx(reference(seen).mean).epsilon(1e-14));
    }
}

TEST_CASE("DecayedMoments: by time, merge equals seeing both streams", "[stats][law]") {
    DecayedMoments left{Decay::half_life(20s)}, right = left, both = left;
    Rng rng{6};
    const int last_left = GENERATE(499, 400);
    for (int i = 0; i < 500; ++i) {
        const double x = 1e9 + rng.normal();
        const TimePoint now{100s + i * 100ms};
        (i % 3 == 0 && i <= last_left ? left : right).observe(x, now);
        both.observe(x, now);
    }
    DecayedMoments other_way = right;
    other_way.merge(left);
    left.merge(right);
    for (const DecayedMoments* m : {&left, &other_way}) {
        CHECK(m->count() == 500);
        CHECK(m->mean() == Approx(both.mean()).epsilon(1e-15));
        CHECK(m->variance() == Approx(both.variance()).epsilon(1e-9));
        CHECK(m->weight() == Approx(both.weight()).epsilon(1e-12));
        CHECK(m->effective_count() == Approx(both.effective_count()).epsilon(1e-12));
    }
}

TEST_CASE("DecayedMoments: merging with nothing changes nothing", "[stats][boundary]") {
    DecayedMoments m{Decay::alpha(0.1)}, empty = m;
    m.observe(3);
    m.observe(5);
    const double mean = m.mean(), variance = m.variance();
    m.merge(empty);
    CHECK(m.mean() == mean);
    empty.merge(m);
    CHECK(empty.mean() == mean);
    CHECK(empty.variance() == Approx(variance).epsilon(1e-15));
}

TEST_CASE("DecayedMoments: bad input is counted and not learned", "[stats][law]") {
    DecayedMoments m{Decay::half_life(10s)};
    m.observe(1, TimePoint{1s});
    m.observe(2, TimePoint{2s});
    const double variance = m.variance();
    for (const std::uint64_t bits : sonde::testing::not_finite_bits) {
        m.observe(sonde::testing::from_bits(bits));
        m.observe(sonde::testing::from_bits(bits), TimePoint{1h});
    }
    m.observe(1e200);
    CHECK(m.rejected() == 13);
    CHECK(m.count() == 2);
    CHECK(m.variance() == variance);
}

TEST_CASE("DecayedMoments: survive a round trip, and damaged bytes do not", "[stats][law]") {
    DecayedMoments m{Decay::half_life(30.0)};
    const auto use = [](DecayedMoments& taken) {
        taken.observe(1, TimePoint{5s});
        taken.merge(taken);
        (void)taken.stddev();
        (void)taken.effective_count();
    };
    sonde::testing::check_damage(m, use);
    Rng rng{8};
    for (int i = 0; i < 100; ++i) m.observe(1e9 + rng.normal());
    sonde::testing::check_damage(m, use);

    sonde::testing::check_count_bound<DecayedMoments>(m, 28);
    DecayedMoments back = from_bytes<DecayedMoments>(to_bytes(m));
    for (DecayedMoments* each : {&m, &back}) each->observe(1e9 + 3);
    CHECK(back.mean() == m.mean());
    CHECK(back.variance() == m.variance());
}

TEST_CASE("DecayedMoments: observe and merge allocate nothing", "[stats][law]") {
    DecayedMoments m{Decay::half_life(10s)}, other = m;
    const sonde::testing::AllocationCount count;
    for (int i = 0; i < 100; ++i) {
        m.observe(i);
        m.observe(i, TimePoint{Duration{i}});
        other.merge(m);
    }
    CHECK(count.since_start() == 0);
}
