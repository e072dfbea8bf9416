// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/matrix_view.hpp"
#include "sonde/models/decision_tree.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde {

/// What splits are to lower: the impurity of the nodes, from the shares p of the classes in it.
enum class SplitCriterion : std::uint8_t {
    gini,     ///< 1 - sum of p^2
    entropy,  ///< -sum of p log2 p
};

/// How `fit_decision_tree` grows its tree. Left alone it ends where every leaf is of one class: limit it.
struct DecisionTreeOptions {
    SplitCriterion criterion = SplitCriterion::gini;
    /// Splits from the root to a leaf, at most; 0: no limit.
    std::size_t max_depth = 0;
    /// Leaves, at most, those kept that lower the impurity most; 0: no limit.
    std::size_t max_leaves = 0;
    std::size_t min_samples_split = 2;  ///< rows that a node must have to be split; at least 2
    std::size_t min_samples_leaf = 1;   ///< rows that a leaf must have; at least 1
    /// What a split must lower the impurity by, weighted by the share of all rows that it splits; finite, at least 0.
    double min_impurity_decrease = 0;
    /// Features, drawn anew for every split, of which the best is taken; 0: all.
    std::size_t max_features = 0;
    std::uint64_t seed = 1;  ///< of that draw
    /// Labels are below it; in [2, 256].
    std::size_t classes = 2;
    /// Each class counts as much as any other, however rare it is: rows are weighted by
    /// rows / (classes that there are x rows of their class).
    bool balanced = false;
    /// What rows of a class are weighted by, one per class, 0 or in [1e-100, 1e100]; on top of `weights`, and not
    /// with `balanced`. Empty: all 1.
    std::span<const double> class_weights{};
    /// Of the rows: each 0 or in [1e-100, 1e100], not all 0. Empty: all 1.
    std::span<const double> weights{};
    /// Counts rows that have got their leaf.
    FitProgressCallback progress{};
};

/// Grows a decision tree from rows and their labels, for a detector of what the labels call anomalous: CART
/// (Breiman, Friedman, Olshen, Stone: Classification and regression trees, 1984).
///
/// Every node is split where the weighted impurity of the two halves is lowest, until its rows are of one class or
/// alike, or a limit holds. A threshold lies half-way between two values; values that differ by at most 1e-7 are not
/// told apart. So does scikit-learn's `DecisionTreeClassifier`, and the trees are the same, unless two splits are
/// equally good: here that of the first feature is taken, of one feature the lowest threshold (there it depends
/// on the seed). Repeats exactly.
///
/// Rows of weight 0 are left out. Of one class alone, or rows that are all alike, the tree is one leaf.
/// Cost: O(rows x features x log rows) per level of the tree, one thread; memory 8 bytes per value of the rows
/// and about 80 per row.
/// \param rows    at least one, at most 2^32 - 1, every value finite
/// \param labels  one per row, below `classes`; 0: normal
/// \throws std::invalid_argument  no rows, a row that is not finite, another number of labels, a label or an option
///                                outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] DecisionTreeModel fit_decision_tree(MatrixView rows, std::span<const std::uint8_t> labels,
                                                  const DecisionTreeOptions& options = {});

}  // namespace sonde
