// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/forecast/forecast_scorer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/detectors/any_detector.hpp"
#include "sonde/models/forecast/auto_regression.hpp"
#include "sonde/models/forecast/holt_winters.hpp"
#include "sonde/models/forecast/per_feature.hpp"
#include "sonde/models/forecast/seasonal_naive.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/models/forecast/streams.hpp"

using namespace sonde;
using namespace sonde::testing;

using Rows = PerFeature<SeasonalNaive>;
static_assert(Forecaster<Rows> && Learner<ForecastScorer<Rows>> && Explainer<ForecastScorer<Rows>>);
static_assert(Learner<ForecastScorer<AutoRegression>> && Persistent<ForecastScorer<Rows>>);
static_assert(ErasableDetector<AutoRegressionDetector> && ErasableDetector<ForecastDetector<Rows>>);

namespace {

double median_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/// The largest score of the values from `first` to before `last`.
template <class F>
double highest(ForecastScorer<F> scorer, const std::vector<double>& values, std::size_t first,
               std::size_t last) {
    double most = 0;
    for (std::size_t i = 0; i < last; ++i) {
        if (i >= first) most = std::max(most, scorer.score(values[i]).value);
        scorer.learn(values[i]);
    }
    return most;
}

}  // namespace

TEST_CASE("ForecastScorer: the score is the error in units of 1.4826 MAD of the last ones",
          "[models][forecast]") {
    Rng rng{1};
    ForecastScorer scorer{SeasonalNaive{}, {.window = 25, .warm_up = 10}};
    std::vector<double> errors;
    double last = 0;
    for (int i = 0; i < 200; ++i) {
        const double x = rng.normal(), error = x - last;
        const Score score = scorer.score(x);
        if (i == 0 || errors.size() < 10) {
            CHECK(score == Score{0, Status::warming_up});
        } else {
            const std::size_t n = std::min<std::size_t>(errors.size(), 25);
            const std::vector<double> kept{errors.end() - static_cast<std::ptrdiff_t>(n), errors.end()};
            const double median = median_of(kept);
            std::vector<double> away;
            for (const double e : kept) away.push_back(std::abs(e - median));
            CHECK(score.value == Approx(std::abs(error - median) / (1.482602218505602 * median_of(away))));
        }
        if (i > 0) errors.push_back(error);
        scorer.learn(x);
        last = x;
    }
}

TEST_CASE("ForecastScorer: of normal errors the scale is the standard deviation, with any quantile",
          "[models][forecast]") {
    for (const double quantile : {0.5, 0.7, 0.9, 0.99}) {
        Rng rng{2};
        ForecastScorer scorer{SeasonalNaive{{.season = 1}}, {.window = 20000, .quantile = quantile}};
        double x = 0;
        for (int i = 0; i < 20000; ++i) scorer.learn(x += 0.5 * rng.normal());
        CHECK(scorer.score(x + 5).value == Approx(10).epsilon(0.03));
        CHECK(scorer.score(x - 5).value == Approx(10).epsilon(0.03));
    }
}

TEST_CASE("ForecastScorer: a phase jump of a sine scores above 6, the noise below it", "[models][forecast]") {
    const std::size_t jump = 4000;
    const auto values = noisy_sine(5000, 48, 0.1, 3, jump);
    const auto check = [&](const auto& scorer) {
        CHECK(highest(scorer, values, 1000, jump) < 6);
        CHECK(highest(scorer, values, jump, jump + 8) > 6);
    };
    check(ForecastScorer{AutoRegression{}});
    check(ForecastScorer{SeasonalNaive{{.season = 48}}});
    check(ForecastScorer{HoltWinters{{.season = 48, .fit = 480}}});
}

