// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/ecod.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde {

/// ECOD has nothing to choose.
struct EcodOptions {
    /// A single step.
    FitProgressCallback progress{};
    /// One task per 256 rows that calibrate; the result does not depend on it.
    Executor executor{};
};

/// Sorts the features of rows, and calibrates on the rows, each of which counts itself.
/// Cost: O(rows x dimension x log rows).
/// \param rows  at least one, every value finite
/// \throws std::invalid_argument  no rows, a row that is not finite
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] EcodModel fit_ecod(MatrixView rows, const EcodOptions& options = {});

}  // namespace sonde
