// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/quantile_sketch.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/core/special_values.hpp"
#include "unit/stats/damage.hpp"

using namespace sonde;
using namespace sonde::testing;
using namespace std::chrono_literals;

namespace {

enum class Stream { lognormal, bimodal, pareto, negative, powers, descending, constant, edges };

std::vector<double> draw(Stream stream, std::size_t n) {
    Rng rng{static_cast<std::uint64_t>(stream)};
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) {
        const double u = 1 - rng.uniform();
        switch (stream) {
            case Stream::lognormal:
                values.push_back(std::exp(2 * rng.normal()));
                break;
            case Stream::bimodal:
                values.push_back(u < 0.98 ? 0.01 + 0.001 * u : 5 + rng.normal() * 0.1);
                break;
            case Stream::pareto:
                values.push_back(1 / u);
                break;
            case Stream::negative:
                values.push_back(rng.normal() * std::exp(rng.normal()));
                break;
            case Stream::powers:
                values.push_back(std::exp2(static_cast<double>(i % 50) - 25));
                break;
            case Stream::descending:
                values.push_back(static_cast<double>(n - i) * 1e-3);
                break;
            case Stream::constant:
                values.push_back(0.1);
                break;
            // The last double of each bucket and the first of the next: furthest from the middle.
            case Stream::edges:
                values.push_back(
                    std::nextafter(1 + static_cast<double>(i / 2 % 64) / 64, i % 2 == 0 ? 0.0 : 3.0));
                break;
        }
    }
    return values;
}

/// The number with rank q (n - 1), rounded down.
double ranked(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

constexpr double probabilities[] = {0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1};

}  // namespace

