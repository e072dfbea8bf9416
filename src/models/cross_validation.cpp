// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/cross_validation.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "cross_validate";

/// Labelled rows, or what became of them.
struct Part {
    std::vector<float> values;
    std::vector<double> scores;
    std::vector<std::uint8_t> labels;
};

Part part_of(MatrixView rows, std::span<const std::uint8_t> labels, const std::vector<std::size_t>& chosen) {
    Part part;
    part.values.reserve(chosen.size() * rows.cols());
    part.labels.reserve(chosen.size());
    for (const std::size_t row : chosen) {
        part.values.insert(part.values.end(), rows.row(row).begin(), rows.row(row).end());
        part.labels.push_back(labels[row]);
    }
    return part;
}

MatrixView view(const Part& part, std::size_t cols) { return {part.values.data(), part.labels.size(), cols}; }

void check(MatrixView rows, std::span<const std::uint8_t> labels, std::span<const Fold> folds,
           std::span<const FitCandidate> candidates) {
    detail::check_training_rows(where, rows);
    if (labels.size() != rows.rows())
        fail(where, "number of labels", static_cast<double>(labels.size()), "one per row");
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] > 1) fail(where, std::string{"label "}.append(std::to_string(i)), labels[i], "0 or 1");
    if (folds.size() < 2) fail(where, "number of folds", static_cast<double>(folds.size()), "at least 2");
    if (candidates.empty()) fail(where, "number of candidates", 0, "at least 1");
    for (const Fold& fold : folds) {
        if (fold.train.empty() || fold.test.empty())
            fail(where, "rows of a fold", 0, "at least 1 to fit to and 1 to judge");
        for (const auto* part : {&fold.train, &fold.test})
            for (const std::size_t row : *part)
                if (row >= rows.rows())
                    fail(where, "row of a fold", static_cast<double>(row), "below the number of rows");
    }
}

/// The test rows of a fold, with the scores of a model that was fitted to its training rows.
Part judged(MatrixView rows, std::span<const std::uint8_t> labels, const Fold& fold,
            const FitCandidate& fit) {
    const Part train = part_of(rows, labels, fold.train);
    Part test = part_of(rows, labels, fold.test);
    const AnyModel model = fit(view(train, rows.cols()), train.labels);
    std::vector<Score> scores(test.labels.size());
    model.score_batch(view(test, rows.cols()), scores);
    test.values.clear();
    test.scores.reserve(scores.size());
    for (const Score& score : scores) {
        if (score.status != Status::ok) fail(where, "score of a row", "not usable", "ok");
        test.scores.push_back(score.value);
    }
    return test;
}

/// The scores of some folds as those of one.
Part pooled(std::span<const Part> parts, std::size_t left_out) {
    Part all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i == left_out) continue;
        all.scores.insert(all.scores.end(), parts[i].scores.begin(), parts[i].scores.end());
        all.labels.insert(all.labels.end(), parts[i].labels.begin(), parts[i].labels.end());
    }
    return all;
}

/// True when every test row comes after all rows that were fitted to.
bool in_order_of_time(std::span<const Fold> folds) {
    return std::all_of(folds.begin(), folds.end(), [](const Fold& fold) {
        return *std::max_element(fold.train.begin(), fold.train.end()) <
               *std::min_element(fold.test.begin(), fold.test.end());
    });
}

CandidateResult result_of(std::span<const Part> parts, bool earlier_only, const Objective& objective) {
    std::vector<double> values;
    for (std::size_t i = earlier_only ? 1 : 0; i < parts.size(); ++i) {
        const Part others = pooled(earlier_only ? parts.first(i) : parts, i);
        const double threshold = best_threshold(others.scores, others.labels, objective).threshold;
        values.push_back(objective.value(outcome_of(parts[i].scores, parts[i].labels, threshold)));
    }
    CandidateResult result;
    const auto count = static_cast<double>(values.size());
    for (const double value : values) result.value += value / count;
    double squares = 0;
    for (const double value : values) squares += (value - result.value) * (value - result.value);
    result.deviation = count > 1 ? std::sqrt(squares / (count - 1)) : 0;
    const Part all = pooled(parts, parts.size());
    result.threshold = best_threshold(all.scores, all.labels, objective).threshold;
    return result;
}

}  // namespace

CrossValidation cross_validate(MatrixView rows, std::span<const std::uint8_t> labels,
                               std::span<const Fold> folds, std::span<const FitCandidate> candidates,
                               const CrossValidationOptions& options) {
    check(rows, labels, folds, candidates);
    const bool earlier_only = in_order_of_time(folds);
    CrossValidation result;
    FitProgress now{0, candidates.size() * folds.size()};
    for (const FitCandidate& candidate : candidates) {
        std::vector<Part> parts;
        parts.reserve(folds.size());
        for (const Fold& fold : folds) {
            parts.push_back(judged(rows, labels, fold, candidate));
            ++now.done;
            detail::report_progress(where, options.progress, now);
        }
        result.candidates.push_back(result_of(parts, earlier_only, options.objective));
        if (result.candidates.back().value > result.candidates[result.best].value)
            result.best = result.candidates.size() - 1;
    }
    return result;
}

}  // namespace sonde
