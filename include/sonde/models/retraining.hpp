// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "sonde/core/score.hpp"
#include "sonde/metrics/family.hpp"
#include "sonde/models/row_reservoir.hpp"

namespace sonde {

class Counter;
class Gauge;
class Registry;

/// What a `ServedModel` trains on, and what a new model has to show before it serves.
struct RetrainOptions {
    RowReservoirOptions reservoir{};
    /// `observe` offers rows of at most this level (score by threshold), at least 1. Above 1 on purpose: a threshold
    /// that is only ever learned from what stayed below the one before falls with every training.
    double admitted_level = 2;
    /// Fewer rows are not trained with. At least 10.
    std::size_t least_rows = 1000;
    /// Share of the rows that the fit does not see and that judges its model, in [0.05, 0.5].
    double held_out = 0.2;
    /// Share of held-out rows that may be above the new threshold, both in [0, 1]. A well calibrated model calls 1 %
    /// anomalous; of few rows chance makes more.
    double lowest_false_alarm_rate = 0, highest_false_alarm_rate = 0.03;
    /// The new model's mean score of held-out rows, by that of the model that serves: at most this, above 0. It finds
    /// what false alarms cannot: a training that diverged or learned nothing has a high threshold, and raises none.
    double highest_loss_ratio = 1.5;
};

/// How a retraining ended. Only `published` changes what serves.
enum class RetrainOutcome : std::uint8_t {
    published,
    busy,          ///< another one is under way
    too_few_rows,  ///< in the reservoir
    cancelled,     ///< the fit threw FitCancelled
    fit_failed,    ///< the fit threw something else, such as TrainingDiverged
    bad_scores,    ///< a held-out row could not be scored
    false_alarms,  ///< their rate is out of its range
    loss,          ///< the new model is worse than the one that serves
};
inline constexpr std::size_t retrain_outcomes = 8;

/// As exported: `published`, `too_few_rows`, …
[[nodiscard]] const char* to_string(RetrainOutcome outcome) noexcept;

/// What a retraining did, and why.
struct Retraining {
    RetrainOutcome outcome = RetrainOutcome::published;
    std::string why{};            ///< a sentence for the log; empty when published
    std::size_t rows = 0;         ///< that were trained with
    std::size_t held_out = 0;     ///< that judged
    double threshold = 0;         ///< the new one
    double false_alarm_rate = 0;  ///< share of held-out rows above it
    double loss = 0;              ///< mean score of held-out rows
    double serving_loss = 0;      ///< the same, by the model that served
};

/// What a `ServedModel` tells: made once, belongs to the registry, this refers to it. Names stand behind the
/// registry's prefix. Threading: as the metrics, thread-safe.
struct RetrainMetrics {
    /// \param labels  of every family, such as `{{"model", "inputs"}}`; not `outcome` and `fate`, which are ours
    /// \throws std::invalid_argument  as asking the registry does
    explicit RetrainMetrics(Registry& registry, const Labels& labels = {});

    Counter* outcomes[retrain_outcomes];  ///< retrainings_total{outcome}, by RetrainOutcome
    Counter* offers[4];                   ///< retraining_rows_total{fate}, by RowReservoir::Offer
    Counter& rolled_back;                 ///< retraining_rollbacks_total
    Gauge& held_rows;                     ///< retraining_reservoir_rows
    Gauge& model_age;         ///< retraining_model_age_seconds, since the model that serves was made
    Gauge& threshold;         ///< retraining_threshold, of the model that serves
    Gauge& false_alarm_rate;  ///< retraining_false_alarm_ratio, of the latest model that was judged
};

namespace detail {
/// \throws std::invalid_argument  an option is out of its range
void check(const RetrainOptions& options);

/// Why so few rows are not trained with.
[[nodiscard]] std::string too_few(std::size_t rows, std::size_t least);

/// Judges a new model by its scores of held-out rows, and by those of the model that serves: sets all of `result` but
/// `rows`. \param fresh, serving  one per held-out row, at least one
void judge(Retraining& result, const RetrainOptions& options, double threshold, std::span<const Score> fresh,
           std::span<const Score> serving);
}  // namespace detail

}  // namespace sonde
