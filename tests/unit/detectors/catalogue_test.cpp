// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/catalogue.hpp"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/detectors/gaussian.hpp"
#include "sonde/detectors/sliding_window.hpp"
#include "support/catch.hpp"

using namespace sonde;
using Catch::Matchers::ContainsSubstring;
using Settings = std::vector<DetectorSetting>;

namespace {

/// True when both say the same of 3,000 values with a jump and a spike now and then.
bool alike(AnyDetector left, AnyDetector right) {
    Rng rng{1};
    for (int i = 0; i < 3000; ++i) {
        const double x = rng.normal() + (i > 2000 ? 20 : 0) + (i % 100 == 0 ? 9 : 0);
        const Verdict a = left.observe(x), b = right.observe(x);
        if (a.anomalous != b.anomalous || a.threshold != Approx(b.threshold) ||
            a.score.value != Approx(b.score.value).epsilon(1e-9))
            return false;
    }
    return true;
}

/// What an option counts beside.
Settings needed_by(std::string_view option) {
    if (option == "low" || option == "high") return {{"reference", "quantiles"}};
    if (option == "reservoir" || option == "seed") return {{"estimate", "median-mad"}};
    if (option == "threshold-warm-up") return {{"threshold-quantile", "0.99"}};
    return {};
}

}  // namespace

TEST_CASE("Catalogue: each entry says what it is for and what can be set", "[detectors]") {
    REQUIRE(detector_catalogue().size() >= 2);
    for (const DetectorEntry& entry : detector_catalogue()) {
        CHECK_FALSE(entry.name.empty());
        CHECK_FALSE(entry.purpose.empty());
        for (const auto options : {entry.options, common_detector_options()}) {
            for (const DetectorOption& option : options) {
                CHECK_FALSE(option.name.empty());
                CHECK_FALSE(option.help.empty());
                CHECK_FALSE(option.default_value.empty());
                CHECK_FALSE(option.allowed.empty());
            }
        }
    }
}

TEST_CASE("Catalogue: setting an option to its default changes nothing", "[detectors]") {
    for (const DetectorEntry& entry : detector_catalogue()) {
        for (const auto options : {entry.options, common_detector_options()}) {
            for (const DetectorOption& option : options) {
                INFO(entry.name << " " << option.name);
                const Settings beside = needed_by(option.name);
                Settings settings = beside;
                settings.push_back({std::string{option.name}, std::string{option.default_value}});
                CHECK(alike(make_detector(entry.name, settings), make_detector(entry.name, beside)));
            }
        }
    }
}

TEST_CASE("Catalogue: what is made is what the options say", "[detectors]") {
    CHECK(alike(make_detector("gaussian"), GaussianDetector{}));
    CHECK(alike(make_detector("gaussian", {}, 2.5), GaussianDetector{GaussianScorer{}, FixedThreshold{2.5}}));
    CHECK(alike(make_detector("gaussian", {{"half-life", "200"}, {"warm-up", "50"}, {"side", "above"}}),
                GaussianDetector{{.warm_up = 50, .half_life = 200, .side = Side::above}}));
    CHECK(alike(make_detector("gaussian", {{"form", "density"}, {"min-stddev", "2"}}),
                GaussianDetector{{.form = GaussianForm::density, .min_stddev = 2}}));
    CHECK(alike(make_detector("gaussian", {{"estimate", "median-mad"}, {"reservoir", "64"}, {"seed", "9"}}),
                GaussianDetector{{.estimate = GaussianEstimate::median_mad, .reservoir = 64, .seed = 9}}));
    CHECK(alike(make_detector("sliding-window"), SlidingWindowDetector{}));
    CHECK(alike(make_detector("sliding-window", {{"window", "50"},
                                                 {"reference", "quantiles"},
                                                 {"low", "0.1"},
                                                 {"high", "0.8"},
                                                 {"side", "below"},
                                                 {"min-scale", "0.5"},
                                                 {"warm-up", "10"}}),
                SlidingWindowDetector{{.window = 50,
                                       .reference = WindowReference::quantiles,
                                       .side = Side::below,
                                       .low = 0.1,
                                       .high = 0.8,
                                       .min_scale = 0.5,
                                       .warm_up = 10}}));
}

TEST_CASE("Catalogue: every entry takes the common options", "[detectors]") {
    const Settings learned{
        {"learn-from", "normal-only"}, {"threshold-quantile", "0.99"}, {"threshold-warm-up", "200"}};
    for (const DetectorEntry& entry : detector_catalogue()) {
        INFO(entry.name);
        AnyDetector detector = make_detector(entry.name, learned);
        Rng rng{2};
        for (int i = 0; i < 5000; ++i) detector.observe(rng.normal());
        CHECK(detector.counts().warming_up >= 200);
        CHECK(detector.counts().anomalous > 20);
        CHECK(detector.counts().anomalous < 100);
        CHECK_FALSE(alike(make_detector(entry.name, {{"learn-from", "nothing"}}), make_detector(entry.name)));
    }
}

TEST_CASE("Catalogue: the last of two settings counts", "[detectors]") {
    CHECK(alike(make_detector("gaussian", {{"warm-up", "500"}, {"warm-up", "40"}}),
                GaussianDetector{{.warm_up = 40}}));
}

