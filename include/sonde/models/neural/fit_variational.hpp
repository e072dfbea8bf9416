// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/neural/fit_autoencoder.hpp"

namespace sonde {

/// How `train_variational_autoencoder` builds and trains its network. As it stands: for images of 28 x 28 in [0, 1].
struct VariationalOptions {
    std::vector<std::size_t> hidden{128,
                                    64};  ///< units of the layers before the code, and backwards after it
    std::size_t code = 32;                ///< at least 1, at most 2048
    Activation hidden_activation = Activation::relu;
    Activation output_activation = Activation::sigmoid;
    /// By what the divergence is multiplied beside the reconstruction's loss, both summed over a row: the beta of
    /// Higgins et al. (ICLR 2017). At least 0.
    double divergence_weight = 1;
    ReconstructionError error = ReconstructionError::squared;
    double held_out = 0.1;  ///< as in `AutoencoderOptions`
    TrainingOptions training{.loss = Loss::cross_entropy};
    /// One task per 256 rows that calibrate; the result does not depend on it.
    Executor executor{};
};

/// Trains a variational autoencoder (Kingma, Welling: Auto-encoding variational Bayes, ICLR 2014): the code of a row is
/// a normal distribution, drawn from while it trains, and held near the standard one by its divergence
///
///     -1/2 sum_k (1 + log v_k - m_k^2 - v_k)
///
/// It serves as an ordinary autoencoder whose code is the mean m: the score is the reconstruction error of that (An,
/// Cho: Variational autoencoder based anomaly detection using reconstruction probability, 2015, take the mean over
/// draws, which would make a score random). Losses are those of `Loss` plus the weighted divergence by the number of
/// features; validation is without draws.
/// Cost, errors: as `train_autoencoder`; std::invalid_argument for a code or weight outside its range, too.
[[nodiscard]] FittedAutoencoder train_variational_autoencoder(MatrixView rows,
                                                              const VariationalOptions& options = {});

}  // namespace sonde
