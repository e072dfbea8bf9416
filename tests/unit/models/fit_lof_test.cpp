// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_lof.hpp"

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

TEST_CASE("fit_lof: knows k-distances and densities, and calibrates on every row without itself",
          "[models]") {
    // On a line, k = 1: each row's nearest other, how far it is, and how far that one's is.
    const std::vector<float> values{0, 1, 3, 7, 15};
    const LofModel model = fit_lof({values.data(), 5, 1}, {.neighbours = 1});
    const std::vector<double> k_distances{1, 1, 2, 4, 8}, reach{1, 1, 2, 4, 8}, factors{1, 1, 2, 2, 2};
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(model.known()[i].k_distance == k_distances[i]);
        CHECK(model.known()[i].density == Approx(1 / (reach[i] + 1e-10)).epsilon(1e-14));
    }
    CHECK(model.calibration().count() == 5);
    CHECK(model.default_threshold() == Approx(2));
    CHECK(model.calibration().threshold(0.8) == Approx(1));
}

TEST_CASE("fit_lof: 1 % of the training rows exceed the default threshold", "[models]") {
    const std::size_t dimension = GENERATE(3U, 30U);
    const auto values = noise(1000 * dimension, 1), fresh = noise(1000 * dimension, 2);
    const LofDetector detector{fit_lof({values.data(), 1000, dimension})};
    std::size_t anomalous = 0;
    for (std::size_t i = 0; i < 1000; ++i)
        anomalous += detector.judge(Row{fresh.data() + i * dimension, dimension}).anomalous ? 1 : 0;
    CHECK(anomalous < 30);
    CHECK(detector.judge(std::vector<float>(dimension, 10.0F)).anomalous);
}

TEST_CASE("fit_lof: of few rows all others are neighbours", "[models]") {
    const std::vector<float> values{0, 4, 5};
    CHECK(fit_lof({values.data(), 3, 1}).neighbours() == 2);
    CHECK(fit_lof({values.data(), 2, 1}).neighbours() == 1);
    CHECK(fit_lof({values.data(), 2, 1}).default_threshold() == Approx(1));
    CHECK_THROWS_WITH(fit_lof({values.data(), 1, 1}), "fit_lof: number of rows is 1, must be at least 2");
}

TEST_CASE("fit_lof: identical rows are as dense as their neighbours, others are not", "[models]") {
    const std::vector<float> values(20'000 * 3, 0.25F);
    const LofDetector detector{fit_lof({values.data(), 20'000, 3})};
    CHECK(detector.score(std::vector<float>{0.25F, 0.25F, 0.25F}).value == Approx(1));
    CHECK_FALSE(detector.judge(std::vector<float>{0.25F, 0.25F, 0.25F}).anomalous);
    CHECK(detector.score(std::vector<float>{0.25F, 0.25F, 0.5F}).value == Approx(0.25e10 + 1));
}

TEST_CASE("fit_lof: the host's threads change nothing", "[models]") {
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
    CHECK(to_bytes(fit_lof(rows, {.executor = threads})) == to_bytes(fit_lof(rows)));
}

TEST_CASE("fit_lof: tells how far it is, and ends when it is told to", "[models]") {
    const auto values = noise(5000 * 2, 4);
    std::vector<std::size_t> done;
    const auto note = [&](const FitProgress& now) {
        done.push_back(now.done);
        return now.total == 5000;
    };
    static_cast<void>(fit_lof({values.data(), 5000, 2}, {.progress = note}));
    CHECK(done == std::vector<std::size_t>{4096, 5000});
    const auto stop = [](const FitProgress&) { return false; };
    CHECK_THROWS_AS(fit_lof({values.data(), 5000, 2}, {.progress = stop}), FitCancelled);
}

TEST_CASE("fit_lof: what cannot be is refused", "[models]") {
    std::vector<float> values{1, 2, 3};
    const MatrixView rows{values.data(), 3, 1};
    CHECK_THROWS_WITH(fit_lof(rows, {.neighbours = 0}), "fit_lof: neighbours is 0, must be in [1, 1024]");
    CHECK_THROWS_AS(fit_lof(rows, {.neighbours = 1025}), std::invalid_argument);
    CHECK_THROWS_AS(fit_lof({}), std::invalid_argument);
    values[1] = std::bit_cast<float>(0x7fc0'0001U);
    CHECK_THROWS_WITH(fit_lof(rows), "fit_lof: row 1 is not finite, must be finite in every feature");
}
