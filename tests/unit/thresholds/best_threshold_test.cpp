// SPDX-License-Identifier: Apache-2.0
#include "sonde/thresholds/best_threshold.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/confusion.hpp"
#include "sonde/thresholds/score_calibration.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

struct Labelled {
    std::vector<double> scores;
    std::vector<std::uint8_t> labels;
};

/// Rounded scores, so that many are equal; one in ten is an anomaly.
Labelled labelled(std::uint64_t seed, std::size_t count) {
    Rng rng{seed};
    Labelled all;
    for (std::size_t i = 0; i < count; ++i) {
        const bool anomaly = rng.below(10) == 0;
        all.scores.push_back(std::round(10 * std::fabs(rng.normal() + (anomaly ? 2 : 0))) / 10);
        all.labels.push_back(anomaly ? 1 : 0);
    }
    return all;
}

}  // namespace

TEST_CASE("Objective: F-beta is that of the confusion matrix", "[thresholds]") {
    ClassCounts counts;
    counts.add(1, 1, 30);
    counts.add(1, 0, 10);
    counts.add(0, 1, 20);
    counts.add(0, 0, 400);
    const DetectionOutcome outcome{30, 10, 20, 400};
    for (const double beta : {0.5, 1.0, 2.0})
        CHECK(Objective::f_beta(beta).value(outcome) == Approx(counts.f_beta(1, beta)));
    CHECK(Objective::f_beta().value({0, 0, 0, 10}) == 0);
}

TEST_CASE("Objective: a cost is minus what a row costs on average", "[thresholds]") {
    CHECK(Objective::cost(1, 20).value({5, 10, 2, 83}) == Approx(-0.5));
    CHECK(Objective::cost(1, 0).value({5, 0, 95, 0}) == 0);
    CHECK(Objective::cost(1, 1).value({}) == 0);
}

TEST_CASE("Objective: refuses what is no weight", "[thresholds]") {
    for (const double beta : {0.0, -1.0, 1e308 * 10})
        CHECK_THROWS_AS(Objective::f_beta(beta), std::invalid_argument);
    CHECK_THROWS_AS(Objective::cost(0, 0), std::invalid_argument);
    CHECK_THROWS_AS(Objective::cost(-1, 2), std::invalid_argument);
    CHECK_THROWS_AS(Objective::cost(1, 1e308 * 10), std::invalid_argument);
}

TEST_CASE("best_threshold: no other threshold is better", "[thresholds]") {
    const auto all = labelled(GENERATE(1U, 2U, 3U), 300);
    for (const Objective& objective :
         {Objective::f_beta(), Objective::f_beta(3), Objective::cost(1, 5), Objective::cost(5, 1)}) {
        const BestThreshold best = best_threshold(all.scores, all.labels, objective);
        CHECK(best.threshold > 0);
        CHECK(best.value == Approx(objective.value(outcome_of(all.scores, all.labels, best.threshold))));
        for (double bound = 0.05; bound < 6; bound += 0.1)
            CHECK(objective.value(outcome_of(all.scores, all.labels, bound)) <= best.value + 1e-12);
    }
}

TEST_CASE("best_threshold: stands halfway between the scores that it tells apart", "[thresholds]") {
    const std::vector<double> scores{1, 2, 3, 7, 9};
    const std::vector<std::uint8_t> labels{0, 0, 0, 1, 1};
    const BestThreshold best = best_threshold(scores, labels);
    CHECK(best.threshold == 5);
    CHECK(best.value == 1);
}

TEST_CASE("best_threshold: alarms for nothing where an alarm costs more than it finds", "[thresholds]") {
    const std::vector<double> scores{1, 2, 3};
    const std::vector<std::uint8_t> labels{0, 1, 0};
    CHECK(best_threshold(scores, labels, Objective::cost(10, 1)).threshold == 3);
    const std::vector<std::uint8_t> none{0, 0, 0};
    CHECK(best_threshold(scores, none).threshold == 3);
    const std::vector<double> zeros{0, 0, 0};
    CHECK(best_threshold(zeros, labels).threshold == ScoreCalibration::floor);
}

TEST_CASE("best_threshold: names what it cannot take", "[thresholds]") {
    const std::vector<double> scores{1, 2}, negative{1, -2};
    const std::vector<std::uint8_t> labels{0, 1}, few{0}, wrong{0, 2};
    CHECK_THROWS_AS(best_threshold({}, {}), std::invalid_argument);
    CHECK_THROWS_AS(best_threshold(scores, few), std::invalid_argument);
    CHECK_THROWS_WITH(best_threshold(scores, wrong), Catch::Matchers::ContainsSubstring("label 1"));
    CHECK_THROWS_WITH(best_threshold(negative, labels), Catch::Matchers::ContainsSubstring("score 1"));
}
