// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "sonde/models/neural/training_state.hpp"

namespace sonde::detail {

/// A training never takes as many; a double counts them exactly.
inline constexpr std::uint64_t max_steps = std::uint64_t{1} << 53U;
inline constexpr double max_rate = 1e3;

/// What is wrong with a state, whoever made it; empty: nothing.
[[nodiscard]] std::string_view fault_of(const TrainingState& state);

/// True when the numbers of the one fit into the other.
[[nodiscard]] bool same_shape(const Network& a, const Network& b);

}  // namespace sonde::detail
