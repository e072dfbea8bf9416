// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/sliding_window.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

double quantile(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    const double at = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

double by_brute_force(const std::vector<double>& window, double x, const SlidingWindowOptions& options) {
    double centre = 0, scale = 0;
    if (options.reference == WindowReference::mean_stddev) {
        long double sum = 0, squares = 0;
        for (const double value : window) sum += value;
        const long double mean = sum / static_cast<long double>(window.size());
        for (const double value : window) squares += (value - mean) * (value - mean);
        centre = static_cast<double>(mean);
        scale = static_cast<double>(std::sqrt(squares / static_cast<long double>(window.size() - 1)));
    } else {
        centre = quantile(window, 0.5);
        std::vector<double> deviations;
        for (const double value : window) deviations.push_back(std::abs(value - centre));
        scale = 1.482602218505602 * quantile(deviations, 0.5);
        if (options.reference == WindowReference::quantiles)
            scale =
                x < centre ? centre - quantile(window, options.low) : quantile(window, options.high) - centre;
    }
    if (options.side == Side::above) return std::max(0.0, x - centre) / scale;
    if (options.side == Side::below) return std::max(0.0, centre - x) / scale;
    return std::abs(x - centre) / scale;
}

}  // namespace

TEST_CASE("SlidingWindowScorer: equals brute force over the last n values, the judged one excluded",
          "[detectors]") {
    SlidingWindowOptions options;
    options.window = GENERATE(2U, 7U, 100U);
    options.reference =
        GENERATE(WindowReference::mean_stddev, WindowReference::median_mad, WindowReference::quantiles);
    options.side = GENERATE(Side::both, Side::above, Side::below);
    options.warm_up = 2;
    SlidingWindowScorer scorer{options};
    Rng rng{1};
    std::vector<double> values;
    for (int i = 0; i < 500; ++i) {
        const double x = 1e3 + 0.05 * i + (i % 50 == 0 ? 40.0 : rng.normal());
        const auto size = std::min(values.size(), options.window);
        const std::vector<double> window(values.end() - static_cast<std::ptrdiff_t>(size), values.end());
        const Score score = scorer.score(x);
        if (size < 2)
            CHECK(score == Score{0, Status::warming_up});
        else
            CHECK(score.value == Approx(by_brute_force(window, x, options)).epsilon(1e-8).margin(1e-9));
        scorer.learn(x);
        values.push_back(x);
    }
}

TEST_CASE("SlidingWindowScorer: a value at the quantile scores 1", "[detectors]") {
    SlidingWindowScorer scorer{{.reference = WindowReference::quantiles, .low = 0.1, .high = 0.9}};
    for (int i = 0; i <= 100; ++i) scorer.learn(i);  // 1 .. 100 remain: median 50.5
    CHECK(scorer.score(1 + 0.9 * 99).value == Approx(1));
    CHECK(scorer.score(1 + 0.1 * 99).value == Approx(1));
    CHECK(scorer.score(50.5).value == Approx(0).margin(1e-12));
    CHECK(scorer.default_threshold() == 2);
}

TEST_CASE("SlidingWindowScorer: has forgotten what left the window", "[detectors]") {
    SlidingWindowScorer scorer{{.window = 50}};
    scorer.learn(1e140);
    Rng rng{2};
    for (int i = 0; i < 50; ++i) scorer.learn(rng.normal());
    CHECK(scorer.score(10.0).value > 5);
}

TEST_CASE("SlidingWindowScorer: the warm-up is at most the window", "[detectors]") {
    CHECK(SlidingWindowScorer{{.window = 20}}.options().warm_up == 20);
    CHECK(SlidingWindowScorer{{.window = 20, .warm_up = 5}}.options().warm_up == 5);
    SlidingWindowScorer scorer{{.window = 20}};
    for (int i = 0; i < 20; ++i) {
        CHECK(scorer.score(0.0).status == Status::warming_up);
        scorer.learn(i);
    }
    CHECK(scorer.score(0.0).status == Status::ok);
}

TEST_CASE("SlidingWindowScorer: where the MAD is 0 the mean absolute deviation stands in", "[detectors]") {
    SlidingWindowScorer scorer{{.window = 40, .reference = WindowReference::median_mad}};
    for (int i = 0; i < 40; ++i) scorer.learn(i % 4 == 0 ? 11.0 : 7.0);
    CHECK(scorer.score(9.0).value == Approx(2 / std::sqrt(3.14159265358979323846 / 2)));
}

TEST_CASE("SlidingWindowScorer: distances are not divided by less than min_scale", "[detectors]") {
    const auto reference =
        GENERATE(WindowReference::mean_stddev, WindowReference::median_mad, WindowReference::quantiles);
    SlidingWindowScorer scorer{{.reference = reference, .min_scale = 0.5}};
    for (int i = 0; i < 100; ++i) scorer.learn(3.0);
    CHECK(scorer.score(4.0).value == Approx(2));
    CHECK(scorer.score(3.0).value == 0);
}

TEST_CASE("SlidingWindowScorer: a constant window gives finite scores", "[detectors]") {
    SlidingWindowScorer scorer;
    for (int i = 0; i < 200; ++i) scorer.learn(0.0);
    CHECK(scorer.score(0.0).value == 0);
    CHECK(scorer.score(1.7e308).value == 1e18);
    CHECK(scorer.score(1.0).value == 1e18);
}

TEST_CASE("SlidingWindowDetector: is made from nothing or options", "[detectors]") {
    SlidingWindowDetector plain;
    const SlidingWindowDetector wide{{.window = 300, .side = Side::above}};
    CHECK(plain.scorer().options().window == 100);
    CHECK(plain.threshold().value() == 3);
    CHECK(wide.scorer().options().window == 300);
    for (int i = 0; i < 100; ++i) plain.observe(i % 10);
    CHECK(plain.observe(100.0).anomalous);
}

TEST_CASE("SlidingWindowScorer: options outside their range are refused", "[detectors]") {
    const double nan = std::bit_cast<double>(0x7ff8'0000'0000'0000U);
    for (const SlidingWindowOptions& wrong :
         std::vector<SlidingWindowOptions>{{.window = 1},
                                           {.window = (std::size_t{1} << 20) + 1},
                                           {.low = 0.5},
                                           {.low = -0.1},
                                           {.low = nan},
                                           {.high = 0.5},
                                           {.high = 1.1},
                                           {.min_scale = -1},
                                           {.min_scale = nan},
                                           {.warm_up = 1}})
        CHECK_THROWS_AS(SlidingWindowScorer{wrong}, std::invalid_argument);
}
