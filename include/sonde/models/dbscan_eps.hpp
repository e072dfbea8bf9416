// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde {

/// How `dbscan_k_distances` looks.
struct DbscanEpsOptions {
    /// The row itself counts, as in `DbscanOptions::min_points`; in [2, 1024], at most the number of rows.
    std::size_t min_points = 10;
    /// Of more rows only so many, drawn at random, get a distance, to all the others; at least 1.
    std::size_t most_rows = 10'000;
    /// Which are drawn.
    std::uint64_t seed = 1;
    /// One task per 256 of the drawn rows; the result does not depend on it.
    Executor executor{};
};

/// How far every row is from its (min_points - 1)th nearest other row, ascending: the sorted k-distance graph of
/// Ester et al. (A density-based algorithm for discovering clusters, KDD 1996, section 4.2). With eps at a value
/// of this graph the rows left of it are core rows, those right of it border or noise.
/// Cost: as many searches of the min_points nearest rows as `most_rows` says.
/// \param rows  every value finite
/// \throws std::invalid_argument  fewer rows than min_points, a row that is not finite, an option outside its range
[[nodiscard]] std::vector<double> dbscan_k_distances(MatrixView rows, const DbscanEpsOptions& options = {});

/// The eps that this share of rows are core rows for: the quantile of the graph, interpolated linearly. Where that
/// is 0, most rows having duplicates, half the smallest distance above 0, which makes the same rows core rows;
/// where all are 0, 1e-12. At least 1e-100, what `fit_dbscan` takes.
/// \param k_distances  ascending, finite and at least 0, at least one
/// \param share        in [0, 1]
/// \throws std::invalid_argument  no distance, one that is not as above, another share
[[nodiscard]] double dbscan_eps_quantile(std::span<const double> k_distances, double share = 0.9);

/// The eps at the knee of the graph, where distances start to rise steeply: the point farthest below the straight
/// line from its first to its last, x_i - (d_i - d_first) / (d_last - d_first) with x_i = i / (n - 1) being largest
/// (Satopaa et al.: Finding a "kneedle" in a haystack, ICDCS workshops 2011, section III, the global maximum of the
/// difference curve). A straight line has none: its last distance. Never 0: see `dbscan_eps_quantile`.
/// \throws std::invalid_argument  as `dbscan_eps_quantile`
[[nodiscard]] double dbscan_eps_knee(std::span<const double> k_distances);

}  // namespace sonde
