// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/ensemble.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde {

/// How `fit_default_images` goes about it. Nothing has to be set.
struct DefaultImagesOptions {
    /// Share of the rows, drawn by chance, that no member is fitted to: it calibrates the threshold. In (0, 1).
    double held_out = 0.1;
    /// Rows that neighbours are sought among: a random choice where there are more; at least 2. A score's cost
    /// grows with it.
    std::size_t reference_rows = 4096;
    /// Of the autoencoder's training, at least; at least 1.
    std::size_t steps = 12'500;
    std::uint64_t seed = 1;
    /// Counts epochs of the autoencoder, and the neighbours as one more.
    FitProgressCallback progress{};
    /// For the neighbours and the calibration; the result does not depend on it.
    Executor executor{};
};

/// The model to take for images, and other rows of many features in [0, 1] that hang together.
///
/// An ensemble of two that err differently: a denoising autoencoder (`denoising_options`), which sees what breaks the
/// pattern of the whole, and the local outlier factor (`fit_lof`), which sees what is far from every image that it
/// knows; their surprises are averaged. On MNIST, one digit being usual, it is above each of them: docs/benchmarks.md,
/// `./run bench images`.
/// Cost: a fit the steps of the autoencoder (12,500 take 20 s for 784 features on one core) and a search per row; a
/// score that of both.
/// \param rows  at least ten, every value in [0, 1], at most 4096 features
/// \throws std::invalid_argument  fewer rows, a value outside [0, 1], too many features, an option out of range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] EnsembleModel fit_default_images(MatrixView rows, const DefaultImagesOptions& options = {});

}  // namespace sonde
