// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sonde/models/ensemble.hpp"

namespace sonde::detail {

/// How many of an ensemble's members count for a score: those that are most surprised.
[[nodiscard]] std::size_t members_that_count(Combination combination, std::size_t members) noexcept;

/// The mean surprise of those.
/// \param surprise  one per member; comes back in another order
[[nodiscard]] double combined(Combination combination, std::span<double> surprise) noexcept;

}  // namespace sonde::detail
