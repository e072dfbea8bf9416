// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/forecast/forecast_scorer.hpp"
#include "sonde/models/neural/fit_recurrent_forecaster.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// Judges rows in the order of time by what was usual in training, for streams of rows.
template <Forecaster F>
using TrainedForecastDetector = StreamingDetector<ForecastScorer<F>, FixedThreshold>;

/// A detector that goes on where rows known to be usual end: their errors are the scale, for good, and their scores say
/// where an anomaly begins. The last `errors.window` rows count.
/// Cost: the rows are forecast twice.
/// \param forecaster        trained, and at the beginning of the rows' stream
/// \param rows              in the order of time, more than `errors.warm_up`
/// \param false_alarm_rate  the share of the rows that the threshold calls anomalous, in (0, 1)
/// \throws std::invalid_argument  the rows have another size or are too few, an option is outside its range
template <Forecaster F>
requires std::same_as<typename F::Input, Row>
[[nodiscard]] TrainedForecastDetector<F> calibrated_detector(
    const F& forecaster, MatrixView rows, const ForecastScorerOptions& errors,
    double false_alarm_rate = ScoreCalibration::default_false_alarm_rate) {
    ForecastScorer<F> scorer{forecaster, errors};
    for (std::size_t i = 0; i < rows.rows(); ++i) scorer.learn(rows.row(i));
    scorer.freeze_scales();
    scorer.follow(forecaster);
    std::vector<double> scores;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (const Score score = scorer.score(rows.row(i)); score.status == Status::ok)
            scores.push_back(score.value);
        scorer.learn(rows.row(i));
    }
    if (scores.empty())
        fail("calibrated_detector", "number of rows", static_cast<double>(rows.rows()),
             "more than warm_up, of as many features as the forecaster has, and finite");
    const FixedThreshold threshold{ScoreCalibration{scores}.threshold(false_alarm_rate)};
    return {std::move(scorer), threshold};
}

/// Judges rows by a GRU or LSTM.
using RecurrentDetector = TrainedForecastDetector<RecurrentForecaster>;

/// What served well on server metrics (docs/benchmarks.md): the 0.99 quantile of the last training errors.
inline constexpr ForecastScorerOptions trained_errors{.window = 4000, .quantile = 0.99};

}  // namespace sonde
