// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_knn.hpp"

#include <bit>
#include <cstddef>
#include <stdexcept>
#include <thread>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using sonde::testing::noise;

TEST_CASE("fit_knn: calibrates on every row without itself", "[models]") {
    // On a line at 0, 1, 3, 7, 15: the second nearest others are 3, 2, 3, 6, 12 away, the mean of both 2, 1.5, ...
    const std::vector<float> values{0, 1, 3, 7, 15};
    const KnnModel farthest = fit_knn({values.data(), 5, 1}, {.neighbours = 2});
    CHECK(farthest.calibration().count() == 5);
    CHECK(farthest.calibration().threshold(0.01) == 12);
    CHECK(farthest.calibration().threshold(0.25) == 6);
    CHECK(farthest.calibration().threshold(0.7) == 3);
    const KnnModel mean = fit_knn({values.data(), 5, 1}, {.neighbours = 2, .aggregate = KnnAggregate::mean});
    CHECK(mean.default_threshold() == 10);
    CHECK(mean.calibration().threshold(0.9) == 1.5);
}

TEST_CASE("fit_knn: 1 % of the training rows exceed the default threshold", "[models]") {
    const std::size_t dimension = GENERATE(3U, 30U);
    const auto values = noise(1000 * dimension, 1), fresh = noise(1000 * dimension, 2);
    const KnnDetector detector{fit_knn({values.data(), 1000, dimension})};
    std::size_t anomalous = 0;
    for (std::size_t i = 0; i < 1000; ++i)
        anomalous += detector.judge(Row{fresh.data() + i * dimension, dimension}).anomalous ? 1 : 0;
    CHECK(anomalous < 30);
    CHECK(detector.judge(std::vector<float>(dimension, 10.0F)).anomalous);
}

TEST_CASE("fit_knn: of few rows all others are neighbours", "[models]") {
    const std::vector<float> values{0, 4, 5};
    CHECK(fit_knn({values.data(), 3, 1}).neighbours() == 2);
    CHECK(fit_knn({values.data(), 2, 1}).neighbours() == 1);
    CHECK(fit_knn({values.data(), 2, 1}).default_threshold() == 4);
    const KnnModel single = fit_knn({values.data() + 1, 1, 1});
    CHECK(single.neighbours() == 1);
    CHECK(single.default_threshold() == ScoreCalibration::floor);
    CHECK(single.score(std::vector<float>{5}) == Score{1, Status::ok});
}

TEST_CASE("fit_knn: identical rows score 0, others do not", "[models]") {
    const std::vector<float> values(20'000 * 3, 0.25F);
    const KnnDetector detector{fit_knn({values.data(), 20'000, 3})};
    CHECK(detector.score(std::vector<float>{0.25F, 0.25F, 0.25F}).value == 0);
    CHECK_FALSE(detector.judge(std::vector<float>{0.25F, 0.25F, 0.25F}).anomalous);
    CHECK(detector.judge(std::vector<float>{0.25F, 0.25F, 0.5F}).anomalous);
}

TEST_CASE("fit_knn: the host's threads change nothing", "[models]") {
    const std::size_t dimension = GENERATE(2U, 20U);
    const auto values = noise(5000 * dimension, 3);
    const MatrixView rows{values.data(), 5000, dimension};
    const auto threads = [](std::size_t count, const Task& task) {
        std::thread other{[&] {
            for (std::size_t i = 1; i < count; i += 2) task(i);
        }};
        for (std::size_t i = 0; i < count; i += 2) task(i);
        other.join();
    };
    CHECK(to_bytes(fit_knn(rows, {.executor = threads})) == to_bytes(fit_knn(rows)));
}

TEST_CASE("fit_knn: tells how far it is, and ends when it is told to", "[models]") {
    const auto values = noise(5000 * 2, 4);
    std::vector<std::size_t> done;
    const auto note = [&](const FitProgress& now) {
        done.push_back(now.done);
        return now.total == 5000;
    };
    static_cast<void>(fit_knn({values.data(), 5000, 2}, {.progress = note}));
    CHECK(done == std::vector<std::size_t>{4096, 5000});
    const auto stop = [](const FitProgress&) { return false; };
    CHECK_THROWS_AS(fit_knn({values.data(), 5000, 2}, {.progress = stop}), FitCancelled);
}

TEST_CASE("fit_knn: what cannot be is refused", "[models]") {
    std::vector<float> values{1, 2, 3};
    const MatrixView rows{values.data(), 3, 1};
    CHECK_THROWS_WITH(fit_knn(rows, {.neighbours = 0}), "fit_knn: neighbours is 0, must be in [1, 1024]");
    CHECK_THROWS_AS(fit_knn(rows, {.neighbours = 1025}), std::invalid_argument);
    CHECK_THROWS_AS(fit_knn({}), std::invalid_argument);
    values[1] = std::bit_cast<float>(0x7fc0'0001U);
    CHECK_THROWS_WITH(fit_knn(rows), "fit_knn: row 1 is not finite, must be finite in every feature");
}
