// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "sonde/core/function_ref.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/neural/network.hpp"
#include "sonde/models/neural/training_state.hpp"

namespace sonde {

/// What a training makes small: a mean over all outputs of all rows.
enum class Loss : std::uint8_t {
    squared,        ///< (y - t)^2
    absolute,       ///< |y - t|
    huber,          ///< (y - t)^2 / 2 up to 1, |y - t| - 1 / 2 beyond (Huber, Ann. Math. Stat. 35, 1964)
    cross_entropy,  ///< -t log y - (1 - t) log(1 - y); needs a sigmoid at the end and targets in [0, 1]
};

/// Called after each epoch, on the thread that trains: which, of how many at most, and its losses. False ends it. No
/// clock is read here: a callback that has one knows how long the epochs took, and what is left (`TrainingMetrics`).
using EpochCallback = FunctionRef<bool(std::size_t epoch, std::size_t epochs, const EpochLosses& losses)>;

/// How `train` steps: Adam (Kingma, Ba, ICLR 2015), as PyTorch takes it.
struct TrainingOptions {
    Loss loss = Loss::squared;
    std::size_t epochs = 10;       ///< at least 1
    std::size_t batch_rows = 256;  ///< rows per step; at least 1
    double learning_rate = 1e-3;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    /// Weights, but for biases and norms, are pulled to 0.
    double weight_decay = 0;
    /// Apart from the gradient: AdamW (Loshchilov, Hutter, ICLR 2019); else as part of it.
    bool decoupled_decay = true;
    /// The largest length of the gradient of a step; 0: any.
    double clip_norm = 0;
    /// After so many epochs without a better validation loss the rate is multiplied by `plateau_factor`; 0: never.
    std::size_t plateau_epochs = 0;
    double plateau_factor = 0.5;
    /// After so many epochs without a better validation loss training ends; 0: never.
    std::size_t patience = 0;
    /// Deviation of the normal noise that is added to inputs, not to targets (Vincent et al., ICML 2008).
    double noise = 0;
    /// Order of rows, dropout and noise: the same seed gives the same network, on the same instruction set.
    std::uint64_t seed = 1;
    EpochCallback progress{};
};

/// What `train` found.
struct Trained {
    Network network;  ///< of the epoch with the best validation loss
    std::vector<EpochLosses> history{};
};

/// A training that went astray: a loss or a weight that is not finite. A smaller learning rate or `clip_norm` may help.
class TrainingDiverged : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Trains a network to give `targets` for `inputs`, from the weights that it has.
///
/// Cost: some 6 x parameters operations per row and epoch, products by kernels that are chosen at run time. Memory:
/// some 40 bytes per parameter (weights, the best ones, their gradient, two moments, what kernels take), and 12 bytes
/// per layer's output and row of a batch.
/// \param inputs      at least one row, every value in [-1e9, 1e9]
/// \param targets     as many rows, of the network's outputs; may be `inputs`
/// \param validation  how many of the last rows are held out; fewer than there are
/// \param checkpoint  for a training that may be stopped and go on later
/// \throws std::invalid_argument  sizes that do not fit, a value that is not, an option outside its range, a state of
///                                another network
/// \throws FitCancelled           `progress` returned false, and nothing is to be kept
/// \throws TrainingDiverged       a loss or a weight is not finite
[[nodiscard]] Trained train(const Network& start, MatrixView inputs, MatrixView targets,
                            std::size_t validation, const TrainingOptions& options = {},
                            const CheckpointOptions& checkpoint = {});

/// A line per epoch: `epoch,training,validation,learning_rate`.
[[nodiscard]] std::string to_csv(const std::vector<EpochLosses>& history);

}  // namespace sonde