TEST_CASE("Catalogue: an error says what there is", "[detectors]") {
    CHECK_THROWS_WITH(make_detector("gausian"),
                      "make_detector: detector is gausian, must be sliding-window or gaussian");
    CHECK_THROWS_WITH(make_detector(""), ContainsSubstring("detector is empty"));
    CHECK_THROWS_WITH(make_detector("gaussian", {{"window", "5"}}),
                      ContainsSubstring("gaussian: option is window, must be warm-up, half-life"));
    CHECK_THROWS_WITH(make_detector("gaussian", {{"side", "up"}}),
                      "gaussian: side is up, must be both, above or below");
    CHECK_THROWS_WITH(make_detector("gaussian", {{"half-life", "long"}}),
                      "gaussian: half-life is long, must be 0, or at least 1");
    CHECK_THROWS_WITH(make_detector("sliding-window", {{"window", "1"}}),
                      "sliding-window: window is 1, must be a whole number in [2, 1048576]");
    for (const std::string wrong : {"", "5.5", "-5", "5x", " 5", "99999999999999999999"})
        CHECK_THROWS_AS(make_detector("sliding-window", {{"window", wrong}}), std::invalid_argument);
    for (const std::string wrong : {"", "nan", "inf", "1e999", "0.5x", "-1"})
        CHECK_THROWS_AS(make_detector("gaussian", {{"min-stddev", wrong}}), std::invalid_argument);
    CHECK_THROWS_AS(make_detector("gaussian", {}, -1.0), std::invalid_argument);
    CHECK_THROWS_AS(make_detector("gaussian", {{"threshold-quantile", "0.99"}}, 3.0), std::invalid_argument);
    CHECK_THROWS_AS(make_detector("gaussian", {{"threshold-quantile", "1.5"}}), std::invalid_argument);
}

TEST_CASE("Catalogue: an option that would be ignored is refused", "[detectors]") {
    CHECK_THROWS_WITH(make_detector("gaussian", {{"seed", "3"}}),
                      "gaussian: seed is 3, must be left out unless estimate is median-mad");
    CHECK_THROWS_WITH(make_detector("sliding-window", {{"low", "0.1"}, {"reference", "median-mad"}}),
                      "sliding-window: low is 0.1, must be left out unless reference is quantiles");
    CHECK_THROWS_WITH(
        make_detector("gaussian", {{"threshold-warm-up", "9"}}),
        "gaussian: threshold-warm-up is 9, must be left out unless threshold-quantile is above 0");
    for (const DetectorEntry& entry : detector_catalogue()) {
        for (const auto options : {entry.options, common_detector_options()}) {
            for (const DetectorOption& option : options) {
                INFO(entry.name << " " << option.name);
                const Settings alone{{std::string{option.name}, std::string{option.default_value}}};
                if (needed_by(option.name).empty())
                    CHECK_NOTHROW(make_detector(entry.name, alone));
                else
                    CHECK_THROWS_AS(make_detector(entry.name, alone), SettingError);
            }
        }
    }
}

TEST_CASE("Catalogue: a value out of range is refused by the name of its option", "[detectors]") {
    const std::vector<std::pair<std::string, Settings>> wrong{
        {"gaussian", {{"warm-up", "1"}}},
        {"gaussian", {{"half-life", "0.5"}}},
        {"gaussian", {{"min-stddev", "-1"}}},
        {"gaussian", {{"estimate", "median-mad"}, {"reservoir", "7"}}},
        {"gaussian", {{"estimate", "median-mad"}, {"reservoir", "1048577"}}},
        {"gaussian", {{"estimate", "median-mad"}, {"reservoir", "100"}, {"half-life", "69"}}},
        {"gaussian", {{"learn-from", "all"}}},
        {"gaussian", {{"threshold-quantile", "1"}}},
        {"gaussian", {{"threshold-quantile", "-0.1"}}},
        {"gaussian", {{"threshold-quantile", "0.9"}, {"threshold-warm-up", "0"}}},
        {"sliding-window", {{"window", "1"}}},
        {"sliding-window", {{"window", "1048577"}}},
        {"sliding-window", {{"reference", "quantiles"}, {"low", "0.5"}}},
        {"sliding-window", {{"reference", "quantiles"}, {"low", "-0.1"}}},
        {"sliding-window", {{"reference", "quantiles"}, {"high", "0.5"}}},
        {"sliding-window", {{"reference", "quantiles"}, {"high", "1.1"}}},
        {"sliding-window", {{"min-scale", "-1"}}},
        {"sliding-window", {{"warm-up", "1"}}},
    };
    for (const auto& [name, settings] : wrong) {
        const DetectorSetting& last = settings.back();
        INFO(name << " " << last.name);
        CHECK_THROWS_WITH(make_detector(name, settings),
                          ContainsSubstring(name + ": " + last.name + " is " + last.value + ", must be "));
        try {
            static_cast<void>(make_detector(name, settings));
        } catch (const SettingError& error) {
            CHECK(error.setting.name == last.name);
            CHECK(error.setting.value == last.value);
            CHECK_FALSE(error.allowed.empty());
        }
    }
}

TEST_CASE("Catalogue: the ends of a range are in it", "[detectors]") {
    for (const auto& settings :
         {Settings{{"window", "2"}, {"warm-up", "2"}}, Settings{{"window", "1048576"}},
          Settings{{"reference", "quantiles"}, {"low", "0"}, {"high", "1"}}, Settings{{"min-scale", "0"}}})
        CHECK_NOTHROW(make_detector("sliding-window", settings));
    for (const auto& settings :
         {Settings{{"half-life", "1"}, {"warm-up", "2"}}, Settings{{"half-life", "1e300"}},
          Settings{{"estimate", "median-mad"}, {"reservoir", "8"}, {"half-life", "6"}},
          Settings{{"threshold-quantile", "0.001"}, {"threshold-warm-up", "1"}}})
        CHECK_NOTHROW(make_detector("gaussian", settings));
}
