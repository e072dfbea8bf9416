// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/forecast/auto_regression.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/models/forecast/streams.hpp"

using namespace sonde;
using namespace sonde::testing;

static_assert(Forecaster<AutoRegression> && Persistent<AutoRegression>);

namespace {

/// x_t = 2 + 1.2 x_{t-1} - 0.5 x_{t-2} + e: a mean of 2 / 0.3.
std::vector<double> second_order(std::size_t size, std::uint64_t seed, double noise = 1) {
    Rng rng{seed};
    std::vector<double> values{6, 7};
    while (values.size() < size) {
        const std::size_t n = values.size();
        values.push_back(2 + 1.2 * values[n - 1] - 0.5 * values[n - 2] + noise * rng.normal());
    }
    return values;
}

double next_of(const AutoRegression& model) {
    double expected = 0;
    REQUIRE(model.forecast({&expected, 1}));
    return expected;
}

}  // namespace

TEST_CASE("AutoRegression: finds the coefficients that made a stream", "[models][forecast]") {
    const auto model = fit_auto_regression(second_order(50000, 1), {.order = 2});
    REQUIRE(model.order() == 2);
    CHECK(model.coefficients()[0] == Approx(1.2).margin(0.02));  // standard error 0.004
    CHECK(model.coefficients()[1] == Approx(-0.5).margin(0.02));
    CHECK(model.intercept() == Approx(2).margin(0.1));
    CHECK(model.residual_variance() == Approx(1).epsilon(0.03));
}

TEST_CASE("AutoRegression: Akaike's criterion takes the order that made a stream, or little more",
          "[models][forecast]") {
    int right = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const auto order = fit_auto_regression(second_order(1000, seed), {.max_order = 10}).order();
        CHECK(order >= 2);
        right += order == 2 ? 1 : 0;
    }
    CHECK(right >= 20);  // asymptotically 71 % (Shibata, Biometrika 63, 1976)
}

TEST_CASE("AutoRegression: without noise two lags are all that a sine needs", "[models][forecast]") {
    const auto model = fit_auto_regression(noisy_sine(500, 25, 0, 1), {.max_order = 12});
    CHECK(model.order() == 2);
    const double cosine = std::cos(2 * std::numbers::pi / 25);  // x_t = 2 cos(w) x_{t-1} - x_{t-2}
    CHECK(model.coefficients()[0] == Approx(2 * cosine).epsilon(1e-6));
    CHECK(model.coefficients()[1] == Approx(-1).epsilon(1e-6));
}

TEST_CASE("AutoRegression: of a sine with noise it leaves the noise, to 10 %", "[models][forecast]") {
    for (const double period : {12.0, 30.7, 144.0}) {
        const auto values = noisy_sine(20000, period, 0.2, 2);
        CHECK(forecast_error(AutoRegression{}, values, 2000) == Approx(0.2).epsilon(0.1));
        const std::vector<double> first{values.begin(), values.begin() + 5000};
        const std::vector<double> rest{values.begin() + 5000, values.end()};
        CHECK(forecast_error(fit_auto_regression(first), rest, 0) == Approx(0.2).epsilon(0.1));
    }
}

TEST_CASE("AutoRegression: a difference forecasts what wanders and what repeats", "[models][forecast]") {
    std::vector<double> ramp(300), saw(300);
    for (std::size_t i = 0; i < ramp.size(); ++i) {
        ramp[i] = 3 * static_cast<double>(i);
        saw[i] = static_cast<double>(i % 7 * i % 5);
    }
    CHECK(forecast_error(AutoRegression{{.order = 1, .difference = 1}}, ramp, 20) < 1e-9);
    CHECK(forecast_error(AutoRegression{{.order = 1, .difference = 35}}, saw, 80) < 1e-9);
}

TEST_CASE("AutoRegression: with a half-life it follows a stream that changes its ways",
          "[models][forecast]") {
    Rng rng{3};
    std::vector<double> values{0};
    while (values.size() < 8000)
        values.push_back((values.size() < 4000 ? 0.9 : -0.9) * values.back() + rng.normal());
    AutoRegression follows{{.order = 1, .half_life = 200}}, remembers{{.order = 1}};
    CHECK(forecast_error(follows, values, 6000) == Approx(1).epsilon(0.05));
    CHECK(forecast_error(remembers, values, 6000) > 1.3);
}

