// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/neural/autoencoder.hpp"
#include "sonde/models/neural/training.hpp"

namespace sonde {

/// How `fit_autoencoder` builds and trains its network. As it stands: what is usual for images with values in [0, 1],
/// 784-128-64-32-64-128-784 for those of 28 x 28.
struct AutoencoderOptions {
    std::vector<std::size_t> hidden{128, 64, 32, 64,
                                    128};  ///< units of the layers between; the least is the code
    Activation hidden_activation = Activation::relu;
    Activation output_activation = Activation::sigmoid;
    bool layer_norm = false;  ///< in the layers between
    double dropout = 0;       ///< in the layers between
    ReconstructionError error = ReconstructionError::squared;
    /// Share of the rows, drawn by chance, that is not trained with: it tells which epoch was the best, and calibrates
    /// the threshold. In [0, 1); 0: all rows do both.
    double held_out = 0.1;
    /// With noise: a denoising autoencoder. Its seed draws the first weights and what is held out, too.
    TrainingOptions training{.loss = Loss::cross_entropy};
    /// For a training that may be stopped and go on later, with the same rows.
    CheckpointOptions checkpoint{};
    /// One task per 256 rows that calibrate; the result does not depend on it.
    Executor executor{};
};

/// A denoising autoencoder (Vincent et al., ICML 2008) for images in [0, 1], of the default's shape: squared
/// error, noise with a deviation of 0.5, batches of 32; five epochs without a better loss halve the rate. All rows are
/// trained with. Noise so strong keeps it from learning to copy: it finds more than a plain one
/// (docs/benchmarks.md).
/// \param rows   how many it will be trained with
/// \param steps  that are made at least, in whole epochs; at least 1
[[nodiscard]] AutoencoderOptions denoising_options(std::size_t rows, std::uint64_t seed = 1,
                                                   std::size_t steps = 12'500);

/// An autoencoder, and how its training went.
struct FittedAutoencoder {
    AutoencoderModel model;
    std::vector<EpochLosses> history{};
};

/// Trains an autoencoder to reconstruct rows.
/// Cost: `train`, and a copy of the rows.
/// \param rows  at least one, at most 4096 features, every value finite; for cross-entropy in [0, 1]
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range, a state of another
///                                network
/// \throws FitCancelled           `training.progress` returned false, and nothing is to be kept
/// \throws TrainingDiverged       a loss is not finite
[[nodiscard]] FittedAutoencoder train_autoencoder(MatrixView rows, const AutoencoderOptions& options = {});
/// The model alone.
[[nodiscard]] AutoencoderModel fit_autoencoder(MatrixView rows, const AutoencoderOptions& options = {});

}  // namespace sonde