TEST_CASE("QuantileSketch: every quantile is within the relative error", "[stats][law]") {
    const auto stream = GENERATE(Stream::lognormal, Stream::bimodal, Stream::pareto, Stream::negative,
                                 Stream::powers, Stream::descending, Stream::constant, Stream::edges);
    const double error = GENERATE(0.2, 0.01, 0.001);
    const std::size_t n = GENERATE(1U, 2U, 7U, 20'000U);
    const std::vector<double> values = draw(stream, n);
    QuantileSketch sketch{{.relative_error = error}};
    for (const double x : values) sketch.observe(x);
    CHECK(sketch.relative_error() <= error);
    CHECK(sketch.clipped() == 0);
    CHECK(sketch.weight() == static_cast<double>(n));
    for (const double q : probabilities) {
        const double exact = ranked(values, q);
        CAPTURE(static_cast<int>(stream), error, n, q, exact);
        CHECK(std::abs(sketch.quantile(q) - exact) <= sketch.relative_error() * std::abs(exact) * (1 + 1e-9));
    }
}

TEST_CASE("QuantileSketch: the extremes are exact", "[stats]") {
    QuantileSketch sketch;
    for (const double x : {0.3, -7.7, 12.34}) sketch.observe(x);
    CHECK(sketch.minimum() == -7.7);
    CHECK(sketch.maximum() == 12.34);
    CHECK(sketch.quantile(0) >= -7.7);
    CHECK(sketch.quantile(1) <= 12.34);
}

TEST_CASE("QuantileSketch: an empty one gives 0, and clear empties it", "[stats][boundary]") {
    QuantileSketch sketch;
    for (int round = 0; round < 2; ++round) {
        CHECK(sketch.quantile(0.5) == 0);
        CHECK(sketch.weight() == 0);
        CHECK(sketch.count() == 0);
        sketch.observe(5);
        CHECK(sketch.quantile(0.5) == 5);
        sketch.clear();
    }
}

TEST_CASE("QuantileSketch: what is nearer to 0 than the smallest counts as 0", "[stats][boundary]") {
    QuantileSketch sketch{{.smallest = 0.5, .largest = 8}};
    for (const double x : {0.0, -0.0, 0.49, -0.1, 1e-310}) sketch.observe(x);
    CHECK(sketch.quantile(0.5) == 0);
    CHECK(sketch.clipped() == 0);
    sketch.observe(0.5);
    CHECK(sketch.quantile(1) == 0.5);
}

TEST_CASE("QuantileSketch: what is beyond the largest is clipped and counted", "[stats][boundary]") {
    QuantileSketch sketch{{.smallest = 1, .largest = 8}};
    sketch.observe(8);
    CHECK(sketch.clipped() == 0);
    for (const double x : {1e6, -1e6, 1.7e308}) sketch.observe(x);
    CHECK(sketch.clipped() == 3);
    CHECK(sketch.count() == 4);
    CHECK(sketch.maximum() == 1.7e308);
    CHECK(sketch.quantile(0.9) == Approx(8).epsilon(0.01));
    CHECK(sketch.quantile(0) == Approx(-8).epsilon(0.01));
}

TEST_CASE("QuantileSketch: without a negative side it has half the memory and clips to 0",
          "[stats][boundary]") {
    QuantileSketch both, positive{{.negative = false}};
    CHECK(2 * positive.memory() < both.memory() + 100);
    CHECK(positive.memory() < 32 * 1024);
    for (const double x : {-5.0, 3.0, 4.0}) positive.observe(x);
    CHECK(positive.clipped() == 1);
    CHECK(positive.quantile(0) == 0);
    CHECK(positive.quantile(1) == Approx(4).epsilon(0.01));
}

TEST_CASE("QuantileSketch: merge equals seeing both streams", "[stats][law]") {
    QuantileSketch left, right, both;
    Rng rng{3};
    for (int i = 0; i < 10'000; ++i) {
        const double x = i == 17 ? nan() : i == 18 ? 1e15 : rng.normal() + (i % 2) * 5;
        (rng.below(3) == 0 ? left : right).observe(x);
        both.observe(x);
    }
    left.merge(right);
    CHECK(left.count() == both.count());
    CHECK(left.rejected() == 1);
    CHECK(left.clipped() == 1);
    CHECK(left.minimum() == both.minimum());
    CHECK(left.maximum() == both.maximum());
    for (const double q : probabilities) CHECK(left.quantile(q) == both.quantile(q));
}

TEST_CASE("QuantileSketch: merges with itself, with nothing and into nothing", "[stats][boundary]") {
    QuantileSketch sketch, empty;
    for (const double x : {1.0, 2.0, 4.0}) sketch.observe(x);
    sketch.merge(empty);
    CHECK(sketch.count() == 3);
    sketch.merge(sketch);
    CHECK(sketch.weight() == 6);
    empty.merge(sketch);
    CHECK(empty.quantile(0.5) == sketch.quantile(0.5));
}

TEST_CASE("QuantileSketch: takes over a sketch with other buckets, and the errors add up", "[stats][law]") {
    const std::vector<double> values = draw(Stream::negative, 5000);
    QuantileSketch fine{{.relative_error = 0.002}},
        coarse{{.relative_error = 0.05, .smallest = 1e-6, .largest = 1e6}};
    for (std::size_t i = 0; i < values.size(); ++i) (i % 2 == 0 ? fine : coarse).observe(values[i]);
    const double error = fine.relative_error() + coarse.relative_error() + 0.003;
    fine.merge(coarse);
    CHECK(fine.weight() == 5000);
    for (const double q : probabilities) {
        const double exact = ranked(values, q);
        CAPTURE(q);
        CHECK(std::abs(fine.quantile(q) - exact) <= error * std::abs(exact) + 0.002);
    }
}

TEST_CASE("QuantileSketch: with decay it forgets at the speed of the half-life", "[stats]") {
    const double half_life = GENERATE(1.0, 50.0);
    QuantileSketch sketch{{.decay = Decay::half_life(half_life)}};
    for (int i = 0; i < 100'000; ++i) sketch.observe(1);  // far enough for the weights to be brought down
    const double long_run = 1 / (1 - std::exp2(-1 / half_life));
    CHECK(sketch.weight() == Approx(long_run).epsilon(1e-9));
    for (int i = 0; i < 3 * half_life; ++i) sketch.observe(100);
    CHECK(sketch.weight() == Approx(long_run).epsilon(1e-9));
    CHECK(sketch.quantile(0.05) == Approx(1).epsilon(0.01));  // an eighth is left of the old ones
    CHECK(sketch.quantile(0.3) == Approx(100).epsilon(0.01));
    CHECK(sketch.count() == 100'000 + static_cast<std::uint64_t>(3 * half_life));
}

TEST_CASE("QuantileSketch: with decay by time, merge equals seeing both streams", "[stats][law]") {
    QuantileSketch left{{.decay = Decay::half_life(10s)}}, right = left, both = left;
    Rng rng{4};
    for (int i = 0; i < 5000; ++i) {
        const double x = std::exp(rng.normal()) + i;
        const TimePoint now{100s + i * 1s};
        (rng.below(3) == 0 ? left : right).observe(x, now);
        both.observe(x, now);
    }
    QuantileSketch other_way = right;
    other_way.merge(left);
    left.merge(right);
    for (const QuantileSketch* sketch : {&left, &other_way}) {
        CHECK(sketch->weight() == Approx(both.weight()).epsilon(1e-9));
        for (const double q : probabilities)
            CHECK(sketch->quantile(q) == Approx(both.quantile(q)).epsilon(0.02));
    }
    both.observe(3, TimePoint::max());
    CHECK(both.weight() == Approx(1).epsilon(1e-9));
    CHECK(both.quantile(0.5) == Approx(3).epsilon(0.01));
}

TEST_CASE("QuantileSketch: a cleared one takes over numbers however old they are", "[stats][boundary]") {
    QuantileSketch sketch{{.decay = Decay::half_life(1s)}}, old = sketch;
    old.observe(5, TimePoint{1s});
    sketch.observe(7, TimePoint{2h});
    SECTION("cleared") {
        sketch.clear();
        sketch.merge(old);
        CHECK(sketch.weight() == 1);
        CHECK(sketch.quantile(0.5) == 5);
    }
    SECTION("beside a later number they have faded to nothing") {
        sketch.merge(old);
        CHECK(sketch.weight() == 1);
        CHECK(sketch.quantile(0) == Approx(7).epsilon(0.01));
    }
    CHECK(from_bytes<QuantileSketch>(to_bytes(sketch)).weight() == 1);
}

TEST_CASE("QuantileSketch: bad input is counted and not learned", "[stats][law]") {
    QuantileSketch sketch{{.decay = Decay::half_life(10s)}};
    sketch.observe(1, TimePoint{1s});
    for (const std::uint64_t bits : not_finite_bits) {
        sketch.observe(from_bits(bits));
        sketch.observe(from_bits(bits), TimePoint{1h});
    }
    CHECK(sketch.rejected() == 12);
    CHECK(sketch.count() == 1);
    CHECK(sketch.weight() == 1);
    CHECK(sketch.maximum() == 1);
}

TEST_CASE("QuantileSketch: options out of range are refused", "[stats][boundary]") {
    CHECK_THROWS_AS((QuantileSketch{{.relative_error = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileSketch{{.relative_error = 0.31}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileSketch{{.relative_error = nan()}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileSketch{{.smallest = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileSketch{{.smallest = 2, .largest = 2}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileSketch{{.largest = infinity()}}), std::invalid_argument);
    CHECK_THROWS_WITH((QuantileSketch{{.relative_error = 0.0001, .smallest = 1e-150, .largest = 1e150}}),
                      Catch::Matchers::ContainsSubstring("less precision or less range"));
    CHECK_NOTHROW(QuantileSketch{{.relative_error = 0.01, .smallest = 1e-150, .largest = 1e150}});
}

TEST_CASE("QuantileSketch: survives a round trip, and damaged bytes do not", "[stats][law]") {
    const auto use = [](QuantileSketch& taken) {
        taken.observe(1, TimePoint{5s});
        taken.merge(taken);
        (void)taken.quantile(0.5);
        (void)taken.weight();
    };
    QuantileSketch sketch{{.relative_error = 0.2, .decay = Decay::half_life(20.0)}};
    check_damage(sketch, use);
    Rng rng{5};
    for (int i = 0; i < 100; ++i) sketch.observe(rng.normal());
    sketch.observe(nan());
    sketch.observe(1e20);
    check_damage(sketch, use);

    check_count_bound<QuantileSketch>(sketch, 53);
    QuantileSketch back = from_bytes<QuantileSketch>(to_bytes(sketch));
    for (QuantileSketch* each : {&sketch, &back})
        for (int i = 0; i < 30; ++i) each->observe(i * 0.1);
    CHECK(back.weight() == sketch.weight());
    for (const double q : probabilities) CHECK(back.quantile(q) == sketch.quantile(q));
}

TEST_CASE("QuantileSketch: nothing allocates after construction", "[stats][law]") {
    QuantileSketch sketch{{.decay = Decay::half_life(10s)}}, other{{.relative_error = 0.1}};
    const AllocationCount count;
    double sum = 0;
    for (int i = 0; i < 1000; ++i) {
        sketch.observe(i, TimePoint{Duration{i}});
        other.observe(i);
        if (i % 100 == 0) {
            other.merge(sketch);
            sketch.merge(sketch);
        }
        sum += sketch.quantile(0.9);
    }
    sketch.clear();
    CHECK(count.since_start() == 0);
    CHECK(sum > 0);
}
