// SPDX-License-Identifier: Apache-2.0
#include "sonde/thresholds/best_threshold.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "best_threshold";

void check(std::span<const double> scores, std::span<const std::uint8_t> labels) {
    if (scores.empty()) fail(where, "number of scores", 0, "at least 1");
    if (labels.size() != scores.size())
        fail(where, "number of labels", static_cast<double>(labels.size()), "one per score");
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (!is_finite(scores[i]) || scores[i] < 0)
            fail(where, "score " + std::to_string(i), scores[i], "finite and at least 0");
        if (labels[i] > 1) fail(where, "label " + std::to_string(i), labels[i], "0 or 1");
    }
}

double cost_or_fail(std::string_view name, double cost) {
    if (!is_finite(cost) || cost < 0) fail("Objective", name, cost, "finite and at least 0");
    return cost;
}

}  // namespace

Objective Objective::f_beta(double beta) {
    if (!is_finite(beta) || beta <= 0) fail("Objective", "beta", beta, "finite and above 0");
    return {beta, 0, 0};
}

Objective Objective::cost(double of_false_alarm, double of_miss) {
    cost_or_fail("cost of a false alarm", of_false_alarm);
    cost_or_fail("cost of a miss", of_miss);
    if (of_false_alarm <= 0 && of_miss <= 0) fail("Objective", "sum of the costs", 0, "above 0");
    return {0, of_false_alarm, of_miss};
}

double Objective::value(const DetectionOutcome& o) const noexcept {
    if (beta_ > 0) {
        const double weight = beta_ * beta_;
        const double hits = (1 + weight) * o.hits;
        return o.hits > 0 ? hits / (hits + weight * o.misses + o.false_alarms) : 0;
    }
    const double rows = o.hits + o.false_alarms + o.misses + o.rest;
    return rows > 0 ? -(of_false_alarm_ * o.false_alarms + of_miss_ * o.misses) / rows : 0;
}

DetectionOutcome outcome_of(std::span<const double> scores, std::span<const std::uint8_t> labels,
                            double threshold) {
    check(scores, labels);
    DetectionOutcome outcome;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const bool alarm = scores[i] > threshold, anomaly = labels[i] != 0;
        (alarm     ? anomaly ? outcome.hits : outcome.false_alarms
         : anomaly ? outcome.misses
                   : outcome.rest) += 1;
    }
    return outcome;
}

BestThreshold best_threshold(std::span<const double> scores, std::span<const std::uint8_t> labels,
                             const Objective& objective) {
    check(scores, labels);
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    const double highest = std::max(scores[order.front()], ScoreCalibration::floor);
    DetectionOutcome outcome = outcome_of(scores, labels, highest);
    BestThreshold best{highest, objective.value(outcome)};
    for (std::size_t i = 0; i < order.size() && scores[order[i]] > ScoreCalibration::floor; ++i) {
        const bool anomaly = labels[order[i]] != 0;
        (anomaly ? outcome.hits : outcome.false_alarms) += 1;
        (anomaly ? outcome.misses : outcome.rest) -= 1;
        const double score = scores[order[i]], next = i + 1 < order.size() ? scores[order[i + 1]] : 0;
        if (next >= score) continue;
        if (const double value = objective.value(outcome); value > best.value)
            best = {std::max(next + (score - next) / 2, ScoreCalibration::floor), value};
    }
    return best;
}

}  // namespace sonde
