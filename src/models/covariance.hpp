// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>

#include <cstddef>
#include <span>
#include <string_view>

#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

/// What two passes over rows in double give.
struct RowMoments {
    Eigen::VectorXd mean;
    Eigen::MatrixXd scatter;  ///< sum of (x - mean)(x - mean)^T
    double fourth = 0;        ///< sum of |x - mean|^4
    double rows = 0;
};

/// Cost: O(rows x dimension^2), memory O(dimension^2).
[[nodiscard]] RowMoments moments_of(MatrixView rows);

/// How much of the covariance scatter / rows is replaced by the mean variance: Ledoit, Wolf: A well-conditioned
/// estimator for large-dimensional covariance matrices, J. Multivariate Analysis 88, 2004, lemma 3.3. In [0, 1].
[[nodiscard]] double ledoit_wolf_shrinkage(const RowMoments& moments);

/// (1 - shrinkage) covariance + shrinkage times its mean variance on the diagonal.
[[nodiscard]] Eigen::MatrixXd shrunk(const Eigen::MatrixXd& covariance, double shrinkage);

/// The smallest deviation of a feature that is told from rounding: a float resolves a mean to 6e-8 of its size.
[[nodiscard]] double least_deviation(double mean) noexcept;

/// The lower factor L of a correlation matrix. What the features before it leave of a feature's variance is taken
/// as at least `least`: a modified Cholesky factor that every matrix has. Cost: O(dimension^3).
[[nodiscard]] Eigen::MatrixXd floored_cholesky(const Eigen::MatrixXd& correlation, double least);

/// \throws std::invalid_argument  fewer than one row, more features than a `QuadraticForm` takes, NaN, infinity
void check_covariance_rows(std::string_view where, MatrixView rows);

}  // namespace sonde::detail
