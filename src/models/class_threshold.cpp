// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/class_threshold.hpp"

#include <algorithm>

namespace sonde::detail {

double class_threshold(const ScoreCalibration& calibration) {
    constexpr double more_likely_than_not = 0.5, certain = 1 - 1e-9;
    if (calibration.count() == 0) return more_likely_than_not;
    return std::clamp(calibration.threshold(), more_likely_than_not, certain);
}

}  // namespace sonde::detail
