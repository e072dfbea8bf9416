// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/scaled_model.hpp"

#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_kmeans.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

std::vector<float> noise(std::size_t rows, std::size_t cols) {
    Rng rng{1};
    std::vector<float> values(rows * cols);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(rng.normal() * (i % cols == 0 ? 1000 : 1));
    return values;
}

ScaledModel fitted(MatrixView rows, Scaling how) {
    const FeatureScaling scaling{rows, how};
    const auto scaled = scaling.apply(rows);
    return {scaling, fit_kmeans({scaled.data(), rows.rows(), rows.cols()}, {.clusters = 3, .restarts = 2})};
}

}  // namespace

TEST_CASE("ScaledModel: its score is the model's of the scaled row", "[models]") {
    const auto values = noise(200, 4);
    const MatrixView rows{values.data(), 200, 4};
    const ScaledModel model = fitted(rows, Scaling::standard);
    const auto scaled = model.scaling().apply(rows);
    for (std::size_t i = 0; i < 200; ++i)
        CHECK(model.score(rows.row(i)) == model.model().score({scaled.data() + i * 4, 4}));
}

TEST_CASE("ScaledModel: features of another unit count alike", "[models]") {
    const auto values = noise(200, 4);
    const ScaledModel model = fitted({values.data(), 200, 4}, Scaling::robust);
    std::vector<double> shares(4);
    static_cast<void>(model.attribute(std::vector<float>{500, 20, 0, 0}, shares));
    CHECK(shares[1] > 0.9 * (shares[0] + shares[1] + shares[2] + shares[3]));
}

TEST_CASE("ScaledModel: wide rows are scaled in small blocks, alike", "[models]") {
    const std::size_t cols = GENERATE(300U, 5000U, 8192U);
    const auto values = noise(70, cols);
    const MatrixView rows{values.data(), 70, cols};
    const ScaledModel model = fitted(rows, Scaling::standard);
    std::vector<Score> scores(70);
    model.score_batch(rows, scores);
    for (std::size_t i = 0; i < 70; i += 9) CHECK(scores[i] == model.score(rows.row(i)));
}

TEST_CASE("ScaledModel: refuses rows that do not fit the stack, and a model of other rows", "[models]") {
    const auto values = noise(3, 8193);
    const MatrixView rows{values.data(), 3, 8193}, narrow{values.data(), 3, 2};
    CHECK_THROWS_AS(fitted(rows, Scaling::none), std::invalid_argument);
    CHECK_THROWS_AS((ScaledModel{FeatureScaling{narrow, Scaling::none}, fit_kmeans({values.data(), 3, 3})}),
                    std::invalid_argument);
}

TEST_CASE("ScaledModel: a scaled model in a file's scaled model is not read", "[models]") {
    const auto values = noise(50, 2);
    const MatrixView rows{values.data(), 50, 2};
    const ScaledModel inner = fitted(rows, Scaling::standard);
    const ScaledModel outer{FeatureScaling{rows, Scaling::none}, inner};
    CHECK(outer.score(rows.row(0)) == inner.score(rows.row(0)));
    CHECK_THROWS_AS(from_bytes<ScaledModel>(to_bytes(outer)), FormatError);
}
