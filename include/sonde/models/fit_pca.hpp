// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/pca.hpp"

namespace sonde {

/// How `fit_pca` chooses components.
struct PcaOptions {
    PcaForm form = PcaForm::weighted;
    /// How many of the components with the largest variances; 0: by `variance_share`.
    std::size_t components = 0;
    /// As few components as hold this share of the variance, in [0, 1]; 0: all (weighted), 0.9 (residual).
    double variance_share = 0;
    /// A single step.
    FitProgressCallback progress{};
    /// One task per 256 rows that calibrate; the result does not depend on it.
    Executor executor{};
};

/// Finds the principal components of rows: the eigenvectors of their covariance, which divides by the rows less 1,
/// as in scikit-learn's `PCA`; in double. Components of less than 1e-9 of the largest variance are never taken, so
/// there may be fewer than asked for. Of identical rows there are none: weighted scores are 0, residuals the distance
/// from the mean.
///
/// Cost: O(rows x dimension^2 + dimension^3), memory 40 dimension^2 bytes.
/// \param rows  at least one, with at most 2048 features, every value finite
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] PcaModel fit_pca(MatrixView rows, const PcaOptions& options = {});

}  // namespace sonde
