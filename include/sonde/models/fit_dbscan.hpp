// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/dbscan.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde {

/// What `fit_dbscan` calls dense.
struct DbscanOptions {
    /// How far neighbours are apart at most; in [1e-100, 1e100]. 0: `dbscan_eps_quantile` of the rows' k-distances,
    /// with 90 % of the rows being core rows.
    double eps = 0;
    /// A row is a core row when the rows within eps, itself too, weigh as much; at least 1, with
    /// eps = 0 at most 1024 (eps is looked for with at least 2).
    std::size_t min_points = 10;
    /// Of the rows: each 0 or in [1e-100, 1e100], not all 0. Empty: all 1. They do not count for eps = 0. Where they
    /// are not whole numbers the rounding of their sums may decide at min_points.
    std::span<const double> weights{};
    /// Counts rows: once while core rows are looked for, once while they are joined, once while the rest get
    /// labels. Not called while eps is looked for.
    FitProgressCallback progress{};
    /// One task per 1024 rows in the first and the last of the three; the result does not depend on it.
    Executor executor{};
};

/// What DBSCAN made of its training rows.
struct DbscanClusters {
    static constexpr std::int32_t noise = -1;
    std::vector<std::int32_t> labels;      ///< of each row: its cluster, counted from 0, or `noise`
    std::vector<std::uint32_t> core_rows;  ///< ascending
    std::size_t clusters = 0;
    double eps = 0;  ///< the one that was used
};

/// Finds the clusters: core rows that reach each other in steps of at most eps, and the rows within eps of one
/// (Ester, Kriegel, Sander, Xu: A density-based algorithm for discovering clusters, KDD 1996). Labels are
/// scikit-learn's, to the last: clusters are counted in the order of their first core row, a row that several
/// reach belongs to the first of them. Distances are compared in double, summed feature by feature; for more than
/// 15 features scikit-learn expands the square, and may differ where a distance is within its rounding of eps.
///
/// Cost: O(n log n) where eps reaches few blocks of 64 rows, O(n^2) at worst; memory linear in the rows: nobody's
/// neighbours are kept (cf. Schubert et al.: DBSCAN revisited, revisited, TODS 42, 2017).
/// \param rows  at least one, at most 2^31 - 1, every value finite
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] DbscanClusters dbscan_clusters(MatrixView rows, const DbscanOptions& options = {});

/// The model of rows whose clusters are known, calibrated on those rows: a core row by its distance to the nearest
/// other core row. Of more than 10,000 rows, so many that are drawn with a fixed seed calibrate.
/// \throws std::invalid_argument  no core row, clusters that are not of these rows
[[nodiscard]] DbscanModel dbscan_model(MatrixView rows, const DbscanClusters& clusters);

/// `dbscan_clusters`, and the `dbscan_model` of what it found.
/// \throws std::invalid_argument  also when there is no core row
[[nodiscard]] DbscanModel fit_dbscan(MatrixView rows, const DbscanOptions& options = {});

}  // namespace sonde
