// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/isolation_forest.hpp"

namespace sonde {

/// How `fit_isolation_forest` grows its trees.
struct IsolationForestOptions {
    /// In [1, 2^20].
    std::size_t trees = 100;
    /// Rows that each tree is grown from, all rows where there are fewer; in [1, 2^30]. The paper found 256 to be
    /// enough, and more to hide anomalies among each other.
    std::size_t sample_size = 256;
    std::uint64_t seed = 1;
    /// Of the rows: each 0 or in [1e-100, 1e100], not all 0. Empty: all 1. The heavier a row, the more of the trees
    /// it is drawn into. In scikit-learn only a weight of 0 means something, and leaves trees short of rows.
    std::span<const double> weights{};
    /// Counts trees.
    FitProgressCallback progress{};
    /// One task per tree, then one per 256 rows that calibrate; the result does not depend on it.
    Executor executor{};
};

/// Grows an isolation forest: Liu, Ting, Zhou: Isolation forest, ICDM 2008, algorithms 1 and 2.
///
/// Each tree gets its own sample of the rows, without replacement (by weight: Efraimidis, Spirakis: Weighted random
/// sampling with a reservoir, IPL 97, 2006). A node is split by a feature drawn from those that are not constant in
/// it, at a threshold drawn evenly between the least and the largest value, until it has one row, rows that are all
/// alike, or the depth ceil(log2(sample size)). So do scikit-learn's trees, which also take a feature for constant
/// that varies by less than 1e-7. Repeats exactly for a seed. Calibrated on all rows but those of weight 0.
///
/// Rows that are all alike, and a single row, give trees without a split: a score of 0.5 for every row.
/// Cost: O(trees x sample size x log sample size), and a score per row; O(trees x rows) with weights.
/// \param rows  at least one, at most 2^32 - 1, every value finite
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] IsolationForestModel fit_isolation_forest(MatrixView rows,
                                                        const IsolationForestOptions& options = {});

}  // namespace sonde
