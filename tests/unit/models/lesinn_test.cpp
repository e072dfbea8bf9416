// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/lesinn.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_lesinn.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

std::vector<float> cloud(std::size_t rows, std::size_t cols, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values(rows * cols);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

double distance(Row a, Row b) {
    double squares = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
        const double d = static_cast<double>(a[j]) - static_cast<double>(b[j]);
        squares += d * d;
    }
    return std::sqrt(squares);
}

}  // namespace

TEST_CASE("LesinnModel: the score is the mean over the samples of the nearest distance", "[models]") {
    const std::size_t size = GENERATE(1U, 3U, 8U, 20U);
    const auto samples = cloud(10 * size, 5, 1), fresh = cloud(100, 5, 2);
    const MatrixView rows{samples.data(), 10 * size, 5}, queries{fresh.data(), 100, 5};
    const LesinnModel model{rows, size};
    CHECK(model.samples() == 10);
    CHECK(model.sample_size() == size);
    for (std::size_t q = 0; q < 100; ++q) {
        double sum = 0;
        for (std::size_t s = 0; s < 10; ++s) {
            double least = 1e300;
            for (std::size_t i = 0; i < size; ++i)
                least = std::min(least, distance(queries.row(q), rows.row(s * size + i)));
            sum += least;
        }
        CHECK(model.score(queries.row(q)).value == Approx(sum / 10).epsilon(1e-6));
    }
}

TEST_CASE("fit_lesinn: samples are training rows, each at most once in a sample", "[models]") {
    const auto values = cloud(20, 2, 3);
    const MatrixView rows{values.data(), 20, 2};
    const LesinnModel model = fit_lesinn(rows, {.samples = 50, .sample_size = 20});
    // Every sample holds all rows, so every row is at distance 0.
    for (std::size_t i = 0; i < 20; ++i) CHECK(model.score(rows.row(i)).value == 0);
    CHECK(model.calibration().threshold(0.5) > 0.1);
}

TEST_CASE("fit_lesinn: training rows are judged without themselves", "[models]") {
    const auto values = cloud(500, 3, 4), fresh = cloud(4000, 3, 5);
    const LesinnModel model = fit_lesinn({values.data(), 500, 3}, {.samples = 16, .sample_size = 400});
    double above = 0;
    for (std::size_t i = 0; i < 4000; ++i)
        above += model.score({fresh.data() + 3 * i, 3}).value > model.calibration().threshold(0.1) ? 1 : 0;
    CHECK(above / 4000 == Approx(0.1).margin(0.04));
}

TEST_CASE("fit_lesinn: anomalies in the training rows do not hide others like them", "[models]") {
    auto values = cloud(1000, 2, 6);
    for (std::size_t i = 0; i < 100; ++i) values[i] += 20;  // 50 rows far away, close together
    const LesinnModel model = fit_lesinn({values.data(), 1000, 2});
    CHECK(model.score(std::vector<float>{20, 20}).value > 5 * model.score(std::vector<float>{0, 0}).value);
}

TEST_CASE("fit_lesinn: fewer rows than a sample wants make a smaller sample, one row is ordinary",
          "[models]") {
    const auto values = cloud(5, 2, 7);
    CHECK(fit_lesinn({values.data(), 5, 2}).sample_size() == 5);
    const LesinnModel one = fit_lesinn({values.data(), 1, 2});
    CHECK(one.score({values.data(), 2}).value == 0);
    CHECK(one.default_threshold() == ScoreCalibration::floor);
}

TEST_CASE("fit_lesinn: refuses options outside their range", "[models]") {
    const auto values = cloud(5, 2, 8);
    const MatrixView rows{values.data(), 5, 2};
    CHECK_THROWS_AS(fit_lesinn(rows, {.samples = 0}), std::invalid_argument);
    CHECK_THROWS_AS(fit_lesinn(rows, {.samples = 4097}), std::invalid_argument);
    CHECK_THROWS_AS(fit_lesinn(rows, {.sample_size = 0}), std::invalid_argument);
    CHECK_THROWS_AS((LesinnModel{rows, 2}), std::invalid_argument);
    CHECK_THROWS_AS((LesinnModel{rows, 0}), std::invalid_argument);
    CHECK_THROWS_AS(LesinnModel(rows, 5).default_threshold(), std::invalid_argument);
}
