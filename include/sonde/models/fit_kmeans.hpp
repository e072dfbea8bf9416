// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/kmeans.hpp"

namespace sonde {

/// How `fit_kmeans` looks for centroids.
struct KMeansOptions {
    /// In [1, 2^20].
    std::size_t clusters = 8;
    /// Runs from other first centres, of which the best is kept; at least 1.
    std::size_t restarts = 10;
    /// Of a run; at least 1.
    std::size_t max_iterations = 300;
    /// A run ends when the centres' squared shift is at most this part of the features' mean variance; finite,
    /// at least 0.
    double tolerance = 1e-4;
    std::uint64_t seed = 1;
    /// What scores are. `scaled`: a cluster's scale is this quantile of the distances of its rows; of clusters with
    /// fewer than 20 rows that of all rows. It is at least 1 % of that of all rows; where this is 0 all scales
    /// are 1.
    KMeansForm form = KMeansForm::distance;
    double scale_quantile = 0.99;  ///< in (0, 1)
    /// First centres, a row each: one run from them; `clusters` and `restarts` do not count.
    MatrixView initial{};
    /// Of the rows: each 0 or in [1e-100, 1e100], not all 0. Empty: all 1.
    std::span<const double> weights{};
    /// Counts iterations, of all runs.
    FitProgressCallback progress{};
};

/// Looks for the centroids that rows are nearest to: k-means.
///
/// First centres by greedy k-means++ with 2 + log(clusters) candidates (Arthur, Vassilvitskii: k-means++: the
/// advantages of careful seeding, SODA 2007), then Lloyd's iteration (IEEE Trans. Inf. Theory 28, 1982) with
/// the bounds of Hamerly (Making k-means even faster, SDM 2010), all in double. A cluster that lost its rows
/// takes the row that is farthest from its centre. From the same first centres it ends where scikit-learn's
/// `KMeans` does, unless a row is equally near to two centres (here: the first; there: by
/// rounding). Repeats exactly for a seed.
///
/// There are fewer clusters than asked for where there are fewer distinct rows, and where a cluster ended
/// without rows. Rows of weight 0 are left out, of the sizes too.
/// The model is calibrated by the scores of the rows.
/// Cost: O(rows x clusters x dimension) per iteration at worst, one thread; memory 28 bytes a row.
/// \param rows  the training data, at least one row, every value finite
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] KMeansModel fit_kmeans(MatrixView rows, const KMeansOptions& options = {});

}  // namespace sonde
