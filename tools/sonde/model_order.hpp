// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "console.hpp"
#include "model_run.hpp"
#include "sonde/models/any_model.hpp"
#include "sonde/models/catalogue.hpp"
#include "sonde/models/forecast/row_forecasters.hpp"
#include "training.hpp"

namespace sonde::tool {

/// Which model is wanted, and where it calls a row anomalous.
struct ModelOrder {
    const ModelEntry* entry = nullptr;               ///< or
    const RowForecasterEntry* forecaster = nullptr;  ///< neither: one that is read from a file
    [[nodiscard]] bool supervised() const noexcept { return entry != nullptr && entry->supervised; }
    std::vector<DetectorSetting> settings;
    std::optional<std::string> save;         ///< a file for the fitted model
    std::optional<double> threshold;         ///< a bound for the score
    std::optional<double> false_alarm_rate;  ///< a bound that so large a share of the training rows exceeds
};

/// Fits it, writes it where that is asked for, and tells the user.
/// \throws UsageError, std::invalid_argument  rows or settings that the model does not take.  \throws RunError  the
/// file cannot be written
[[nodiscard]] RowDetector fit_ordered(const ModelOrder& order, const TrainingRows& rows, Console& console);

/// From a file that was saved. \throws RunError  it cannot be read
[[nodiscard]] RowDetector read_ordered(const ModelOrder& order, const std::string& file);

}  // namespace sonde::tool
