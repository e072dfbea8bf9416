// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/catalogue.hpp"
#include "sonde/models/kmeans_stream.hpp"
#include "support/catch.hpp"

using namespace sonde;
using Settings = std::vector<DetectorSetting>;

namespace {

const DetectorEntry& entry = stream_model_catalogue()[0];

/// True when both say the same of values with a jump and a spike now and then.
bool alike(AnyDetector left, AnyDetector right) {
    Rng rng{1};
    for (int i = 0; i < 1500; ++i) {
        const double x = rng.normal() + (i > 1200 ? 20 : 0) + (i % 100 == 0 ? 9 : 0);
        const Verdict a = left.observe(x), b = right.observe(x);
        if (a.score != b.score || a.threshold != b.threshold) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("Stream model catalogue: setting an option to its default changes nothing", "[models]") {
    REQUIRE(entry.name == "kmeans-stream");
    CHECK(alike(entry.make({}, {}), KMeansStreamDetector{}));
    for (const auto table : {entry.options, common_detector_options()}) {
        for (const DetectorOption& option : table) {
            if (option.name == "threshold-warm-up") continue;  // refused alone
            INFO(option.name);
            const Settings settings{{std::string{option.name}, std::string{option.default_value}}};
            CHECK(alike(entry.make(settings, {}), KMeansStreamDetector{}));
        }
    }
}

TEST_CASE("Stream model catalogue: what is made is what the options say", "[models]") {
    const KMeansStreamOptions options{.window = 300,
                                      .warm_up = 100,
                                      .train_every = 50,
                                      .models = 4,
                                      .difference = false,
                                      .smooth = 2,
                                      .lag = 3,
                                      .sampling = 0.5,
                                      .max_iterations = 7,
                                      .seed = 9};
    const Settings settings{{"window", "300"}, {"warm-up", "100"},   {"train-every", "50"},
                            {"models", "4"},   {"feature", "value"}, {"smooth", "2"},
                            {"lag", "3"},      {"sampling", "0.5"},  {"max-iterations", "7"},
                            {"seed", "9"}};
    CHECK(alike(entry.make(settings, {}), KMeansStreamDetector{options}));
    CHECK(alike(entry.make(settings, 0.5), KMeansStreamDetector{options, FixedThreshold{0.5}}));
    for (std::size_t left_out = 0; left_out < settings.size(); ++left_out) {  // each of them counts
        Settings others = settings;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(left_out));
        INFO(settings[left_out].name);
        if (settings[left_out].name == "max-iterations") continue;  // two centres settle in fewer than 7
        CHECK_FALSE(alike(entry.make(others, {}), KMeansStreamDetector{options}));
    }
}

TEST_CASE("Stream model catalogue: a value out of range is refused by the name of its option", "[models]") {
    const std::vector<Settings> wrong{
        {{"window", "15"}},
        {{"window", "1048577"}},
        {{"smooth", "64"}, {"lag", "64"}, {"window", "137"}},
        {{"warm-up", "-1"}},
        {{"train-every", "0"}},
        {{"models", "0"}},
        {{"models", "1025"}},
        {{"feature", "both"}},
        {{"smooth", "0"}},
        {{"smooth", "65"}},
        {{"lag", "65"}},
        {{"sampling", "0"}},
        {{"sampling", "1.1"}},
        {{"max-iterations", "0"}},
        {{"max-iterations", "1001"}},
        {{"seed", "x"}},
        {{"learn-from", "all"}},
    };
    for (const Settings& settings : wrong) {
        INFO(settings.back().name << " " << settings.back().value);
        try {
            static_cast<void>(entry.make(settings, {}));
            FAIL_CHECK("taken");
        } catch (const SettingError& error) {
            CHECK(error.setting.name == settings.back().name);
        }
    }
    CHECK_NOTHROW(entry.make({{"smooth", "64"}, {"lag", "64"}, {"window", "138"}}, {}));
    CHECK_NOTHROW(entry.make({{"smooth", "64"}, {"lag", "64"}, {"window", "137"}, {"feature", "value"}}, {}));
}