TEST_CASE("AutoRegression: frozen, the coefficients stay and time goes on", "[models][forecast]") {
    auto model = fit_auto_regression(second_order(2000, 5), {.order = 2});
    CHECK(model.frozen());
    const double c = model.intercept(), a = model.coefficients()[0], b = model.coefficients()[1];
    model.learn(100);
    model.learn(-40);
    CHECK(model.coefficients()[0] == a);
    CHECK(next_of(model) == Approx(c + a * -40 + b * 100));
}

TEST_CASE("AutoRegression: far from zero it is as exact", "[models][forecast]") {
    auto values = second_order(5000, 6);
    const auto near = fit_auto_regression(values, {.order = 2});
    for (double& x : values) x += 1e9;
    const auto far = fit_auto_regression(values, {.order = 2});
    CHECK(far.coefficients()[0] == Approx(near.coefficients()[0]).epsilon(1e-5));
    CHECK(far.residual_variance() == Approx(near.residual_variance()).epsilon(1e-5));
    CHECK(next_of(far) - 1e9 == Approx(next_of(near)).margin(1e-4));
}

TEST_CASE("AutoRegression: forecasts when there are two equations per coefficient", "[models][forecast]") {
    const auto values = second_order(60, 7);
    AutoRegression model{{.order = 3, .difference = 4}};
    for (std::size_t i = 0; i < values.size(); ++i) {
        double expected = -1;
        CHECK(model.forecast({&expected, 1}) == (i >= 4 + 3 + 8));
        model.learn(values[i]);
    }
}

TEST_CASE("AutoRegression: whatever comes, forecasts are finite and constants are learned",
          "[models][forecast]") {
    for (const double constant : {0.0, 5.0, -1e12, 1e-300}) {
        AutoRegression model;
        for (int i = 0; i < 200; ++i) model.learn(constant);
        CHECK(next_of(model) == Approx(constant));
    }
    Rng rng{8};
    AutoRegression model{{.order = 4}};
    double expected = 0;
    for (int i = 0; i < 500; ++i) {
        const double kinds[] = {rng.normal(), 1e300 * rng.normal(), 1e-310, 0, 1e18 * rng.normal()};
        model.learn(kinds[rng.below(5)]);
        model.learn(std::bit_cast<double>(0x7ff0'0000'0000'0000U));
        if (model.forecast({&expected, 1})) REQUIRE((is_finite(expected) && std::abs(expected) <= 1e140));
    }
}

TEST_CASE("AutoRegression: what is written and read goes on alike", "[models][forecast]") {
    AutoRegression original{{.order = 0, .max_order = 5, .difference = 3, .half_life = 100}};
    for (const double x : second_order(200, 9)) original.learn(x);
    auto restored = from_bytes<AutoRegression>(to_bytes(original));
    for (const double x : second_order(50, 10)) {
        CHECK(next_of(restored) == next_of(original));
        original.learn(x);
        restored.learn(x);
    }
    CHECK(to_bytes(restored) == to_bytes(original));
}

TEST_CASE("AutoRegression: what is out of range is refused", "[models][forecast]") {
    CHECK_THROWS_WITH(AutoRegression{{.order = 65}}, "AutoRegression: order is 65, must be in [0, 64]");
    CHECK_THROWS_AS(AutoRegression({.max_order = 0}), std::invalid_argument);
    CHECK_THROWS_AS(AutoRegression({.max_order = 65}), std::invalid_argument);
    CHECK_THROWS_AS(AutoRegression({.difference = (std::size_t{1} << 20) + 1}), std::invalid_argument);
    CHECK_THROWS_AS(AutoRegression({.order = 10, .half_life = 39}), std::invalid_argument);
    CHECK_NOTHROW(AutoRegression({.order = 10, .half_life = 40}));
    CHECK_THROWS_AS(fit_auto_regression(second_order(7, 1), {.order = 2}), std::invalid_argument);
    auto values = second_order(50, 1);
    values[20] = std::bit_cast<double>(0x7ff8'0000'0000'0000U);
    CHECK_THROWS_AS(fit_auto_regression(values, {.order = 2}), std::invalid_argument);
}

TEST_CASE("AutoRegression: learning and forecasting do not allocate", "[models][forecast]") {
    AutoRegression model{{.difference = 10}};
    double expected = 0;
    const auto values = second_order(400, 11);
    const AllocationCount count;
    for (const double x : values) {
        model.learn(x);
        static_cast<void>(model.forecast({&expected, 1}));
    }
    CHECK(count.since_start() == 0);
}
