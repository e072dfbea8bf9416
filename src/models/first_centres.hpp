// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "models/lloyd.hpp"
#include "sonde/core/rng.hpp"

namespace sonde::detail {

/// Greedy k-means++: each next centre is the best of 2 + log(clusters) rows drawn in proportion to weight times
/// squared distance to the centres so far. \returns row after row; fewer centres than asked for where each
/// distinct row is one already
[[nodiscard]] std::vector<double> first_centres(const Sample& sample, std::size_t clusters, Rng& rng);

}  // namespace sonde::detail
