// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sonde/models/fit_lesinn.hpp"

namespace sonde::detail {

/// A model with the score of each training row, judged by the samples without it.
struct LesinnTraining {
    LesinnModel model;
    std::vector<double> scores;
};

/// As `fit_lesinn`.
[[nodiscard]] LesinnTraining train_lesinn(MatrixView rows, const LesinnOptions& options);

}  // namespace sonde::detail