TEST_CASE("ForecastScorer: rows score the root of the mean square of their features", "[models][forecast]") {
    Rng rng{4};
    ForecastScorer rows{Rows{2}, {.window = 50}};
    ForecastScorer first{SeasonalNaive{}, {.window = 50}}, second{SeasonalNaive{}, {.window = 50}};
    for (int i = 0; i < 200; ++i) {
        const float row[] = {static_cast<float>(rng.normal()), static_cast<float>(5 * rng.normal())};
        const Score score = rows.score(row);
        const double a = first.score(row[0]).value, b = second.score(row[1]).value;
        double shares[2] = {-1, -1};
        CHECK(rows.attribute(row, shares) == score);
        CHECK(score.value == Approx(std::sqrt((a * a + b * b) / 2)));
        CHECK(shares[0] + shares[1] == Approx(score.value));
        if (score.value > 0) CHECK(shares[0] * b * b == Approx(shares[1] * a * a));
        rows.learn(row);
        first.learn(row[0]);
        second.learn(row[1]);
    }
}

TEST_CASE("ForecastScorer: bad input is said and not learned", "[models][forecast]") {
    ForecastScorer rows{Rows{2}, {.warm_up = 2}};
    for (const float x : {1.0F, 2.0F, 4.0F, 5.0F, 7.0F}) rows.learn(std::vector<float>{x, -x});
    const auto before = to_bytes(rows);
    const float nan = std::bit_cast<float>(0x7fc0'0000U);
    for (const auto& bad : {std::vector<float>{1}, {1, 2, 3}, {1, nan}, {}}) {
        CHECK(rows.score(bad) == Score{0, Status::bad_input});
        double shares[2] = {7, 7};
        CHECK(rows.attribute(bad, shares) == Score{0, Status::bad_input});
        CHECK(shares[0] == 0);
        rows.learn(bad);
    }
    double one = 7;
    CHECK(rows.attribute(std::vector<float>{1, 2}, {&one, 1}).status == Status::bad_input);
    CHECK(to_bytes(rows) == before);
    ForecastScorer numbers{SeasonalNaive{}};
    CHECK(numbers.score(std::bit_cast<double>(0xfff0'0000'0000'0000U)).status == Status::bad_input);
}

TEST_CASE(
    "ForecastScorer: a constant stream scores 0, and a change of it by more than rounding the most there is",
    "[models][forecast]") {
    ForecastScorer scorer{SeasonalNaive{}};
    for (int i = 0; i < 100; ++i) scorer.learn(7.3);
    CHECK(scorer.score(7.3).value == 0);
    CHECK(scorer.score(7.3 * (1 + 1e-13)).value == 0);
    CHECK(scorer.score(7.4).value == 1e18);
    ForecastScorer<Rows> rows{Rows{1}};  // of floats more is rounding
    for (int i = 0; i < 100; ++i) rows.learn(std::vector<float>{7.3F});
    CHECK(rows.score(std::vector<float>{7.300001F}).value == 0);
    CHECK(rows.score(std::vector<float>{7.3001F}).value == 1e18);
    ForecastScorer floored{SeasonalNaive{}, {.min_scale = 0.05}},
        upper{SeasonalNaive{}, {.quantile = 0.9, .min_scale = 0.05}};
    for (int i = 0; i < 100; ++i) {
        floored.learn(7.3);
        upper.learn(7.3);
    }
    CHECK(floored.score(7.4).value == Approx(2));
    CHECK(upper.score(7.4).value == Approx(2));
}

TEST_CASE("ForecastScorer: only errors on the side that counts score", "[models][forecast]") {
    Rng rng{5};
    ForecastScorer scorer{SeasonalNaive{}, {.side = Side::above}};
    double x = 0;
    for (int i = 0; i < 100; ++i) scorer.learn(x = rng.normal());
    CHECK(scorer.score(x + 50).value > 10);
    CHECK(scorer.score(x - 50).value == 0);
}

TEST_CASE("ForecastScorer: a clipped outlier is learned as if it were less far out", "[models][forecast]") {
    Rng rng{6};
    ForecastScorer clipped{SeasonalNaive{}, {.clip = 4}}, plain{SeasonalNaive{}};
    double x = 0;
    for (int i = 0; i < 500; ++i) {
        x = rng.normal();
        clipped.learn(x);
        plain.learn(x);
    }
    const double scale = 40 / clipped.score(clipped.forecast()[0] + 40).value;
    const double centre = clipped.errors().median(), before = clipped.forecast()[0];
    plain.learn(1000);
    clipped.learn(1000);
    CHECK(plain.forecast()[0] == 1000);
    CHECK(clipped.forecast()[0] == Approx(before + centre + 4 * scale).epsilon(0.02));
    CHECK(clipped.errors().newest() == Approx(1000 - before));  // the scale learns what was
}

TEST_CASE("ForecastScorer: frozen scales do not take a long anomaly for usual", "[models][forecast]") {
    Rng rng{7};
    ForecastScorer frozen{SeasonalNaive{}, {.window = 100}}, open{SeasonalNaive{}, {.window = 100}};
    double x = 0;
    const auto teach = [&](double scale, int count) {
        for (int i = 0; i < count; ++i) {
            x = scale * rng.normal();
            frozen.learn(x);
            open.learn(x);
        }
    };
    teach(1, 300);
    frozen.freeze_scales();
    const double before = frozen.score(x + 20).value;
    teach(50, 300);
    CHECK(frozen.score(x + 20).value == Approx(before).epsilon(1e-9));
    CHECK(open.score(x + 20).value < 1);
    CHECK(from_bytes<ForecastScorer<SeasonalNaive>>(to_bytes(frozen)).score(x + 20) == frozen.score(x + 20));
}

TEST_CASE("ForecastScorer: options out of range are refused", "[models][forecast]") {
    const auto make = [](const ForecastScorerOptions& options) {
        return ForecastScorer{SeasonalNaive{}, options};
    };
    CHECK_THROWS_WITH(make({.clip = 0.5}), "ForecastScorer: clip is 0.5, must be 0, or at least 1");
    CHECK_THROWS_AS(make({.window = 1}), std::invalid_argument);
    CHECK_THROWS_AS(make({.window = (std::size_t{1} << 20) + 1}), std::invalid_argument);
    CHECK_THROWS_AS(make({.warm_up = 1}), std::invalid_argument);
    CHECK_THROWS_AS(make({.quantile = 0.4}), std::invalid_argument);
    CHECK_THROWS_AS(make({.quantile = 1}), std::invalid_argument);
    CHECK_THROWS_AS(make({.min_scale = -1}), std::invalid_argument);
    CHECK_THROWS_AS(ForecastScorer(Rows{32}, {.window = std::size_t{1} << 20}), std::invalid_argument);
}

TEST_CASE("ForecastScorer: a file whose parts do not fit is refused", "[models][forecast]") {
    ByteWriter writer;
    write_object(writer, SeasonalNaive{});
    write_object(writer, detail::ResidualScales{2, {.window = 8}});
    ByteReader reader{writer.bytes()};
    CHECK_THROWS_AS(ForecastScorer<SeasonalNaive>::read(reader, 1), FormatError);
}

TEST_CASE("PerFeature: each feature has a forecaster of its own", "[models][forecast]") {
    CHECK_THROWS_WITH(Rows{0}, "PerFeature: dimension is 0, must be in [1, 1048576]");
    Rows rows{{SeasonalNaive{{.season = 1}}, SeasonalNaive{{.season = 2}}}};
    double out[2] = {};
    rows.learn(std::vector<float>{1, 10});
    CHECK_FALSE(rows.forecast(out));
    rows.learn(std::vector<float>{2, 20});
    rows.learn(std::vector<float>{3});  // ignored
    REQUIRE(rows.forecast(out));
    CHECK(out[0] == 2);
    CHECK(out[1] == 10);
    CHECK_FALSE(rows.forecast({out, 1}));
    auto restored = from_bytes<Rows>(to_bytes(rows));
    CHECK(to_bytes(restored) == to_bytes(rows));
}
