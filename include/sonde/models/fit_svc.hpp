// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/svc.hpp"

namespace sonde {

/// What an error costs, by the class of the row.
struct SvcClassWeights {
    double ordinary = 1;  ///< label 0
    double anomaly =
        1;  ///< label 1: above 1 where anomalies are rare and missing one is worse than a false alarm
};

/// How `fit_svc` draws the margin.
struct SvcOptions {
    /// What a row on the wrong side of the margin costs, in [1e-6, 1e9]: the higher, the closer the fit.
    double c = 1;
    SvmKernel kernel = SvmKernel::rbf;
    /// RBF: in [1e-100, 1e100]; 0: 1 / (sum of the features' variances).
    double gamma = 0;
    /// The solver ends when no pair of rows violates the optimum by more, in the unit of `decision`; in [1e-12, 1].
    double tolerance = 1e-3;
    /// Multiply `c`; each in [1e-6, 1e6].
    SvcClassWeights class_weights{};
    /// Of the rows, multiply `c` too: each 0 or in [1e-6, 1e6], not all 0. Empty: all 1.
    std::span<const double> weights{};
    /// Scores are probabilities. Costs five more fits, each to four fifths of the rows.
    bool probability = true;
    /// Which rows those fits leave out; each leaves out a fifth of either class.
    std::uint64_t seed = 1;
    /// For rows of the kernel matrix, of 4 bytes per training row each; two are kept in any case.
    std::size_t cache_bytes = std::size_t{200} << 20;
    /// Of the solver, per fit; 0: 10,000,000 or 100 times the rows, whichever is more.
    std::size_t max_iterations = 0;
    /// Counts iterations of the solver, those that a fit did not need too.
    FitProgressCallback progress{};
};

/// Finds the support vectors by sequential minimal optimization (Fan, Chen, Lin: Working set selection using second
/// order information, JMLR 6, 2005): the optimum that libsvm and scikit-learn's `SVC` find, so the same decision
/// values within the tolerance. The probability is Platt's scaling as Lin, Lin and Weng fit it (Machine Learning 68,
/// 2007), to decision values of rows that their machine was not fitted to. Rows of weight 0 are left out.
///
/// Cost: between O(rows^2 x dimension) and O(rows^3), one thread; memory `cache_bytes` and 8 bytes a value of the rows.
/// \param rows    the training data, every value finite
/// \param labels  one per row: 1 for an anomaly, 0 for an ordinary row; both must be there
/// \throws std::invalid_argument  no rows, a row that is not finite, labels that are not as said, an option outside its
///                                range, a linear kernel and a row of a squared length above 1e30
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] SvcModel fit_svc(MatrixView rows, std::span<const std::uint8_t> labels,
                               const SvcOptions& options = {});

}  // namespace sonde
