// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/function_ref.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/any_model.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/folds.hpp"
#include "sonde/thresholds/best_threshold.hpp"

namespace sonde {

/// A way to fit, with its hyper-parameters: rows and their labels in, a model out. Unsupervised fits leave the
/// labels alone: `auto k64 = [](MatrixView rows, auto) { return AnyModel{fit_kmeans(rows, {.clusters = 64})}; };`
using FitCandidate = FunctionRef<AnyModel(MatrixView, std::span<const std::uint8_t>)>;

struct CrossValidationOptions {
    Objective objective = Objective::f_beta();
    /// Counts fits.
    FitProgressCallback progress{};
};

/// What cross-validation found out about a candidate.
struct CandidateResult {
    /// What to expect of it on rows that it has not seen: the mean over the folds of the objective, each fold
    /// judged with the threshold that is best on the other folds (of forward chaining: on the earlier ones).
    double value = 0;
    /// Standard deviation of that over the folds; 0 for fewer than two.
    double deviation = 0;
    /// Best for the scores of all folds together: the one to use.
    double threshold = 0;
};

struct CrossValidation {
    std::size_t best = 0;  ///< the candidate with the highest value, the first of equals
    std::vector<CandidateResult> candidates{};
};

/// Chooses hyper-parameters and a threshold by how well they do on rows that were not learned from.
///
/// The threshold is never chosen on the rows that it is judged on, nor the model fitted to them, so `value` is
/// not flattered (Stone, J. Royal Statistical Society B 36, 1974). Rows of folds are copied.
/// Cost: a fit and a scoring per candidate and fold.
/// \param rows        in the order that `folds` were made for
/// \param labels      0 or 1 (an anomaly), one per row
/// \param folds       of `k_folds` or `forward_chaining`, at least 2
/// \param candidates  at least 1; each must score what it is asked
/// \throws std::invalid_argument  as above, a label above 1, a fold names a row that is not there, a score is
///                                not usable
/// \throws what a candidate throws, FitCancelled
[[nodiscard]] CrossValidation cross_validate(MatrixView rows, std::span<const std::uint8_t> labels,
                                             std::span<const Fold> folds,
                                             std::span<const FitCandidate> candidates,
                                             const CrossValidationOptions& options = {});

}  // namespace sonde
