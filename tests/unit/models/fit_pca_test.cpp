// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_pca.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_mahalanobis.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// Rows about a plane in four features: two directions of deviations 5 and 2, and 0.1 of noise.
std::vector<float> plane(std::size_t rows) {
    Rng rng{4};
    std::vector<float> values;
    for (std::size_t i = 0; i < rows; ++i) {
        const double a = 5 * rng.normal(), b = 2 * rng.normal();
        for (const double x : {(a + b) / 2, (a - b) / 2, (a + b) / 2, (a - b) / 2})
            values.push_back(static_cast<float>(3 + x + 0.1 * rng.normal()));
    }
    return values;
}

MatrixView view(const std::vector<float>& values, std::size_t cols) {
    return {values.data(), values.size() / cols, cols};
}

}  // namespace

TEST_CASE("fit_pca: components are found in the order of their variances", "[models]") {
    const auto values = plane(4000);
    const auto model = fit_pca(view(values, 4));
    REQUIRE(model.components() == 4);
    CHECK(model.variances()[0] == Approx(25).epsilon(0.1));
    CHECK(model.variances()[1] == Approx(4).epsilon(0.1));
    CHECK(model.variances()[2] == Approx(0.01).epsilon(0.1));
    CHECK(model.total_variance() == Approx(29).epsilon(0.1));
    for (std::size_t j = 0; j < 4; ++j) {
        CHECK(std::abs(model.direction(0)[j]) == Approx(0.5).epsilon(0.05));
        CHECK(model.mean()[j] == Approx(3).margin(0.2));
    }
}

TEST_CASE("fit_pca: weighted with all components is the Mahalanobis distance", "[models]") {
    const auto values = plane(300);
    const auto pca = fit_pca(view(values, 4));
    const auto mahalanobis =
        fit_mahalanobis(view(values, 4), {.estimate = CovarianceEstimate::fixed, .shrinkage = 0});
    for (std::size_t i = 0; i < 300; ++i)
        CHECK(pca.score({values.data() + 4 * i, 4}).value ==
              Approx(mahalanobis.score({values.data() + 4 * i, 4}).value).epsilon(1e-4));
}

TEST_CASE("fit_pca: the residual sees what leaves the plane, not what is far out in it", "[models]") {
    const auto values = plane(1000);
    const auto model = fit_pca(view(values, 4), {.form = PcaForm::residual, .components = 2});
    CHECK(model.score(std::vector<float>{23, 23, 23, 23}).value < 1);
    CHECK(model.score(std::vector<float>{4, 3, 2, 3}).value == Approx(std::sqrt(2.0)).epsilon(0.1));
    CHECK(model.default_threshold() < 0.5);
}

TEST_CASE("fit_pca: components are chosen by number or by share of variance", "[models]") {
    const auto values = plane(1000);
    const auto count = [&](const PcaOptions& options) {
        return fit_pca(view(values, 4), options).components();
    };
    CHECK(count({.components = 3}) == 3);
    CHECK(count({.components = 9}) == 4);
    CHECK(count({.variance_share = 0.5}) == 1);
    CHECK(count({.variance_share = 0.95}) == 2);
    CHECK(count({.variance_share = 1}) == 4);
    CHECK(count({.form = PcaForm::residual}) == 2);
}

TEST_CASE("fit_pca: directions without variance are no components", "[models]") {
    const auto pairs = plane(100);
    std::vector<float> values;
    for (std::size_t i = 0; i < pairs.size(); i += 2) values.insert(values.end(), {pairs[i], 7, pairs[i], 7});
    CHECK(fit_pca(view(values, 4)).components() == 1);
    const std::vector<float> same{1, 2, 3, 1, 2, 3}, one{1, 2, 3};
    CHECK(fit_pca(view(same, 3)).components() == 0);
    CHECK(fit_pca(view(same, 3)).score(std::vector<float>{9, 9, 9}) == Score{0, Status::ok});
    const auto residual = fit_pca(view(one, 3), {.form = PcaForm::residual});
    CHECK(residual.score(std::vector<float>{1, 5, 7}).value == Approx(5));
    CHECK(residual.default_threshold() == ScoreCalibration::floor);
}

TEST_CASE("fit_pca: fewer rows than features have one component less than rows", "[models]") {
    Rng rng{1};
    std::vector<float> values(5 * 20);
    for (float& value : values) value = static_cast<float>(rng.normal());
    CHECK(fit_pca(view(values, 20)).components() == 4);
}

TEST_CASE("fit_pca: values at the ends of float are fitted", "[models]") {
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    const std::vector<float> values{largest, -largest, -largest, largest, largest, 1, 1, 1};
    const auto model = fit_pca(view(values, 2));
    CHECK(model.score({values.data(), 2}).value < 3);
}

TEST_CASE("fit_pca: rows and options that cannot be are refused, and false cancels", "[models]") {
    auto values = plane(5);
    CHECK_THROWS_AS(fit_pca({}), std::invalid_argument);
    CHECK_THROWS_WITH(fit_pca(view(values, 4), {.variance_share = 1.5}),
                      "fit_pca: variance_share is 1.5, must be in [0, 1]");
    CHECK_THROWS_AS(fit_pca(view(values, 4), {.form = static_cast<PcaForm>(7)}), std::invalid_argument);
    auto stop = [](const FitProgress&) { return false; };
    CHECK_THROWS_AS(fit_pca(view(values, 4), {.progress = stop}), FitCancelled);
    values[5] = std::bit_cast<float>(0x7f80'0000U);
    CHECK_THROWS_WITH(fit_pca(view(values, 4)),
                      "fit_pca: row 1 is not finite, must be finite in every feature");
}
