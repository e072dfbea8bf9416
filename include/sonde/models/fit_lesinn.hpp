// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/lesinn.hpp"

namespace sonde {

/// How `fit_lesinn` draws its samples.
struct LesinnOptions {
    /// In [1, 4096].
    std::size_t samples = 32;
    /// Rows of a sample, in [1, 65536]; fewer where there are fewer rows. Small ones withstand anomalies in the
    /// training rows, large ones see finer structure.
    std::size_t sample_size = 8;
    std::uint64_t seed = 1;
    /// Asked once, when the samples are drawn.
    FitProgressCallback progress{};
    /// Judges the training rows.
    Executor executor{};
};

/// Draws samples of the rows, each without replacement, and judges every training row by the samples without
/// it. Of one row alone the score is 0 for itself.
/// Cost: O(rows x samples x sample size x dimension); memory 8 bytes a row beside the model.
/// \param rows  the training data, at least one row, every value finite
/// \throws std::invalid_argument  no rows, a row that is not finite, an option outside its range
/// \throws FitCancelled           `progress` returned false
[[nodiscard]] LesinnModel fit_lesinn(MatrixView rows, const LesinnOptions& options = {});

}  // namespace sonde
