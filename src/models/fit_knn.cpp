// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_knn.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "models/calibrate.hpp"
#include "models/neighbour_index.hpp"
#include "models/neighbour_model.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_knn";

/// A training row is not its own neighbour where copies are left out, so the model may score it.
void score_all(const KnnModel& model, MatrixView rows, const KnnOptions& options, std::span<double> out) {
    constexpr std::size_t at_once = 16 * rows_per_task;  // between two calls of the callback
    for (std::size_t first = 0; first < rows.rows(); first += at_once) {
        const std::size_t count = std::min(at_once, rows.rows() - first);
        const auto scores = detail::scores_of(model, detail::rows_of(rows, first, count), options.executor);
        std::copy(scores.begin(), scores.end(), out.begin() + static_cast<std::ptrdiff_t>(first));
        detail::report_progress(where, options.progress, {first + count, rows.rows()});
    }
}

}  // namespace

KnnModel fit_knn(MatrixView rows, const KnnOptions& options) {
    if (options.neighbours < 1 || options.neighbours > KnnModel::max_neighbours)
        fail(where, "neighbours", static_cast<double>(options.neighbours), "in [1, 1024]");
    detail::check_training_rows(where, rows);
    const std::size_t neighbours = std::min(options.neighbours, std::max<std::size_t>(rows.rows() - 1, 1));
    KnnModel model{rows, neighbours, options.aggregate, {}, options.copies};
    std::vector<double> scores(rows.rows());
    if (options.copies == KnnCopies::leave_out) {
        score_all(model, rows, options, scores);
        model.calibration_ = ScoreCalibration{scores};
        return model;
    }
    const auto found = [&](std::size_t row, std::span<const detail::Neighbour> others) {
        scores[row] = model.score_of(others).value;
    };
    detail::for_each_others({where, options.progress, options.executor}, *model.index_, rows, neighbours,
                            found);
    model.calibration_ = ScoreCalibration{scores};
    return model;
}

}  // namespace sonde
