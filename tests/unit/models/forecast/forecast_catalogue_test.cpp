// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sonde/models/catalogue.hpp"
#include "sonde/models/forecast/auto_regression.hpp"
#include "sonde/models/forecast/holt_winters.hpp"
#include "sonde/models/forecast/seasonal_naive.hpp"
#include "support/catch.hpp"
#include "unit/models/forecast/streams.hpp"

using namespace sonde;
using namespace sonde::testing;
using Settings = std::vector<DetectorSetting>;

namespace {

const DetectorEntry& entry_of(std::string_view name) {
    const auto table = stream_model_catalogue();
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const auto& e) { return e.name == name; });
    REQUIRE(found != table.end());
    return *found;
}

AnyDetector made(std::string_view name, const Settings& settings, std::optional<double> threshold = {}) {
    return entry_of(name).make(settings, threshold);
}

/// True when both say the same of a sine whose ways change, with spikes.
bool alike(AnyDetector left, AnyDetector right) {
    auto values = noisy_sine(1500, 12, 0.3, 1, 900);
    for (std::size_t i = 0; i < values.size(); i += 97) values[i] += 9;
    for (const double x : values) {
        const Verdict a = left.observe(x), b = right.observe(x);
        if (a.score != b.score || a.threshold != b.threshold) return false;
    }
    return true;
}

/// Each of the settings counts: without it something else is made.
void check_each_counts(std::string_view name, const Settings& settings, const AnyDetector& expected) {
    CHECK(alike(made(name, settings), expected));
    for (std::size_t left_out = 0; left_out < settings.size(); ++left_out) {
        Settings others = settings;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(left_out));
        INFO(name << " without " << settings[left_out].name);
        CHECK_FALSE(alike(made(name, others), expected));
    }
}

const ForecastScorerOptions errors{
    .window = 200, .warm_up = 60, .quantile = 0.9, .side = Side::above, .min_scale = 0.4, .clip = 2};
const Settings error_settings{{"error-window", "200"}, {"warm-up", "60"},    {"error-quantile", "0.9"},
                              {"side", "above"},       {"min-scale", "0.4"}, {"clip", "2"}};

Settings with_errors(Settings settings) {
    settings.insert(settings.end(), error_settings.begin(), error_settings.end());
    return settings;
}

}  // namespace

TEST_CASE("Forecast catalogue: setting an option to its default changes nothing", "[models][forecast]") {
    const std::pair<std::string_view, AnyDetector> defaults[] = {{"ar", AutoRegressionDetector{}},
                                                                 {"holt-winters", HoltWintersDetector{}},
                                                                 {"seasonal-naive", SeasonalNaiveDetector{}}};
    for (const auto& [name, expected] : defaults) {
        CHECK(alike(made(name, {}), expected));
        for (const DetectorOption& option : entry_of(name).options) {
            if (option.name == "beta" || option.name == "gamma" || option.name == "phi")
                continue;  // refused alone
            INFO(name << " " << option.name);
            CHECK(
                alike(made(name, {{std::string{option.name}, std::string{option.default_value}}}), expected));
        }
    }
}

TEST_CASE("Forecast catalogue: what is made is what the options say", "[models][forecast]") {
    check_each_counts("ar", with_errors({{"order", "5"}, {"difference", "12"}, {"half-life", "150"}}),
                      AutoRegressionDetector{ForecastScorer{
                          AutoRegression{{.order = 5, .difference = 12, .half_life = 150}}, errors}});
    check_each_counts("ar", {{"max-order", "3"}},
                      AutoRegressionDetector{ForecastScorer{AutoRegression{{.max_order = 3}}}});
    check_each_counts("seasonal-naive", with_errors({{"season", "12"}}),
                      SeasonalNaiveDetector{ForecastScorer{SeasonalNaive{{.season = 12}}, errors}});
    const Settings smoothing{{"season", "12"}, {"trend", "damped"}, {"alpha", "0.2"},
                             {"beta", "0.3"},  {"gamma", "0.4"},    {"phi", "0.9"}};
    const HoltWintersOptions options{
        .season = 12, .trend = Trend::damped, .alpha = 0.2, .beta = 0.3, .gamma = 0.4, .phi = 0.9};
    const HoltWintersDetector expected{ForecastScorer{HoltWinters{options}}};
    CHECK(alike(made("holt-winters", smoothing), expected));
    for (std::size_t changed = 2; changed < smoothing.size(); ++changed) {
        Settings others = smoothing;
        others[changed].value = "0.6";
        CHECK_FALSE(alike(made("holt-winters", others), expected));
    }
    CHECK(alike(
        made("holt-winters", {{"season", "12"}, {"trend", "linear"}, {"fit", "100"}}, 4.0),
        HoltWintersDetector{ForecastScorer{HoltWinters{{.season = 12, .trend = Trend::linear, .fit = 100}}},
                            FixedThreshold{4}}));
}

TEST_CASE("Forecast catalogue: a value out of range is refused by the name of its option",
          "[models][forecast]") {
    const std::pair<std::string_view, Settings> wrong[] = {
        {"ar", {{"order", "65"}}},
        {"ar", {{"max-order", "0"}}},
        {"ar", {{"order", "3"}, {"max-order", "5"}}},
        {"ar", {{"difference", "1048577"}}},
        {"ar", {{"half-life", "127"}}},
        {"ar", {{"order", "3"}, {"half-life", "11"}}},
        {"holt-winters", {{"season", "1"}}},
        {"holt-winters", {{"season", "65537"}}},
        {"holt-winters", {{"trend", "up"}}},
        {"holt-winters", {{"alpha", "1.1"}}},
        {"holt-winters", {{"beta", "0.1"}}},
        {"holt-winters", {{"gamma", "0.1"}}},
        {"holt-winters", {{"trend", "linear"}, {"phi", "0.9"}}},
        {"holt-winters", {{"fit", "9"}}},
        {"holt-winters", {{"season", "12"}, {"fit", "23"}}},
        {"holt-winters", {{"fit", "262145"}}},
        {"seasonal-naive", {{"season", "0"}}},
        {"seasonal-naive", {{"error-window", "1"}}},
        {"seasonal-naive", {{"error-quantile", "0.4"}}},
        {"seasonal-naive", {{"clip", "0.5"}}},
        {"seasonal-naive", {{"min-scale", "-1"}}},
        {"seasonal-naive", {{"warm-up", "1"}}},
        {"seasonal-naive", {{"side", "left"}}},
    };
    for (const auto& [name, settings] : wrong) {
        INFO(name << " " << settings.back().name << " " << settings.back().value);
        try {
            static_cast<void>(made(name, settings));
            FAIL_CHECK("taken");
        } catch (const SettingError& error) {
            CHECK(error.setting.name == settings.back().name);
        }
    }
    CHECK_NOTHROW(made("ar", {{"half-life", "128"}}));
    CHECK_NOTHROW(made("holt-winters", {{"season", "12"}, {"fit", "24"}}));
}
