// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde::detail {

/// Of the scores that a model gives to the rows, all of which it can score.
template <BatchScorer M>
[[nodiscard]] ScoreCalibration calibration_of(const M& model, MatrixView rows, const Executor& executor) {
    std::vector<Score> scores(rows.rows());
    score_batch(model, rows, scores, executor);
    std::vector<double> values(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) values[i] = scores[i].value;
    return ScoreCalibration{values};
}

}  // namespace sonde::detail
