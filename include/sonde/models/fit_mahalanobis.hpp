// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/mahalanobis.hpp"

namespace sonde {

/// Where `fit_mahalanobis` takes mean and covariance from.
enum class CovarianceEstimate : std::uint8_t {
    ledoit_wolf,  ///< of all rows, shrunk by as much as their number asks for
    fixed,        ///< of all rows, shrunk by a share that is given
    robust,       ///< of the rows that lie closest together: for rows with anomalies among them
};

/// How `fit_mahalanobis` estimates.
struct MahalanobisOptions {
    CovarianceEstimate estimate = CovarianceEstimate::ledoit_wolf;
    /// Of `fixed`: the share of the covariance that is replaced by its mean variance; in [0, 1].
    double shrinkage = 0.001;
    /// Of `robust`: the share of the rows that are taken for good at first, in [0.5, 1]; 0: as few as there may be,
    /// (rows + dimension + 1) / 2.
    double support = 0;
    /// Of `robust`.
    std::uint64_t seed = 1;
    /// Counts the first tries of `robust`; else a single step.
    FitProgressCallback progress{};
    /// One task per first try of `robust`, then one per 256 rows that calibrate; the result does not depend on it.
    Executor executor{};
};

/// Estimates the mean and the covariance of rows.
///
/// - ledoit_wolf: Ledoit, Wolf: A well-conditioned estimator for large-dimensional covariance matrices,
///   J. Multivariate Analysis 88, 2004; scikit-learn's `LedoitWolf`, of the covariance that divides by the rows.
/// - fixed: (1 - s) C + s trace(C) / d I, of the covariance that divides by the rows less 1.
/// - robust: the minimum covariance determinant by FastMCD (Rousseeuw, Van Driessen: A fast algorithm for the minimum
///   covariance determinant estimator, Technometrics 41, 1999), scaled so that the median of the squared distances is
///   that of the chi-squared distribution, then mean and covariance of the rows within its 97.5 % quantile, as
///   scikit-learn's `MinCovDet`. Where half of the rows lie in a subspace (a feature that is mostly one value), no
///   determinant tells rows apart, and the rows that are not outliers are sought from all rows. Repeats exactly for
///   a seed.
///
/// Cost: O(rows x dimension^2 + dimension^3); robust up to 1000 times that of 1500 rows, and more of all. Memory 24
/// dimension^2 bytes, robust 8 rows x dimension more. A single row, identical rows and constant features have a
/// defined model: see `MahalanobisModel`.
/// \param rows  at least one, with at most 2048 features, every value finite
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] MahalanobisModel fit_mahalanobis(MatrixView rows, const MahalanobisOptions& options = {});

}  // namespace sonde
