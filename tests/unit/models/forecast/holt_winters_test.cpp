// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/forecast/holt_winters.hpp"

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

static_assert(Forecaster<HoltWinters> && Persistent<HoltWinters>);

namespace {

double next_of(const HoltWinters& model) {
    double expected = 0;
    REQUIRE(model.forecast({&expected, 1}));
    return expected;
}

}  // namespace

TEST_CASE("HoltWinters: a line with a season is forecast without error", "[models][forecast]") {
    std::vector<double> values(200);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = 3 + 0.5 * static_cast<double>(i) + 10 * static_cast<double>(i % 7 == 2);
    CHECK(forecast_error(HoltWinters{{.season = 7, .trend = Trend::linear}}, values, 0) < 1e-9);
    CHECK(forecast_error(HoltWinters{{.season = 7}}, values, 0) > 0.5);
}

TEST_CASE("HoltWinters: forecasts after two seasons, or ten values", "[models][forecast]") {
    const auto first = [](const HoltWintersOptions& options) {
        HoltWinters model{options};
        double expected = 0;
        int learned = 0;
        for (; !model.forecast({&expected, 1}); ++learned) model.learn(learned);
        return learned;
    };
    CHECK(first({}) == 10);
    CHECK(first({.season = 4}) == 8);
    CHECK(first({.season = 30, .fit = 100}) == 60);
}

TEST_CASE("HoltWinters: of a sine with noise it leaves the noise, to 10 %", "[models][forecast]") {
    const auto values = noisy_sine(12000, 48, 0.2, 2);
    const HoltWintersOptions options{.season = 48, .alpha = 0.02, .gamma = 0.05};
    CHECK(forecast_error(HoltWinters{options}, values, 2000) == Approx(0.2).epsilon(0.1));
    const HoltWintersOptions fits{.season = 48, .fit = 2000};
    CHECK(forecast_error(HoltWinters{fits}, values, 2000) == Approx(0.2).epsilon(0.1));
}

TEST_CASE("HoltWinters: the factors of a fit are those that made a stream", "[models][forecast]") {
    Rng rng{
        3};  // a random walk with noise: alpha is k / 2 (sqrt(1 + 4 / k) - 1), k their variances' ratio (Muth, 1960)
    std::vector<double> values;
    double level = 0;
    for (int i = 0; i < 20000; ++i) values.push_back((level += 0.5 * rng.normal()) + rng.normal());
    const double k = 0.25, alpha = k / 2 * (std::sqrt(1 + 4 / k) - 1);
    CHECK(fit_holt_winters(values).options().alpha == Approx(alpha).epsilon(0.05));
}

TEST_CASE("HoltWinters: fitted on the way it is as fitted at once", "[models][forecast]") {
    const auto values = noisy_sine(300, 12, 0.3, 4);
    for (const Trend trend : {Trend::none, Trend::linear, Trend::damped}) {
        const auto at_once = fit_holt_winters(values, {.season = 12, .trend = trend});
        HoltWinters on_the_way{{.season = 12, .trend = trend, .fit = 300}};
        for (const double x : values) on_the_way.learn(x);
        CHECK(next_of(on_the_way) == Approx(next_of(at_once)));
        CHECK(on_the_way.options().alpha == Approx(at_once.options().alpha));
        CHECK(next_of(at_once) ==
              Approx(at_once.level() + at_once.options().phi * at_once.slope() + at_once.next_season()));
    }
}

TEST_CASE("HoltWinters: whatever comes, forecasts are finite", "[models][forecast]") {
    Rng rng{5};
    HoltWinters model{{.season = 3, .trend = Trend::linear, .alpha = 1, .beta = 1, .gamma = 1, .fit = 50}};
    double expected = 0;
    for (int i = 0; i < 500; ++i) {
        const double kinds[] = {rng.normal(), 1e300 * rng.normal(), 1e-310, 0, 1e18 * rng.normal()};
        model.learn(kinds[rng.below(5)]);
        model.learn(std::bit_cast<double>(0x7ff0'0000'0000'0000U));
        if (model.forecast({&expected, 1})) REQUIRE((is_finite(expected) && std::abs(expected) <= 1e140));
    }
}

TEST_CASE("HoltWinters: what is written and read goes on alike", "[models][forecast]") {
    const auto values = noisy_sine(200, 12, 0.3, 6);
    for (const std::size_t written : {0U, 20U, 30U, 150U}) {
        HoltWinters original{{.season = 12, .trend = Trend::damped, .fit = 100}};
        for (std::size_t i = 0; i < written; ++i) original.learn(values[i]);
        auto restored = from_bytes<HoltWinters>(to_bytes(original));
        for (std::size_t i = written; i < values.size(); ++i) {
            original.learn(values[i]);
            restored.learn(values[i]);
        }
        CHECK(next_of(restored) == next_of(original));
        CHECK(to_bytes(restored) == to_bytes(original));
    }
}

TEST_CASE("HoltWinters: what is out of range is refused", "[models][forecast]") {
    CHECK_THROWS_WITH(HoltWinters{{.alpha = 1.5}}, "HoltWinters: alpha is 1.5, must be in [0, 1]");
    CHECK_THROWS_AS(HoltWinters({.season = 1}), std::invalid_argument);
    CHECK_THROWS_AS(HoltWinters({.season = 65537}), std::invalid_argument);
    CHECK_THROWS_AS(HoltWinters({.beta = -0.1}), std::invalid_argument);
    CHECK_THROWS_AS(HoltWinters({.gamma = 2}), std::invalid_argument);
    CHECK_THROWS_AS(HoltWinters({.phi = 1.01}), std::invalid_argument);
    CHECK_THROWS_AS(HoltWinters({.fit = 9}), std::invalid_argument);
    CHECK_THROWS_AS(HoltWinters({.season = 10, .fit = 19}), std::invalid_argument);
    CHECK_THROWS_AS(HoltWinters({.fit = 262145}), std::invalid_argument);
    std::vector<double> values(23, 1.0);
    CHECK_THROWS_AS(fit_holt_winters(values, {.season = 12}), std::invalid_argument);
    CHECK_THROWS_AS(holt_winters_error(values, {.season = 12}), std::invalid_argument);
    values[4] = std::bit_cast<double>(0x7ff8'0000'0000'0000U);
    CHECK_THROWS_AS(fit_holt_winters(values), std::invalid_argument);
}

TEST_CASE("HoltWinters: learning, fitting and forecasting do not allocate", "[models][forecast]") {
    HoltWinters model{{.season = 12, .trend = Trend::damped, .fit = 100}};
    const auto values = noisy_sine(200, 12, 0.3, 7);
    double expected = 0;
    const AllocationCount count;
    for (const double x : values) {
        model.learn(x);
        static_cast<void>(model.forecast({&expected, 1}));
    }
    CHECK(count.since_start() == 0);
}
