// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/knn.hpp"

namespace sonde {

/// How `fit_knn` makes a model.
struct KnnOptions {
    /// In [1, 1024]; of fewer rows it is one less than rows.
    std::size_t neighbours = 5;
    KnnAggregate aggregate = KnnAggregate::farthest;
    KnnCopies copies = KnnCopies::count;
    /// Counts rows whose score is known.
    FitProgressCallback progress{};
    /// One task per 256 rows; the result does not depend on it.
    Executor executor{};
};

/// The model of these rows, calibrated on them: each scored by its nearest other rows.
/// Cost: a search for every row.
/// \param rows  at least one, at most 2^31 - 1, every value finite. A single row is as ordinary as itself: score 0
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] KnnModel fit_knn(MatrixView rows, const KnnOptions& options = {});

}  // namespace sonde
