// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/forecast/calibrated_detector.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "sonde/models/forecast/auto_regression.hpp"
#include "sonde/models/forecast/per_feature.hpp"
#include "sonde/models/forecast/row_forecasters.hpp"
#include "sonde/models/forecast/seasonal_naive.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"
#include "unit/models/forecast/streams.hpp"

using namespace sonde;
using namespace sonde::testing;

static_assert(Forecaster<RecurrentForecaster> && ErasableDetector<RecurrentDetector>);
static_assert(Persistent<RecurrentDetector> && Explainer<RecurrentDetector>);

namespace {

constexpr std::size_t training = 3000;

std::vector<float> floats(const std::vector<double>& values) { return {values.begin(), values.end()}; }

TrainingData first_rows(const std::vector<float>& values) { return {.rows = {values.data(), training, 1}}; }

}  // namespace

TEST_CASE("RecurrentDetector: a phase jump of a sine scores above 6, the noise below it",
          "[models][forecast]") {
    const auto name = GENERATE(as<std::string_view>{}, "gru", "lstm");
    const std::size_t known = 5000, jump = 5992;  // where the sine falls the most: by 1.7
    const auto values = floats(noisy_sine(6000, 48, 0.2, 3, jump));
    RecurrentDetector detector = train_row_forecaster(name, {.rows = {values.data(), known, 1}});
    double most = 0, squares = 0;
    for (std::size_t i = known; i < jump; ++i) {
        const double error = static_cast<double>(values[i]) - detector.scorer().forecast()[0];
        squares += error * error;
        most = std::max(most, detector.observe({&values[i], 1}).score.value);
    }
    CHECK(std::sqrt(squares / static_cast<double>(jump - known)) == Approx(0.2).epsilon(0.1));
    CHECK(most < 6);
    CHECK(detector.observe({&values[jump], 1}).score.value > 6);
}

TEST_CASE("calibrated_detector: as many training rows are anomalous as were asked for",
          "[models][forecast]") {
    Rng rng{1};
    const auto rows = noise(rng, 2000 * 3);
    const PerFeature<SeasonalNaive> start{3};
    for (const double rate : {0.01, 0.1}) {
        auto detector = calibrated_detector(start, {rows.data(), 2000, 3}, {.window = 2000}, rate);
        auto again = detector.scorer();
        again.follow(start);
        std::size_t above = 0;
        for (std::size_t i = 0; i < 2000; ++i) {
            const Row row{rows.data() + 3 * i, 3};
            above += again.score(row).value > detector.threshold().value() ? 1U : 0U;
            again.learn(row);
        }
        CHECK(above == static_cast<std::size_t>(1999 * rate));  // the first row has no forecast
        const auto fresh = noise(rng, 2000 * 3);
        for (std::size_t i = 0; i < 2000; ++i) detector.observe({fresh.data() + 3 * i, 3});
        CHECK(static_cast<double>(detector.counts().anomalous) / 2000 == Approx(rate).epsilon(0.5));
        CHECK(detector.counts().warming_up == 0);
    }
}

TEST_CASE("calibrated_detector: rows that it cannot be calibrated on are refused", "[models][forecast]") {
    const auto rows = noise(60, 1);
    const PerFeature<SeasonalNaive> start{3};
    CHECK_THROWS_AS(calibrated_detector(start, {rows.data(), 20, 3}, {}), std::invalid_argument);
    CHECK_THROWS_AS(calibrated_detector(start, {rows.data(), 30, 2}, {.warm_up = 2}), std::invalid_argument);
    CHECK_THROWS_AS(calibrated_detector(start, {rows.data(), 20, 3}, {.warm_up = 5}, 1.0),
                    std::invalid_argument);
    CHECK_NOTHROW(calibrated_detector(start, {rows.data(), 20, 3}, {.warm_up = 5}));
    ForecastScorer<PerFeature<SeasonalNaive>> scorer{start};
    CHECK_THROWS_AS(scorer.follow(PerFeature<SeasonalNaive>{2}), std::invalid_argument);
}

