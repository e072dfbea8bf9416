// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_kmeans.hpp"

namespace sonde {

/// How well rows fit their clusters: the mean over the rows of (b - a) / max(a, b), with a the mean distance to the
/// other rows of its cluster and b the least mean distance to the rows of another one; 0 for a row alone in its
/// cluster. In [-1, 1]; near 1 clusters are far apart, below 0 rows are in the wrong one (Rousseeuw, Silhouettes,
/// J. Computational and Applied Mathematics 20, 1987). Cost: O(rows^2 x dimension), memory O(rows + clusters).
/// \param labels  the cluster of each row, any numbers below 2^20
/// \throws std::invalid_argument  another number of labels than rows, fewer than 2 different ones or as many as
///         rows, a row that is not finite
[[nodiscard]] double silhouette(MatrixView rows, std::span<const std::uint32_t> labels);

/// What decides on the number of clusters.
enum class ClusterCriterion : std::uint8_t {
    silhouette,  ///< the highest silhouette
    /// The knee of the inertia: with x from 0 to 1 over the numbers tried and y the inertia from 1 (of the first) to
    /// 0 (of the last), where 1 - x - y is the largest (Satopaa, Albrecht, Irwin, Raghavan, Finding a "Kneedle" in a
    /// Haystack, ICDCS workshops, 2011).
    elbow,
};

/// Which numbers of clusters `choose_clusters` tries.
struct ClusterChoiceOptions {
    std::size_t from = 2, to = 10;  ///< 1 <= from <= to; a silhouette wants at least 2
    ClusterCriterion criterion = ClusterCriterion::silhouette;
    /// Silhouette: of so many rows, drawn without replacement, at least 10; of all when there are fewer.
    std::size_t sample = 2000;
    KMeansOptions
        fit{};  ///< of each; `clusters` and `initial` do not count, `progress` counts the fits of one after the other
};

/// One number of clusters that was tried.
struct ClusterTrial {
    std::size_t clusters = 0;
    double inertia = 0, silhouette = 0;  ///< silhouette: 0 with `elbow`, and where only one cluster had rows
};

struct ClusterChoice {
    std::size_t clusters = 0;  ///< the smallest of equally good ones
    std::vector<ClusterTrial> trials{};
};

/// How many clusters the rows have: fits each number from `from` to `to`.
///
/// Both criteria know compact clusters; data without any get some number too: look at the trials.
/// Cost: that of the fits; silhouette: O(sample^2 x dimension) each.
/// \throws std::invalid_argument  an option is outside its range, fewer rows than `to`; what `fit_kmeans` throws
[[nodiscard]] ClusterChoice choose_clusters(MatrixView rows, const ClusterChoiceOptions& options = {});

}  // namespace sonde
