// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/retraining.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/metrics/registry.hpp"

namespace sonde {

namespace {

Labels with(Labels labels, const char* name, const char* value) {
    labels.push_back({name, value});
    return labels;
}

template <class... Values>
std::string text(const char* format, Values... values) {
    char buffer[160];
    const int length = std::snprintf(buffer, sizeof buffer, format, values...);
    return {buffer, static_cast<std::size_t>(std::clamp(length, 0, static_cast<int>(sizeof buffer) - 1))};
}

void check_range(std::string_view parameter, double value, double lowest, double highest,
                 std::string_view allowed) {
    if (!is_finite(value) || value < lowest || value > highest)
        fail("RetrainOptions", parameter, value, allowed);
}

bool all_usable(std::span<const Score> scores) {
    return std::all_of(scores.begin(), scores.end(), [](const Score& s) { return s.status == Status::ok; });
}

double mean(std::span<const Score> scores) {
    double sum = 0;
    for (const Score& score : scores) sum += score.value;
    return sum / static_cast<double>(scores.size());
}

}  // namespace

const char* to_string(RetrainOutcome outcome) noexcept {
    constexpr const char* names[retrain_outcomes] = {"published",  "busy",       "too_few_rows", "cancelled",
                                                     "fit_failed", "bad_scores", "false_alarms", "loss"};
    return names[static_cast<std::size_t>(outcome)];
}

RetrainMetrics::RetrainMetrics(Registry& registry, const Labels& labels)
    : rolled_back{registry.counter("retraining_rollbacks_total", "Returns to the model before.", labels)},
      held_rows{registry.gauge("retraining_reservoir_rows", "Rows held to train on.", labels)},
      model_age{
          registry.gauge("retraining_model_age_seconds", "Since the model that serves was made.", labels)},
      threshold{registry.gauge("retraining_threshold", "Threshold of the model that serves.", labels)},
      false_alarm_rate{
          registry.gauge("retraining_false_alarm_ratio",
                         "Held-out rows above the threshold of the latest model that was judged.", labels)} {
    for (std::size_t i = 0; i < retrain_outcomes; ++i)
        outcomes[i] = &registry.counter("retrainings_total", "Retrainings, by how they ended.",
                                        with(labels, "outcome", to_string(static_cast<RetrainOutcome>(i))));
    constexpr const char* fates[] = {"taken", "skipped", "dropped", "rejected"};
    for (std::size_t i = 0; i < 4; ++i)
        offers[i] =
            &registry.counter("retraining_rows_total", "Rows that were offered, by what became of them.",
                              with(labels, "fate", fates[i]));
}

namespace detail {

void check(const RetrainOptions& o) {
    check_range("admitted_level", o.admitted_level, 1, 1e9, "in [1, 1e9]");
    if (o.least_rows < 10)
        fail("RetrainOptions", "least_rows", static_cast<double>(o.least_rows), "at least 10");
    if (o.least_rows > o.reservoir.capacity)
        fail("RetrainOptions", "least_rows", static_cast<double>(o.least_rows),
             "at most the reservoir's capacity");
    check_range("held_out", o.held_out, 0.05, 0.5, "in [0.05, 0.5]");
    check_range("highest_false_alarm_rate", o.highest_false_alarm_rate, 0, 1, "in [0, 1]");
    check_range("lowest_false_alarm_rate", o.lowest_false_alarm_rate, 0, o.highest_false_alarm_rate,
                "in [0, highest_false_alarm_rate]");
    check_range("highest_loss_ratio", o.highest_loss_ratio, 1e-9, 1e9, "in [1e-9, 1e9]");
}

std::string too_few(std::size_t rows, std::size_t least) {
    return text("%zu rows in the reservoir, at least %zu are needed", rows, least);
}

void judge(Retraining& result, const RetrainOptions& options, double threshold, std::span<const Score> fresh,
           std::span<const Score> serving) {
    result.held_out = fresh.size();
    result.threshold = threshold;
    const auto refuse = [&](RetrainOutcome outcome, std::string why) {
        result.outcome = outcome;
        result.why = std::move(why);
    };
    if (!all_usable(fresh) || !all_usable(serving) || !is_finite(threshold) || threshold <= 0)
        return refuse(RetrainOutcome::bad_scores,
                      "a held-out row has no usable score, or there is no threshold");
    result.loss = mean(fresh);
    result.serving_loss = mean(serving);
    const auto above =
        std::count_if(fresh.begin(), fresh.end(), [&](const Score& s) { return s.value > threshold; });
    result.false_alarm_rate = static_cast<double>(above) / static_cast<double>(fresh.size());

    const double lowest = options.lowest_false_alarm_rate, highest = options.highest_false_alarm_rate;
    if (result.false_alarm_rate < lowest || result.false_alarm_rate > highest)
        return refuse(RetrainOutcome::false_alarms,
                      text("%.2f %% of %zu held-out rows are above the new threshold, %.2f to %.2f %% may be",
                           100 * result.false_alarm_rate, fresh.size(), 100 * lowest, 100 * highest));
    if (result.loss > options.highest_loss_ratio * result.serving_loss)
        return refuse(
            RetrainOutcome::loss,
            text("the mean score of held-out rows is %.6g, that of the model that serves %.6g; at most "
                 "%.3g times that is allowed",
                 result.loss, result.serving_loss, options.highest_loss_ratio));
    result.outcome = RetrainOutcome::published;
}

}  // namespace detail

}  // namespace sonde
