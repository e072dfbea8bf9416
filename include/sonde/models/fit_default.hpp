// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/ensemble.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde {

/// How `fit_default` goes about it. Nothing has to be set.
struct DefaultModelOptions {
    /// Rows that neighbours are sought among: a random choice where there are more; at least 2. A score's cost
    /// grows with it.
    std::size_t reference_rows = 4096;
    std::uint64_t seed = 1;
    /// Counts members.
    FitProgressCallback progress{};
    /// As that of the members; the result does not depend on it.
    Executor executor{};
};

/// The model to take when nothing is known of the rows: features of any unit, anomalies among them or not.
///
/// An ensemble of two views and two kinds of neighbours. The views: standardised features, and their robust
/// asinh, in which far tails do not drown the rest. The kinds: the nearest row of all, equal rows left out
/// (`fit_knn`), which sees the finest structure of clean rows; and the nearest rows of small samples
/// (`fit_lesinn`), which anomalies among the training rows do not blind. The more surprised half of the four decides.
/// On the 21 tabular sets of ADBench it is above every single method, with anomalies among the training rows and
/// without: docs/benchmarks.md, `./run bench quality`.
/// Cost: a fit O(n reference_rows dimension) at worst; a score that of two searches among reference_rows rows and
/// of 512 distances.
/// \param rows  the training data, at least one row, every value finite, at most 8192 features
/// \throws std::invalid_argument  no rows, a row that is not finite, too many features, an option out of range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] EnsembleModel fit_default(MatrixView rows, const DefaultModelOptions& options = {});

}  // namespace sonde
