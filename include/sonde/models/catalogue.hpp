// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/detectors/catalogue.hpp"
#include "sonde/models/any_model.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/neural/training_state.hpp"

namespace sonde {

namespace detail {
class Settings;
}

/// What a model is fitted to.
struct TrainingData {
    MatrixView rows{};
    /// 0 or 1 (an anomaly), one per row, for those that learn from labels; the others leave them alone.
    std::span<const std::uint8_t> labels{};
    FitProgressCallback progress{};
    Executor executor{};
    CheckpointOptions checkpoint{};  ///< for those that are trained in epochs; the others refuse it
};

/// A fitted model that is chosen by name. Threading: immutable.
struct ModelEntry {
    std::string_view name;     ///< `isolation-forest`
    std::string_view purpose;  ///< one sentence
    std::span<const DetectorOption> options;
    bool supervised;  ///< learns from labels
    /// For `fit_model`.
    AnyModel (*fit)(const TrainingData& data, const detail::Settings& settings);
    bool in_epochs = false;  ///< a network: takes `TrainingData::checkpoint`, and its steps are epochs
};

/// All of them, the one to try first in front. The one table that tools are built on.
[[nodiscard]] std::span<const ModelEntry> model_catalogue() noexcept;

/// Detectors of streams of numbers that are made of models, which `detector_catalogue()` knows nothing of; they
/// take `common_detector_options()` too.
[[nodiscard]] std::span<const DetectorEntry> stream_model_catalogue() noexcept;

/// Options that every entry has, beside its own: how features are scaled.
[[nodiscard]] std::span<const DetectorOption> common_model_options() noexcept;

/// A model by its name: `fit_model("isolation-forest", {.rows = rows}, {{"trees", "200"}})`. Its features are
/// standardised unless the setting `scaling` says otherwise, by the model itself: it takes rows as they come.
/// \throws SettingError           a value that is out of its option's range
/// \throws std::invalid_argument  no such model or option, it says what there is; a model that learns from labels
///                                without labels; a checkpoint for one that is not trained in epochs; what the fit
///                                cannot take
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] AnyModel fit_model(std::string_view name, const TrainingData& data,
                                 const std::vector<DetectorSetting>& settings = {});

/// Says what is wrong with settings before there are rows: throws what `fit_model` would throw for them.
void check_model_settings(std::string_view name, const std::vector<DetectorSetting>& settings);

}  // namespace sonde
