// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

// Where an axis has its numbers.
namespace sonde::tool {

/// Round numbers in [low, high], a step of 1, 2 or 5 times a power of ten apart: `most` of them at most.
/// \param low, high  finite, low < high
[[nodiscard]] std::vector<double> linear_ticks(double low, double high, std::size_t most);
/// 1, 2 and 5 times powers of ten in [low, high], or the powers alone where that makes more than 9. \param low  above 0
[[nodiscard]] std::vector<double> log_ticks(double low, double high);

}  // namespace sonde::tool
