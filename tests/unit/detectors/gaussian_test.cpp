// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/gaussian.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

GaussianScorer taught(const GaussianOptions& options, const std::vector<double>& values) {
    GaussianScorer scorer{options};
    for (const double value : values) scorer.learn(value);
    return scorer;
}

const std::vector<double> small{1, 2, 3, 4, 5, 6, 7, 8};  // mean 4.5, standard deviation sqrt(6)

}  // namespace

TEST_CASE("GaussianScorer: the z-score is the distance from the mean in standard deviations", "[detectors]") {
    STATIC_REQUIRE(Learner<GaussianScorer>);
    const auto scorer = taught({.warm_up = 8}, small);
    CHECK(scorer.centre() == Approx(4.5));
    CHECK(scorer.scale() == Approx(std::sqrt(6.0)));
    CHECK(scorer.score(4.5).value == Approx(0).margin(1e-12));
    CHECK(scorer.score(10.0).value == Approx(5.5 / std::sqrt(6.0)));
    CHECK(scorer.score(-1.0).value == Approx(5.5 / std::sqrt(6.0)));
}

TEST_CASE("GaussianScorer: a side that does not count scores 0", "[detectors]") {
    const auto above = taught({.warm_up = 8, .side = Side::above}, small);
    const auto below = taught({.warm_up = 8, .side = Side::below}, small);
    CHECK(above.score(10.0).value == Approx(5.5 / std::sqrt(6.0)));
    CHECK(above.score(-1.0).value == 0);
    CHECK(below.score(10.0).value == 0);
    CHECK(below.score(-1.0).value == Approx(5.5 / std::sqrt(6.0)));
}

TEST_CASE("GaussianScorer: the density form is the log density's fall from the mode", "[detectors]") {
    const auto scorer = taught({.warm_up = 8, .form = GaussianForm::density}, small);
    const double variance = 6, pi = 3.14159265358979323846;
    const auto log_density = [&](double x) {
        return -(x - 4.5) * (x - 4.5) / (2 * variance) - std::log(std::sqrt(2 * pi * variance));
    };
    for (const double x : {-3.0, 4.5, 5.0, 11.0})
        CHECK(scorer.score(x).value == Approx(log_density(4.5) - log_density(x)).margin(1e-12));
    CHECK(scorer.default_threshold() == 4.5);
}

TEST_CASE("GaussianScorer: warms up for exactly so many values", "[detectors]") {
    GaussianScorer scorer{{.warm_up = 5}};
    for (int i = 0; i < 5; ++i) {
        CHECK(scorer.score(100.0) == Score{0, Status::warming_up});
        scorer.learn(i);
    }
    CHECK(scorer.score(100.0).status == Status::ok);
    CHECK(scorer.learned() == 5);
}

TEST_CASE("GaussianScorer: with a half-life each value has the weight 2^(-age / half-life)", "[detectors]") {
    const double half_life = GENERATE(1.0, 10.0, 50.0);
    Rng rng{1};
    std::vector<double> values;
    for (int i = 0; i < 200; ++i) values.push_back(i * 0.1 + rng.normal());
    const auto scorer = taught({.half_life = half_life}, values);

    long double weight = 0, weight2 = 0, sum = 0, squares = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const long double w = std::exp2(-static_cast<long double>(values.size() - 1 - i) / half_life);
        weight += w;
        weight2 += w * w;
        sum += w * values[i];
    }
    const long double mean = sum / weight;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const long double w = std::exp2(-static_cast<long double>(values.size() - 1 - i) / half_life);
        squares += w * (values[i] - mean) * (values[i] - mean);
    }
    const long double variance = squares / (weight - weight2 / weight);
    CHECK(scorer.centre() == Approx(static_cast<double>(mean)).epsilon(1e-10));
    CHECK(scorer.scale() == Approx(static_cast<double>(std::sqrt(variance))).epsilon(1e-10));
}

TEST_CASE("GaussianScorer: the robust estimate is median and 1.4826 MAD", "[detectors]") {
    const auto scorer =
        taught({.warm_up = 9, .estimate = GaussianEstimate::median_mad}, {1, 2, 3, 4, 5, 6, 7, 8, 1000});
    CHECK(scorer.centre() == 5);
    CHECK(scorer.scale() == Approx(1.482602218505602 * 2));
    CHECK(scorer.score(5 + 1.482602218505602 * 6).value == Approx(3));
}

TEST_CASE("GaussianScorer: the robust estimate bears 40 % of anomalies, the other one does not",
          "[detectors]") {
    Rng rng{2};
    std::vector<double> values;
    for (int i = 0; i < 2000; ++i) values.push_back(i % 5 < 2 ? 1e6 : rng.normal());
    CHECK(taught({.estimate = GaussianEstimate::median_mad}, values).score(1e6).value > 1e5);
    CHECK(taught({}, values).score(1e6).value < 3);
}

TEST_CASE("GaussianScorer: where the MAD is 0 the mean absolute deviation stands in", "[detectors]") {
    std::vector<double> values(30, 7.0);
    for (int i = 0; i < 10; ++i) values.push_back(11.0);
    const auto scorer = taught({.estimate = GaussianEstimate::median_mad}, values);
    CHECK(scorer.scale() == Approx(std::sqrt(3.14159265358979323846 / 2)));  // mean deviation 40 / 40
}