TEST_CASE("Row forecasters: what is trained is what the options say, and the same seed trains the same",
          "[models][forecast]") {
    const auto values = floats(noisy_sine(training, 20, 0.2, 4));
    const std::vector<DetectorSetting> settings{
        {"units", "5"},        {"layers", "2"},         {"series", "changes"},
        {"reach", "16"},       {"epochs", "2"},         {"learning-rate", "0.01"},
        {"tune-every", "50"},  {"error-window", "500"}, {"error-quantile", "0.9"},
        {"min-scale", "0.01"}, {"clip", "5"},           {"seed", "7"}};
    const auto detector = train_row_forecaster("lstm", first_rows(values), settings, 0.05);
    const auto& forecaster = detector.scorer().forecaster();
    const auto network = forecaster.network();
    CHECK(network.cell() == Cell::lstm);
    REQUIRE(network.layers().size() == 2);
    CHECK(network.layers()[0].units == 5);
    CHECK(forecaster.series() == SeriesForm::changes);
    CHECK(forecaster.tuning().every == 50);
    CHECK(forecaster.tuning_steps() > 0);
    const auto& errors = detector.scorer().options();
    CHECK(errors.window == 500);
    CHECK(errors.quantile == 0.9);
    CHECK(errors.min_scale == 0.01);
    CHECK(errors.clip == 5);
    CHECK(to_bytes(train_row_forecaster("lstm", first_rows(values), settings, 0.05)) == to_bytes(detector));
    for (std::size_t changed = 3; changed < 6; ++changed) {
        auto others = settings;
        others[changed].value = changed == 5 ? "0.02" : "3";
        CHECK(to_bytes(train_row_forecaster("lstm", first_rows(values), others, 0.05)) != to_bytes(detector));
    }
    CHECK(to_bytes(from_bytes<RecurrentDetector>(to_bytes(detector))) == to_bytes(detector));
}

TEST_CASE("Row forecasters: what is out of range is refused by the name of its option",
          "[models][forecast]") {
    for (const auto& [name, value] : {std::pair{"units", "0"},
                                      {"layers", "17"},
                                      {"series", "both"},
                                      {"reach", "0"},
                                      {"epochs", "0"},
                                      {"learning-rate", "0"},
                                      {"tune-every", "x"},
                                      {"error-window", "1"},
                                      {"error-quantile", "1"},
                                      {"min-scale", "-1"},
                                      {"clip", "0.5"},
                                      {"seed", "-1"}}) {
        try {
            check_row_forecaster_settings("gru", {{name, value}});
            FAIL_CHECK(name << " is taken");
        } catch (const SettingError& error) {
            CHECK(error.setting.name == name);
        }
    }
    CHECK_NOTHROW(check_row_forecaster_settings("gru", {}));
    CHECK_THROWS_AS(check_row_forecaster_settings("gru", {{"scaling", "none"}}), std::invalid_argument);
    CHECK_THROWS_WITH(check_row_forecaster_settings("rnn", {}),
                      "check_row_forecaster_settings: forecaster is rnn, must be gru or lstm");
    const auto values = floats(noisy_sine(training, 20, 0.2, 4));
    TrainingData data = first_rows(values);
    const auto stop = [](const FitProgress&) { return false; };
    data.progress = stop;
    CHECK_THROWS_AS(train_row_forecaster("gru", data), FitCancelled);
}

TEST_CASE("RecurrentDetector: judging and learning do not allocate", "[models][forecast]") {
    const auto values = floats(noisy_sine(training + 100, 20, 0.2, 5));
    RecurrentDetector detector = train_row_forecaster("gru", first_rows(values), {{"epochs", "1"}});
    double share = 0;
    const AllocationCount count;
    for (std::size_t i = training; i < values.size(); ++i) {
        static_cast<void>(detector.attribute({&values[i], 1}, {&share, 1}));
        detector.observe({&values[i], 1});
    }
    CHECK(count.since_start() == 0);
}
