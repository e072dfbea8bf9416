// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/catalogue.hpp"

#include <stdexcept>
#include <string>
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
                const Settings settings{{std::string{option.name}, std::string{option.default_value}}};
                CHECK(alike(make_detector(entry.name, settings), make_detector(entry.name)));
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
                      ContainsSubstring("window is 1, must be in [2, 1048576]"));
    for (const std::string wrong : {"", "5.5", "-5", "5x", " 5", "99999999999999999999"})
        CHECK_THROWS_AS(make_detector("sliding-window", {{"window", wrong}}), std::invalid_argument);
    for (const std::string wrong : {"", "nan", "inf", "1e999", "0.5x", "-1"})
        CHECK_THROWS_AS(make_detector("gaussian", {{"min-stddev", wrong}}), std::invalid_argument);
    CHECK_THROWS_AS(make_detector("gaussian", {}, -1.0), std::invalid_argument);
    CHECK_THROWS_AS(make_detector("gaussian", {{"threshold-quantile", "0.99"}}, 3.0), std::invalid_argument);
    CHECK_THROWS_AS(make_detector("gaussian", {{"threshold-quantile", "1.5"}}), std::invalid_argument);
}
