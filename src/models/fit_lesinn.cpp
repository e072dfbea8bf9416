// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_lesinn.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

#include "models/lesinn_training.hpp"
#include "models/squared_distance.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_lesinn";

void check(MatrixView rows, const LesinnOptions& o) {
    detail::check_training_rows(where, rows);
    if (o.samples < 1 || o.samples > LesinnModel::max_samples)
        fail(where, "samples", static_cast<double>(o.samples), "in [1, 4096]");
    if (o.sample_size < 1 || o.sample_size > LesinnModel::max_sample_size)
        fail(where, "sample_size", static_cast<double>(o.sample_size), "in [1, 65536]");
}

/// Row numbers, sample after sample, each without replacement (the head of Fisher and Yates' shuffle).
std::vector<std::size_t> drawn(std::size_t rows, const LesinnOptions& options) {
    const std::size_t size = std::min(options.sample_size, rows);
    std::vector<std::size_t> all(rows), chosen;
    chosen.reserve(options.samples * size);
    std::iota(all.begin(), all.end(), std::size_t{0});
    Rng rng{options.seed};
    for (std::size_t s = 0; s < options.samples; ++s) {
        for (std::size_t i = 0; i < size; ++i) {
            std::swap(all[i], all[i + rng.below(rows - i)]);
            chosen.push_back(all[i]);
        }
    }
    return chosen;
}

/// The mean over the samples of the distance to the nearest row that is not the row itself; a sample of nothing
/// else says nothing.
double score_without_itself(MatrixView rows, std::size_t row, const std::vector<std::size_t>& chosen,
                            std::size_t size) {
    double sum = 0, counted = 0;
    for (std::size_t first = 0; first < chosen.size(); first += size) {
        double squares = std::numeric_limits<double>::max();
        bool any = false;
        for (std::size_t i = first; i < first + size; ++i) {
            if (chosen[i] == row) continue;
            any = true;
            squares = std::min(squares, detail::squared_distance(rows.row(row).data(),
                                                                 rows.row(chosen[i]).data(), rows.cols()));
        }
        if (!any) continue;
        sum += std::sqrt(squares);
        counted += 1;
    }
    return counted > 0 ? sum / counted : 0;
}

}  // namespace

detail::LesinnTraining detail::train_lesinn(MatrixView rows, const LesinnOptions& options) {
    check(rows, options);
    const std::size_t size = std::min(options.sample_size, rows.rows());
    const std::vector<std::size_t> chosen = drawn(rows.rows(), options);
    std::vector<float> values;
    values.reserve(chosen.size() * rows.cols());
    for (const std::size_t row : chosen)
        values.insert(values.end(), rows.row(row).begin(), rows.row(row).end());
    report_progress(where, options.progress, {1, 1});
    std::vector<double> scores(rows.rows());
    const auto judge = [&](std::size_t task) noexcept {
        const std::size_t last = std::min(rows.rows(), (task + 1) * rows_per_task);
        for (std::size_t i = task * rows_per_task; i < last; ++i)
            scores[i] = score_without_itself(rows, i, chosen, size);
    };
    run_tasks(options.executor, (rows.rows() + rows_per_task - 1) / rows_per_task, judge);
    ScoreCalibration calibration{scores};
    LesinnModel model{{values.data(), chosen.size(), rows.cols()}, size, std::move(calibration)};
    return {std::move(model), std::move(scores)};
}

LesinnModel fit_lesinn(MatrixView rows, const LesinnOptions& options) {
    return detail::train_lesinn(rows, options).model;
}

}  // namespace sonde
