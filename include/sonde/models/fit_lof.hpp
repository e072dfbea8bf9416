// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/lof.hpp"

namespace sonde {

/// How `fit_lof` makes a model.
struct LofOptions {
    /// In [1, 1024]; of fewer rows it is one less than rows.
    std::size_t neighbours = 20;
    /// Counts rows whose neighbours are known.
    FitProgressCallback progress{};
    /// One task per 256 rows; the result does not depend on it.
    Executor executor{};
};

/// The model of these rows, calibrated on their own local outlier factors.
/// Cost: a search for every row; 12 bytes x neighbours of memory a row until it is done.
/// \param rows  at least two, at most 2^31 - 1, every value finite
/// \throws std::invalid_argument  fewer rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] LofModel fit_lof(MatrixView rows, const LofOptions& options = {});

}  // namespace sonde
