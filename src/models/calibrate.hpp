// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde::detail {

/// The scores that a model gives to rows, all of which it can score.
template <BatchScorer M>
[[nodiscard]] std::vector<double> scores_of(const M& model, MatrixView rows, const Executor& executor) {
    std::vector<Score> scores(rows.rows());
    score_batch(model, rows, scores, executor);
    std::vector<double> values(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) values[i] = scores[i].value;
    return values;
}

/// Of those scores.
template <BatchScorer M>
[[nodiscard]] ScoreCalibration calibration_of(const M& model, MatrixView rows, const Executor& executor) {
    return ScoreCalibration{scores_of(model, rows, executor)};
}

/// The same by the last rows, that were held out; by all where none were.
template <BatchScorer M>
[[nodiscard]] ScoreCalibration calibration_of(const M& model, MatrixView rows, std::size_t held_out,
                                              const Executor& executor) {
    const std::size_t first = held_out == 0 ? 0 : rows.rows() - held_out;
    return calibration_of(
        model, MatrixView{rows.row(first).data(), rows.rows() - first, rows.cols(), rows.stride()}, executor);
}

}  // namespace sonde::detail
