// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/function_ref.hpp"

namespace sonde::detail {

/// As many as are sought for at a time; they fit on the stack.
inline constexpr std::size_t most_neighbours = 1024;

/// A point that was found.
struct Neighbour {
    double squares;          ///< of its distance
    std::uint32_t row;       ///< which of the indexed rows
    std::uint32_t position;  ///< the same point in the `BlockTree`

    static constexpr std::uint32_t none = 0xffff'ffff;  ///< no row

    /// Nearer; of equally near ones the first row.
    friend bool operator<(const Neighbour& a, const Neighbour& b) noexcept {
        return a.squares < b.squares || (a.squares <= b.squares && a.row < b.row);
    }
};

/// Takes what was found for a query: its number, its neighbours, the nearest first. Does not throw.
using FoundNeighbours = FunctionRef<void(std::size_t, std::span<const Neighbour>)>;

/// The row that a query leaves out.
[[nodiscard]] inline std::uint32_t excluded_by(std::uint32_t first_excluded, std::size_t query) noexcept {
    return first_excluded == Neighbour::none ? Neighbour::none
                                             : first_excluded + static_cast<std::uint32_t>(query);
}

}  // namespace sonde::detail
