// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "sonde/core/matrix_view.hpp"
#include "sonde/models/neural/recurrent_network.hpp"
#include "sonde/models/neural/training.hpp"

namespace sonde {

/// What `train` found for a recurrent network.
struct TrainedRecurrent {
    RecurrentNetwork network;  ///< of the epoch with the best validation loss
    std::vector<EpochLosses> history{};
};

/// Trains a recurrent network to give `targets` for `inputs`, rows of one sequence in the order of time, by
/// back-propagation through time that is truncated to a window (Werbos, Proc. IEEE 78, 1990; Williams, Peng, Neural
/// Computation 2, 1990), from the weights that it has.
///
/// `batch_rows / window` segments of the sequence are learned from side by side, at least one: a step takes a window
/// of each. Within an epoch states are carried from window to window, as when it serves; segments begin with states of
/// 0, and elsewhere in every epoch. Rows that are fewer than a window per segment are left out of an epoch.
///
/// Cost: some 6 x parameters operations per row and epoch. Memory: some 40 bytes per parameter, and some 120 bytes
/// per unit and row of a step.
/// \param validation  how many of the last rows are held out; fewer than there are. Their loss is that of one sequence,
///                    behind a window of the rows before
/// \param window      steps that gradients go back, at least 1; no more than there are rows to train with
/// \param options     `batch_rows` is rows per step, of all segments
/// \throws std::invalid_argument  sizes that do not fit, a value that is not in [-1e9, 1e9], an option outside its
///                                range
/// \throws FitCancelled           `progress` returned false
/// \throws TrainingDiverged       a loss or a weight is not finite
[[nodiscard]] TrainedRecurrent train(const RecurrentNetwork& start, MatrixView inputs, MatrixView targets,
                                     std::size_t validation, std::size_t window,
                                     const TrainingOptions& options = {});

}  // namespace sonde
