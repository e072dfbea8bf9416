// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "console.hpp"
#include "sonde/models/catalogue.hpp"
#include "training.hpp"

namespace sonde::tool {

/// What `sonde train` is to train, and the files it writes.
struct TrainOrder {
    const ModelEntry* entry = nullptr;
    std::vector<DetectorSetting> settings;
    std::string output;                             ///< for the model
    std::optional<std::string> checkpoint, resume;  ///< for, and from, the state after an epoch
    std::optional<std::string> history, plot;       ///< for the losses: CSV, SVG
};

/// Trains, with a bar on a terminal, until Ctrl-C at most, and writes the files.
/// \returns the exit code
/// \throws UsageError, std::invalid_argument  rows or settings that the model does not take.  \throws RunError  a file
///         cannot be read or written, or Ctrl-C came before there was a model.  \throws TrainingDiverged
[[nodiscard]] int train_ordered(const TrainOrder& order, const TrainingRows& rows, Console& console);

}  // namespace sonde::tool
