// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/forecast/seasonal_naive.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/models/forecast/streams.hpp"

using namespace sonde;
using namespace sonde::testing;

static_assert(Forecaster<SeasonalNaive> && Persistent<SeasonalNaive>);

TEST_CASE("SeasonalNaive: forecasts the value of one season ago, once there is one", "[models][forecast]") {
    for (const std::size_t season : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
        SeasonalNaive forecaster{{.season = season}};
        for (std::size_t i = 0; i < 30; ++i) {
            double expected = -1;
            CHECK(forecaster.forecast({&expected, 1}) == (i >= season));
            CHECK(expected == (i >= season ? static_cast<double>(i - season) : -1));
            forecaster.learn(static_cast<double>(i));
        }
    }
}

TEST_CASE("SeasonalNaive: of a sine with noise it leaves the noise of two values", "[models][forecast]") {
    const auto values = noisy_sine(20000, 24, 0.2, 1);
    CHECK(forecast_error(SeasonalNaive{{.season = 24}}, values, 100) ==
          Approx(0.2 * std::sqrt(2)).epsilon(0.03));
}

TEST_CASE("SeasonalNaive: a value that is not finite is ignored, a huge one is bounded",
          "[models][forecast]") {
    SeasonalNaive forecaster;
    forecaster.learn(3);
    forecaster.learn(std::bit_cast<double>(0x7ff8'0000'0000'0000U));
    double expected = 0;
    REQUIRE(forecaster.forecast({&expected, 1}));
    CHECK(expected == 3);
    forecaster.learn(1e300);
    REQUIRE(forecaster.forecast({&expected, 1}));
    CHECK(expected == 1e140);
    CHECK_FALSE(forecaster.forecast({}));
}

TEST_CASE("SeasonalNaive: a season out of range is refused", "[models][forecast]") {
    CHECK_THROWS_WITH(SeasonalNaive{{.season = 0}}, "SeasonalNaive: season is 0, must be in [1, 1048576]");
    CHECK_THROWS_AS(SeasonalNaive({.season = (std::size_t{1} << 20) + 1}), std::invalid_argument);
}

TEST_CASE("SeasonalNaive: learning and forecasting do not allocate", "[models][forecast]") {
    SeasonalNaive forecaster{{.season = 100}};
    double expected = 0;
    const AllocationCount count;
    for (int i = 0; i < 300; ++i) {
        forecaster.learn(i);
        static_cast<void>(forecaster.forecast({&expected, 1}));
    }
    CHECK(count.since_start() == 0);
}
