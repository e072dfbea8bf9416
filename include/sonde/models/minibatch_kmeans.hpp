// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/kmeans.hpp"

namespace sonde {

/// How `fit_minibatch_kmeans` looks for centroids.
struct MiniBatchKMeansOptions {
    std::size_t clusters = 8;  ///< in [1, 2^20]
    std::size_t batch = 1024;  ///< rows that are drawn at a time, in [1, 2^20]
    /// Sets of first centres, made from 3 batches or 3 rows per cluster, of which the best is kept; at least 1.
    std::size_t restarts = 3;
    std::size_t max_epochs = 100;  ///< as many batches as make this often the rows; at least 1
    /// The fit ends after so many batches without a lower smoothed inertia per row; at least 1.
    std::size_t patience = 10;
    std::uint64_t seed = 1;
    /// As for `KMeansOptions`.
    KMeansForm form = KMeansForm::distance;
    double scale_quantile = 0.99;  ///< in (0, 1)
    /// Of the rows: each 0 or in [1e-100, 1e100], not all 0. Empty: all 1.
    std::span<const double> weights{};
    /// Counts batches.
    FitProgressCallback progress{};
};

/// Looks for centroids with a few rows at a time: for more rows than `fit_kmeans` has patience for, or a refit now
/// and then. Centroids are a little worse.
///
/// Mini-batch k-means (Sculley, Web-scale k-means clustering, WWW 2010): batches are drawn with replacement; each
/// row of a batch goes to its nearest centre, and pulls it by 1 / (rows that the centre has had). First centres as
/// in `fit_kmeans`, on a sample. As in scikit-learn's `MiniBatchKMeans` the fit ends when an exponentially smoothed
/// inertia of the batches stops falling, and centres that have had fewer than 1 % of the rows of the most popular
/// one start anew at a row of the batch. Repeats exactly for a seed.
///
/// Inertia, sizes and calibration are of all rows; `iterations` is the number of batches. Clusters without rows are
/// left out. Cost: O(batch x clusters x dimension) per batch, and one pass over all rows.
/// \param rows  the training data, at least one row, every value finite
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] KMeansModel fit_minibatch_kmeans(MatrixView rows, const MiniBatchKMeansOptions& options = {});

}  // namespace sonde
