// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sonde/models/catalogue.hpp"
#include "sonde/models/forecast/calibrated_detector.hpp"

namespace sonde {

/// A forecaster of rows in the order of time that is chosen by name and trained first. Threading: immutable.
struct RowForecasterEntry {
    std::string_view name;     ///< `gru`
    std::string_view purpose;  ///< one sentence
    std::span<const DetectorOption> options;
};

/// All of them.
[[nodiscard]] std::span<const RowForecasterEntry> row_forecaster_catalogue() noexcept;

/// A detector by its name, trained on rows in the order of time: `train_row_forecaster("gru", {.rows = rows})`. It goes
/// on where they end.
/// \param settings          own options; what is not set has its default
/// \param false_alarm_rate  the share of the rows that its threshold calls anomalous, in (0, 1)
/// \throws SettingError           a value that is out of its option's range
/// \throws std::invalid_argument  no such forecaster or option; rows that it cannot be trained on
/// \throws FitCancelled           `progress` returned false
/// \throws TrainingDiverged       a loss or a weight is not finite
[[nodiscard]] RecurrentDetector train_row_forecaster(
    std::string_view name, const TrainingData& data, const std::vector<DetectorSetting>& settings = {},
    double false_alarm_rate = ScoreCalibration::default_false_alarm_rate);

/// Says what is wrong with settings before there are rows: throws what `train_row_forecaster` would throw for them.
void check_row_forecaster_settings(std::string_view name, const std::vector<DetectorSetting>& settings);

}  // namespace sonde
