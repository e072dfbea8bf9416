// SPDX-License-Identifier: Apache-2.0
#include "sonde/thresholds/score_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

std::vector<double> exponential(std::size_t count, std::uint64_t seed, double scale = 1) {
    Rng rng{seed};
    std::vector<double> scores(count);
    for (double& score : scores) score = -scale * std::log(1 - rng.uniform());
    return scores;
}

double share_above(const std::vector<double>& scores, double bound) {
    const auto above = std::count_if(scores.begin(), scores.end(), [&](double x) { return x > bound; });
    return static_cast<double>(above) / static_cast<double>(scores.size());
}

}  // namespace

TEST_CASE("ScoreCalibration: at most the asked share of the known scores is above the threshold",
          "[thresholds]") {
    const std::size_t count = GENERATE(1U, 7U, 100U, 512U, 513U, 600U, 3000U, 20'000U);
    const auto scores = exponential(count, count);
    const ScoreCalibration calibration{scores};
    CHECK(calibration.count() == count);
    for (const double share : {0.5, 0.1, 0.01, 0.001}) {
        const double above = share_above(scores, calibration.threshold(share));
        CHECK(above <= share);
        // The next kept score is close: a 20th of the share and a score away.
        CHECK(above >= share - 0.05 * share - 1.01 / static_cast<double>(count));
    }
}

TEST_CASE("ScoreCalibration: new scores exceed the threshold as often as promised", "[thresholds]") {
    const ScoreCalibration calibration{exponential(20'000, 1)};
    CHECK(share_above(exponential(100'000, 2), calibration.threshold(0.01)) == Approx(0.01).margin(0.0025));
    CHECK(share_above(exponential(100'000, 2), calibration.threshold()) == Approx(0.01).margin(0.0025));
}

TEST_CASE("ScoreCalibration: surprise is exponential with mean 1 whatever the scale of the scores",
          "[thresholds]") {
    const double scale = GENERATE(1e-6, 1.0, 1e9);
    const ScoreCalibration calibration{exponential(10'000, 3, scale)};
    double sum = 0, above_3 = 0;
    const auto fresh = exponential(50'000, 4, scale);
    for (const double score : fresh) {
        const double surprise = calibration.surprise(score);
        sum += surprise / 50'000;
        above_3 += surprise > 3 ? 1.0 / 50'000 : 0;
        REQUIRE(calibration.tail(score) == Approx(std::exp(-surprise)));
    }
    CHECK(sum == Approx(1).epsilon(0.03));
    CHECK(above_3 == Approx(std::exp(-3)).epsilon(0.1));
    // Beyond what was seen the exponential goes on: log(10000) is 9.2.
    CHECK(calibration.surprise(40 * scale) == Approx(40).epsilon(0.25));
}

TEST_CASE("ScoreCalibration: surprise rises strictly from the lowest known score on", "[thresholds]") {
    const std::size_t count = GENERATE(2U, 100U, 5000U);
    auto scores = exponential(count, 5);
    const ScoreCalibration calibration{scores};
    std::sort(scores.begin(), scores.end());
    CHECK(calibration.surprise(0) == 0);
    CHECK(calibration.surprise(scores.front()) == 0);
    CHECK(calibration.tail(scores.front()) == 1);
    for (std::size_t i = 1; i < count; ++i)
        REQUIRE(calibration.surprise(scores[i]) > calibration.surprise(scores[i - 1]));
    CHECK(calibration.surprise(scores.back() * 2) > calibration.surprise(scores.back()));
    CHECK(calibration.surprise(1e300) <= 1e18);
}

TEST_CASE("ScoreCalibration: a score shared by many rows is ordinary for all of them", "[thresholds]") {
    std::vector<double> scores(90, 0.0);
    for (int i = 1; i <= 10; ++i) scores.push_back(i);
    const ScoreCalibration calibration{scores};
    CHECK(calibration.tail(0) == 1);
    CHECK(calibration.tail(1) == Approx(11.0 / 101));
    CHECK(calibration.tail(10) == Approx(2.0 / 101));
    CHECK(calibration.threshold(0.05) == 5);
    CHECK(calibration.threshold(0.1) == ScoreCalibration::floor);
}

TEST_CASE("ScoreCalibration: rows that are all alike make anything else an anomaly", "[thresholds]") {
    const ScoreCalibration zero{std::vector<double>(1000, 0.0)}, one{std::vector<double>{2.5}};
    CHECK(zero.threshold() == ScoreCalibration::floor);
    CHECK(zero.surprise(0) == 0);
    CHECK(zero.surprise(1) == Approx(1e12));
    CHECK(one.threshold() == 2.5);
    CHECK(one.surprise(3) > 1e9);
}

TEST_CASE("ScoreCalibration: one that knows nothing is surprised by nothing and has no threshold",
          "[thresholds]") {
    const ScoreCalibration calibration;
    CHECK(calibration.count() == 0);
    CHECK(calibration.surprise(1e9) == 0);
    CHECK(calibration.tail(1e9) == 1);
    CHECK_THROWS_AS(calibration.threshold(), std::invalid_argument);
}

TEST_CASE("ScoreCalibration: refuses scores and shares that are none", "[thresholds]") {
    CHECK_THROWS_AS(ScoreCalibration{std::span<const double>{}}, std::invalid_argument);
    CHECK_THROWS_AS((ScoreCalibration{std::vector<double>{1, -1}}), std::invalid_argument);
    CHECK_THROWS_AS((ScoreCalibration{std::vector<double>{1, 1e308 * 10}}), std::invalid_argument);
    const ScoreCalibration calibration{exponential(10, 6)};
    for (const double share : {0.0, 1.0, -1.0, 2.0})
        CHECK_THROWS_AS(calibration.threshold(share), std::invalid_argument);
}

TEST_CASE("ScoreCalibration: what is read says what was written, and nothing else is read", "[thresholds]") {
    const ScoreCalibration calibration{exponential(3000, 7)};
    const auto bytes = to_bytes(calibration);
    CHECK(bytes.size() < 12'500);
    const auto again = from_bytes<ScoreCalibration>(bytes);
    CHECK(to_bytes(again) == bytes);
    for (const double score : {0.0, 0.3, 2.0, 9.0, 100.0})
        CHECK(again.surprise(score) == calibration.surprise(score));
    CHECK(from_bytes<ScoreCalibration>(to_bytes(ScoreCalibration{})).count() == 0);
    for (std::size_t size = 0; size < bytes.size(); size += 7)
        CHECK_THROWS_AS(from_bytes<ScoreCalibration>(std::span{bytes}.first(size)), FormatError);
}

TEST_CASE("ScoreCalibration: counts that no scores have are not read", "[thresholds]") {
    const auto file = [](std::uint64_t count, std::vector<double> scores, std::vector<std::uint64_t> below,
                         std::vector<std::uint64_t> up_to) {
        ByteWriter writer;
        writer.u64(count);
        writer.f64s(scores);
        writer.u64s(below);
        writer.u64s(up_to);
        return writer;
    };
    const auto read = [](const ByteWriter& writer) {
        ByteReader reader{writer.bytes()};
        return ScoreCalibration::read(reader, 1);
    };
    CHECK(read(file(3, {1, 2}, {0, 1}, {1, 3})).count() == 3);
    CHECK_THROWS_AS(read(file(3, {2, 1}, {0, 1}, {1, 3})), FormatError);
    CHECK_THROWS_AS(read(file(3, {1, 2}, {0, 1}, {1, 2})), FormatError);
    CHECK_THROWS_AS(read(file(3, {1, 2}, {1, 1}, {1, 3})), FormatError);
    CHECK_THROWS_AS(read(file(3, {1, 2}, {0, 0}, {1, 3})), FormatError);
    CHECK_THROWS_AS(read(file(3, {1, 2}, {0}, {1, 3})), FormatError);
    CHECK_THROWS_AS(read(file(0, {1}, {0}, {0})), FormatError);
    const std::uint64_t most = ~std::uint64_t{0};
    CHECK_THROWS_AS(read(file(most, {0, 1, 2}, {0, most - 2, most - 1}, {1, most - 1, most})), FormatError);
    CHECK_THROWS_AS(read(file(1, {-1}, {0}, {1})), FormatError);
}

TEST_CASE("ScoreCalibration: tail and surprise allocate nothing", "[thresholds]") {
    const ScoreCalibration calibration{exponential(3000, 8)};
    const sonde::testing::AllocationCount count;
    const double sum = calibration.tail(3) + calibration.surprise(50);
    const auto allocated = count.since_start();
    CHECK(sum > 0);
    CHECK(allocated == 0);
}
