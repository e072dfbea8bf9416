// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_decision_tree.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/random_forest.hpp"

namespace sonde {

/// How `fit_random_forest` grows its trees.
struct RandomForestOptions {
    std::size_t trees = 100;  ///< in [1, 2^20]
    /// Features, drawn anew for every split, of which the best is taken; 0: the root of their number, rounded down.
    std::size_t max_features = 0;
    SplitCriterion criterion = SplitCriterion::gini;
    std::size_t max_depth = 0;   ///< splits from the root to a leaf, at most; 0: no limit
    std::size_t max_leaves = 0;  ///< of a tree, at most, those that lower the impurity most; 0: no limit
    std::size_t min_samples_split = 2;  ///< rows that a node must have to be split; at least 2
    std::size_t min_samples_leaf = 1;   ///< rows that a leaf must have; at least 1
    /// What a split must lower the impurity by, weighted by the share of all rows that it splits; finite, at least 0.
    double min_impurity_decrease = 0;
    std::uint64_t seed = 1;
    /// Labels are below it; in [2, 256].
    std::size_t classes = 2;
    /// Each class counts as much as any other, however rare it is: rows are weighted by
    /// rows / (classes that there are x rows of their class).
    bool balanced = false;
    /// What rows of a class are weighted by, one per class, 0 or in [1e-100, 1e100]; on top of `weights`, and not
    /// with `balanced`. Empty: all 1.
    std::span<const double> class_weights{};
    /// Of the rows: each 0 or in [1e-100, 1e100], not all 0. Empty: all 1. A heavy row is not drawn more often, but
    /// counts for more where it is drawn.
    std::span<const double> weights{};
    /// Counts trees.
    FitProgressCallback progress{};
    /// One task per tree, then one per 256 rows that calibrate; the result does not depend on it.
    Executor executor{};
};

/// Grows a random forest from rows and their labels, for a detector of what the labels call anomalous: Breiman: Random
/// forests, Machine Learning 45, 2001, section 4.
///
/// Each tree is grown as `fit_decision_tree` grows it, from as many rows as there are, drawn with replacement, and at
/// each split looks at a few features, drawn until one of them varies in the node at least. So does scikit-learn's
/// `RandomForestClassifier`, from other draws. Repeats exactly for a seed. Rows of weight 0 are left out.
/// Calibrated on the rows of class 0 by the trees that did not draw them; where every tree drew every row, by all.
/// Cost: O(trees x rows x max_features x log rows) per level of the trees; memory 8 bytes per value of the rows, about
/// 80 per row (with an executor 16 times that) and a bit per row and tree, beside the forest: 16 bytes a node.
/// \param rows    at least one, at most 2^32 - 1, every value finite
/// \param labels  one per row, below `classes`; 0: normal
/// \throws std::invalid_argument  no rows, a row that is not finite, another number of labels, a label or an option
///                                outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] RandomForestModel fit_random_forest(MatrixView rows, std::span<const std::uint8_t> labels,
                                                  const RandomForestOptions& options = {});

}  // namespace sonde