TEST_CASE("GaussianScorer: a constant stream scores 0 for its constant and a finite score else",
          "[detectors]") {
    const double constant = GENERATE(0.0, 0.1, -3e5, 1e-300, 1e200);
    const GaussianOptions options = GENERATE(GaussianOptions{}, GaussianOptions{.half_life = 20},
                                             GaussianOptions{.form = GaussianForm::density},
                                             GaussianOptions{.estimate = GaussianEstimate::median_mad});
    const auto scorer = taught(options, std::vector<double>(1000, constant));
    CHECK(scorer.score(constant).value == Approx(0).margin(1e-3));
    for (const double other : {1.0, -1.7e308, 1.7e308, 5e-324}) {
        const Score score = scorer.score(other);
        CHECK(is_finite(score.value));
        CHECK(score.value >= 0);
        CHECK(score.value <= 5e35);
    }
    if (constant < 1e100) CHECK(scorer.score(constant + 1.0).value > 1e5);
}

TEST_CASE("GaussianScorer: the scale is not taken below min_stddev", "[detectors]") {
    const auto scorer = taught({.min_stddev = 0.5}, std::vector<double>(100, 3.0));
    CHECK(scorer.scale() == 0.5);
    CHECK(scorer.score(4.0).value == Approx(2));
}

TEST_CASE("GaussianScorer: huge values are taken as 1e140 and do no harm", "[detectors]") {
    auto scorer = taught({}, std::vector<double>(100, 1.0));
    for (int i = 0; i < 100; ++i) scorer.learn(i % 2 == 0 ? 1e308 : -1e308);
    CHECK(is_finite(scorer.centre()));
    CHECK(is_finite(scorer.scale()));
    CHECK(scorer.score(1e308).value == scorer.score(1e140).value);
}

TEST_CASE("GaussianScorer: statistics that do not fit its options and count are refused", "[detectors]") {
    const auto robust = GaussianEstimate::median_mad;
    const GaussianOptions options =
        GENERATE_COPY(GaussianOptions{}, GaussianOptions{.half_life = 20},
                      GaussianOptions{.half_life = 20, .estimate = robust, .reservoir = 8});
    const auto scorer = taught(options, small);
    ByteWriter writer;
    write_object(writer, scorer);
    const std::vector<std::byte> good{writer.bytes().begin(), writer.bytes().end()};
    REQUIRE_NOTHROW(from_bytes<GaussianScorer>(detail::seal(good)));
    const auto refused = [&good](std::size_t at, auto value) {
        std::vector<std::byte> state = good;
        std::memcpy(&state[at], &value, sizeof value);
        CHECK_THROWS_AS(from_bytes<GaussianScorer>(detail::seal(state)), FormatError);
    };
    refused(6 + 43, std::uint64_t{1000});                                // learned
    if (options.half_life > 0) refused(6 + 8, 30.0);                     // not the half-life of the statistic
    if (options.estimate == robust) refused(6 + 27, std::uint64_t{16});  // nor its capacity
}

TEST_CASE("GaussianDetector: is made from nothing, options, or parts", "[detectors]") {
    const GaussianDetector plain;
    const GaussianDetector from_options{{.warm_up = 50}};
    const GaussianDetector with_threshold{{.warm_up = 50}, FixedThreshold{4.0}, LearnFrom::normal_only};
    const GaussianDetector from_parts{GaussianScorer{{.warm_up = 50}}, FixedThreshold{3.0}};
    const StreamingDetector deduced{GaussianScorer{{.warm_up = 50}}, FixedThreshold{3.0}};
    const StreamingDetector suggested{GaussianScorer{{.form = GaussianForm::density}}};
    STATIC_REQUIRE(std::same_as<decltype(deduced), const GaussianDetector>);
    STATIC_REQUIRE(std::same_as<decltype(suggested), const GaussianDetector>);
    CHECK(plain.scorer().options().warm_up == 30);
    CHECK(plain.threshold().value() == 3.0);
    CHECK(from_options.scorer().options().warm_up == 50);
    CHECK(with_threshold.threshold().value() == 4.0);
    CHECK(with_threshold.learn_from() == LearnFrom::normal_only);
    CHECK(from_parts.scorer().options().warm_up == 50);
    CHECK(suggested.threshold().value() == 4.5);
}

TEST_CASE("GaussianScorer: options outside their range are refused", "[detectors]") {
    const double nan = std::bit_cast<double>(0x7ff8'0000'0000'0000U);
    const auto robust = GaussianEstimate::median_mad;
    for (const GaussianOptions& wrong :
         std::vector<GaussianOptions>{{.warm_up = 1},
                                      {.half_life = 0.5},
                                      {.half_life = -1},
                                      {.half_life = nan},
                                      {.min_stddev = -1},
                                      {.min_stddev = nan},
                                      {.estimate = robust, .reservoir = 7},
                                      {.estimate = robust, .reservoir = std::size_t{1} << 21},
                                      {.half_life = 50, .estimate = robust}})
        CHECK_THROWS_AS(GaussianScorer{wrong}, std::invalid_argument);
    CHECK_THROWS_WITH((GaussianScorer{{.half_life = 0.5}}),
                      "GaussianScorer: half_life is 0.5, must be 0 or at least 1");
}
