// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/one_class_svm.hpp"

namespace sonde {

/// How `fit_one_class_svm` draws the boundary.
struct OneClassSvmOptions {
    /// In [1e-6, 1]: at most this share of the rows' weight is outside, at least this share becomes support vectors.
    double nu = 0.5;
    SvmKernel kernel = SvmKernel::rbf;
    /// RBF: in [1e-100, 1e100]; 0: 1 / (sum of the features' variances). scikit-learn's `auto` is 1 / features: the
    /// same for standardised features.
    double gamma = 0;
    /// The solver ends when no pair of rows violates the optimum by more, in the unit of `decision`; in [1e-12, 1].
    double tolerance = 1e-3;
    /// Of the rows: each 0 or in [1e-6, 1e6], not all 0. Empty: all 1.
    std::span<const double> weights{};
    /// For rows of the kernel matrix, of 4 bytes per training row each; two are kept in any case.
    std::size_t cache_bytes = std::size_t{200} << 20;
    /// Of the solver; 0: 10,000,000 or 100 times the rows, whichever is more.
    std::size_t max_iterations = 0;
    /// Counts iterations of the solver.
    FitProgressCallback progress{};
};

/// Finds the support vectors by sequential minimal optimization (Fan, Chen, Lin: Working set selection using second
/// order information, JMLR 6, 2005): the optimum that libsvm and scikit-learn's `OneClassSVM` find, so the same
/// decision values within the tolerance. Rows of weight 0 are left out.
///
/// Cost: between O(rows^2 x dimension) and O(rows^3), one thread: some thousand rows take a second, and a hundred
/// thousand are too many; memory `cache_bytes` and 8 bytes a value of the rows.
/// \param rows  the training data, at least one row, every value finite
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range, a linear kernel and
///                                a row of a squared length above 1e30
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] OneClassSvmModel fit_one_class_svm(MatrixView rows, const OneClassSvmOptions& options = {});

}  // namespace sonde
