// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/hbos.hpp"

namespace sonde {

/// How `fit_hbos` cuts bins.
struct HbosOptions {
    HbosForm form = HbosForm::static_width;
    /// In [1, 65536]; 0: the root of the number of rows, which the authors propose.
    std::size_t bins = 0;
    /// Counts features.
    FitProgressCallback progress{};
    /// One task per 256 rows that calibrate; the result does not depend on it.
    Executor executor{};
};

/// Counts the histograms of rows. With dynamic width equal values share a bin, so that there may be fewer bins than
/// asked for; a constant feature has one. Calibrated on the rows, each of which counts itself.
/// Cost: O(rows x dimension x log rows).
/// \param rows  at least one, every value finite
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] HbosModel fit_hbos(MatrixView rows, const HbosOptions& options = {});

}  // namespace sonde
