// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sonde/models/neural/training_state.hpp"

namespace sonde::tool {

/// The losses of a training over its epochs, as an SVG of 720 x 420: a line for the rows that are trained with, one for
/// those that are held out (unless the losses are the same), and a dot at the best epoch. The loss axis is logarithmic
/// where the largest loss is over 20 times the least.
/// \param history  finite
[[nodiscard]] std::string loss_plot(const std::vector<EpochLosses>& history, std::string_view title);

}  // namespace sonde::tool
