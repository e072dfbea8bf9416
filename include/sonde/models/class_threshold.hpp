// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sonde/thresholds/score_calibration.hpp"

namespace sonde::detail {

/// The default threshold of a model whose score is the share or probability of an anomaly: at least 0.5, where more
/// than 1 % of the calibration's scores exceed that their threshold, and always below 1. 0.5 where nothing is known.
[[nodiscard]] double class_threshold(const ScoreCalibration& calibration);

}  // namespace sonde::detail
