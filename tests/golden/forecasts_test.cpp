// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <vector>

#include "golden/forecasts.hpp"
#include "sonde/models/forecast/auto_regression.hpp"
#include "sonde/models/forecast/holt_winters.hpp"
#include "support/catch.hpp"

using namespace sonde;
namespace golden = sonde::testing::golden;

namespace {

constexpr std::size_t season = 12;

template <std::size_t Size>
void check_coefficients(const AutoRegression& model, const double (&expected)[Size]) {
    REQUIRE(model.order() == Size - 1);
    CHECK(model.intercept() == Approx(expected[0]).epsilon(1e-8));
    for (std::size_t i = 1; i < Size; ++i)
        CHECK(model.coefficients()[i - 1] == Approx(expected[i]).epsilon(1e-8));
}

AutoRegression taught(const AutoRegressionOptions& options) {
    AutoRegression model{options};
    for (const double x : golden::series) model.learn(x);
    return model;
}

/// Forecasts with factors that are given, and the error with those that are fitted.
template <std::size_t Size>
void check_smoothing(std::size_t period, Trend trend, const double (&expected)[Size], double fitted) {
    HoltWintersOptions options{.season = period, .trend = trend};
    CHECK(holt_winters_error(golden::series, fit_holt_winters(golden::series, options).options()) <
          1.0001 * fitted);
    options.alpha = 0.35;
    options.beta = 0.12;
    options.gamma = 0.2;
    options.phi = 0.9;
    HoltWinters model{options};
    double squares = 0;
    for (std::size_t i = 0; i < Size; ++i) {
        double next = 0;
        if (model.forecast({&next, 1})) CHECK(next == Approx(expected[i]).epsilon(1e-10));
        if (i + 1 == Size) break;
        squares += (golden::series[i] - expected[i]) * (golden::series[i] - expected[i]);
        model.learn(golden::series[i]);
    }
    CHECK(holt_winters_error(golden::series, options) == Approx(squares / (Size - 1)).epsilon(1e-10));
}

}  // namespace

TEST_CASE("AutoRegression: the coefficients are numpy's least squares", "[models][forecast][golden]") {
    check_coefficients(taught({.order = 3}), golden::ar);
    check_coefficients(fit_auto_regression(golden::series, {.order = 3}), golden::ar);
    CHECK(taught({.order = 3}).residual_variance() == Approx(golden::ar_left_over).epsilon(1e-9));
}

TEST_CASE("AutoRegression: with a half-life they are numpy's least squares with those weights",
          "[models][forecast][golden]") {
    check_coefficients(taught({.order = 3, .half_life = 40}), golden::ar_faded);
}

TEST_CASE("AutoRegression: of seasonal differences they are numpy's least squares of those",
          "[models][forecast][golden]") {
    check_coefficients(taught({.order = 3, .difference = season}), golden::ar_seasonal);
}

TEST_CASE("AutoRegression: the order has the least of Akaike's criterion over numpy's fits",
          "[models][forecast][golden]") {
    const auto model = taught({.order = 0, .max_order = 20});
    CHECK(model.order() == golden::ar_order);
    check_coefficients(model, golden::ar_best);
}

TEST_CASE("HoltWinters: forecasts are those of statsmodels, and a fit leaves no more error than its fit",
          "[models][forecast][golden]") {
    using namespace golden;
    check_smoothing(0, Trend::none, smoothed_level, error_level);
    check_smoothing(0, Trend::linear, smoothed_line, error_line);
    check_smoothing(0, Trend::damped, smoothed_damped, error_damped);
    check_smoothing(season, Trend::none, smoothed_season, error_season);
    check_smoothing(season, Trend::linear, smoothed_line_season, error_line_season);
    check_smoothing(season, Trend::damped, smoothed_damped_season, error_damped_season);
}
