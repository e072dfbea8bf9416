// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace peers {

/// Calls `take(entry, round)` for every entry in every round. Each round begins one entry further on, and every
/// other one goes backwards: nothing always runs first, or always after the same neighbour.
/// Round 0 is the warm-up; what it measures should be thrown away.
template <class Take>
void in_turns(std::size_t entries, std::size_t rounds, Take take) {
    for (std::size_t round = 0; round <= rounds; ++round)
        for (std::size_t i = 0; i < entries; ++i) {
            const std::size_t turn = round % 2 == 0 ? i : entries - 1 - i;
            take((turn + round) % entries, round);
        }
}

}  // namespace peers
