// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/streaming_detector.hpp"

#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/detectors/gaussian.hpp"
#include "sonde/thresholds/quantile_threshold.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// A fitted model of a user: no options, nothing to learn, no suggestion for a threshold.
struct Distance {
    using Input = double;
    double origin = 0;
    [[nodiscard]] Score score(const double& x) const noexcept {
        if (!is_finite(x)) return {0, Status::bad_input};
        return {detail::abs(x - origin), Status::ok};
    }
};

/// The same for rows, without a batch of its own.
struct Sum {
    using Input = Row;
    [[nodiscard]] Score score(const Row& row) const noexcept {
        double sum = 0;
        for (const float value : row) sum += static_cast<double>(value);
        return {sum, Status::ok};
    }
};

GaussianDetector taught(LearnFrom learn_from) {
    GaussianDetector detector{GaussianScorer{}, FixedThreshold{3.0}};
    Rng rng{1};
    for (int i = 0; i < 500; ++i) detector.observe(rng.normal());
    return {detector.scorer(), detector.threshold(), learn_from};
}

}  // namespace

TEST_CASE("StreamingDetector: learning from everything, an anomaly widens what is usual", "[detectors]") {
    auto detector = taught(LearnFrom::everything);
    const double before = detector.scorer().scale();
    CHECK(detector.observe(50.0).anomalous);
    CHECK(detector.scorer().scale() > before);
}

TEST_CASE("StreamingDetector: learning from the normal only, an anomaly leaves no trace", "[detectors]") {
    auto detector = taught(LearnFrom::normal_only);
    const auto learned = detector.scorer().learned();
    CHECK(detector.observe(50.0).anomalous);
    CHECK(detector.scorer().learned() == learned);
    CHECK_FALSE(detector.observe(0.5).anomalous);
    CHECK(detector.scorer().learned() == learned + 1);
}

TEST_CASE("StreamingDetector: learning from nothing, neither part changes", "[detectors]") {
    auto detector = taught(LearnFrom::nothing);
    const auto learned = detector.scorer().learned();
    detector.observe(50.0);
    detector.observe(0.5);
    CHECK(detector.scorer().learned() == learned);
    CHECK(detector.counts().observed == 2);
    StreamingDetector never{Distance{}, QuantileThreshold{}, LearnFrom::nothing};
    never.observe(1.0);
    CHECK(never.threshold().learned() == 0);
}

TEST_CASE("StreamingDetector: the normal are learned during the warm-up, or it would never end",
          "[detectors]") {
    GaussianDetector detector{GaussianScorer{{.warm_up = 10}}, LearnFrom::normal_only};
    for (int i = 0; i < 10; ++i) detector.observe(i);
    CHECK(detector.observe(5.0).score.status == Status::ok);
}

TEST_CASE("StreamingDetector: a quantile keeps its rate when the scorer learns from the normal only",
          "[detectors]") {
    StreamingDetector detector{GaussianScorer{}, QuantileThreshold{{.quantile = 0.95, .half_life = 2000}},
                               LearnFrom::normal_only};
    Rng rng{2};
    for (int i = 0; i < 100'000; ++i) detector.observe(rng.normal());
    const auto before = detector.counts().anomalous;
    for (int i = 0; i < 100'000; ++i) detector.observe(rng.normal());
    CHECK(static_cast<double>(detector.counts().anomalous - before) / 1e5 == Approx(0.05).epsilon(0.1));
}

TEST_CASE("StreamingDetector: takes any scorer, also one that only scores", "[detectors]") {
    StreamingDetector detector{Distance{10}, FixedThreshold{2.0}};
    STATIC_REQUIRE(Detector<decltype(detector)>);
    CHECK(detector.observe(13.0).anomalous);
    CHECK_FALSE(detector.observe(11.0).anomalous);
    CHECK(detector.observe(13.0).level() == 1.5);
    CHECK(StreamingDetector<Distance>{}.threshold().value() == 3.0);
    CHECK(StreamingDetector{Distance{}}.threshold().value() == 3.0);
}

TEST_CASE("StreamingDetector: a scorer of rows gets its batches by single rows", "[detectors]") {
    StreamingDetector detector{Sum{}, FixedThreshold{5.0}};
    STATIC_REQUIRE(BatchDetector<decltype(detector)>);
    const std::vector<float> values{1, 2, 3, 4};
    std::vector<Verdict> verdicts(2);
    detector.observe_batch({values.data(), 2, 2}, verdicts);
    CHECK(verdicts[0].score.value == 3);
    CHECK(verdicts[1].score.value == 7);
    CHECK(verdicts[1].anomalous);
    CHECK(detector.counts().anomalous == 1);
}

TEST_CASE("StreamingDetector: an empty batch does nothing", "[detectors]") {
    StreamingDetector detector{Sum{}, FixedThreshold{5.0}};
    detector.observe_batch({}, {});
    CHECK(detector.counts() == DetectorCounts{});
}
