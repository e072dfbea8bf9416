// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace sonde {

/// What came of judging labelled rows, as sums of their weights.
struct DetectionOutcome {
    double hits = 0;          ///< anomalies that were called so
    double false_alarms = 0;  ///< usual rows that were called anomalous
    double misses = 0;        ///< anomalies that were not
    double rest = 0;          ///< usual rows that were left alone
};

/// What a detector is to be good at. Threading: immutable.
class Objective {
public:
    /// (1 + beta^2) hits / ((1 + beta^2) hits + beta^2 misses + false alarms): recall counts beta times as much
    /// as precision (van Rijsbergen: Information Retrieval, 1979, chapter 7); 0 without a hit. beta 1 is F1.
    /// \throws std::invalid_argument  beta is not finite or not above 0
    [[nodiscard]] static Objective f_beta(double beta = 1);
    /// Minus the mean cost of a row. \param of_false_alarm, of_miss  in one unit, finite, at least 0, not both 0
    /// \throws std::invalid_argument  a cost is out of range
    [[nodiscard]] static Objective cost(double of_false_alarm, double of_miss);

    /// Higher is better.
    [[nodiscard]] double value(const DetectionOutcome& outcome) const noexcept;

private:
    Objective(double beta, double of_false_alarm, double of_miss) noexcept
        : beta_{beta}, of_false_alarm_{of_false_alarm}, of_miss_{of_miss} {}

    double beta_;  // 0: a cost
    double of_false_alarm_, of_miss_;
};

/// What labelled scores say of a threshold.
struct BestThreshold {
    double threshold = 0;  ///< in the unit of the scores, above 0; a score strictly above it is an anomaly
    double value = 0;      ///< of the objective, on these scores
};

/// The threshold at which the objective is best, of all that tell two of the scores apart: halfway between
/// them, so that neither is at the edge. Of equally good ones the highest, which alarms least.
/// Cost: O(n log n). \param scores  finite, at least 0. \param labels  0 or 1 (an anomaly), one per score
/// \throws std::invalid_argument  no scores, another number of labels, a score or label out of range
[[nodiscard]] BestThreshold best_threshold(std::span<const double> scores,
                                           std::span<const std::uint8_t> labels,
                                           const Objective& objective = Objective::f_beta());

/// What comes of a threshold. \param threshold  above 0. \throws as `best_threshold`
[[nodiscard]] DetectionOutcome outcome_of(std::span<const double> scores,
                                          std::span<const std::uint8_t> labels, double threshold);

}  // namespace sonde
