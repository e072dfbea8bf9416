// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "sonde/core/matrix_view.hpp"
#include "sonde/models/neural/recurrent_forecaster.hpp"
#include "sonde/models/neural/training.hpp"

namespace sonde {

/// How `fit_recurrent_forecaster` builds and trains its network.
struct RecurrentForecasterOptions {
    Cell cell = Cell::gru;
    std::size_t units = 32;   ///< of a recurrent layer; in [1, 1024]
    std::size_t layers = 1;   ///< recurrent ones; in [1, 16]
    std::size_t window = 32;  ///< rows that gradients go back; at least 1
    SeriesForm series = SeriesForm::levels;
    /// Share of the rows, the last ones, that is not trained with: it tells which epoch was the best. In [0, 1).
    double held_out = 0.1;
    /// Not with cross-entropy. Its seed draws the first weights, too.
    TrainingOptions training{.epochs = 30,
                             .batch_rows = 256,
                             .learning_rate = 3e-3,
                             .clip_norm = 1,
                             .plateau_epochs = 3,
                             .patience = 10};
    OnlineTuning tuning{};
};

/// A forecaster, and how its training went; losses are of rows, or changes, in standard deviations.
struct FittedRecurrentForecaster {
    RecurrentForecaster forecaster;
    std::vector<EpochLosses> history{};
};

/// Trains a network to forecast each row from those before it. The forecaster has seen all rows: it goes on where they
/// end.
/// Cost: `train`, and three copies of the rows.
/// \param rows  in the order of time, at least 4, at most 4096 features, every value finite
/// \throws std::invalid_argument  too few rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `training.progress` returned false
/// \throws TrainingDiverged       a loss or a weight is not finite
[[nodiscard]] FittedRecurrentForecaster train_recurrent_forecaster(
    MatrixView rows, const RecurrentForecasterOptions& options = {});
/// The forecaster alone.
[[nodiscard]] RecurrentForecaster fit_recurrent_forecaster(MatrixView rows,
                                                           const RecurrentForecasterOptions& options = {});

}  // namespace sonde
