// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/block_tree.hpp"
#include "models/instruction_set.hpp"
#include "models/neighbour_kernel.hpp"
#include "sonde/core/function_ref.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

/// A point that was found.
struct Neighbour {
    double squares;          ///< of its distance
    std::uint32_t row;       ///< which of the indexed rows
    std::uint32_t position;  ///< the same point in the `BlockTree`

    /// Nearer; of equally near ones the first row.
    friend bool operator<(const Neighbour& a, const Neighbour& b) noexcept {
        return a.squares < b.squares || (a.squares <= b.squares && a.row < b.row);
    }
};

/// Which of many points are the nearest: exactly those that comparing every one in double would give, equally near
/// ones in the order of rows.
///
/// A search compares a row with blocks of 64 points in float, those of the nearest boxes first; what float cannot
/// tell apart is computed in double. Boxes that are too far away are left out (Friedman, Bentley, Finkel: An algorithm
/// for finding best matches in logarithmic expected time, ACM TOMS 3, 1977). In many dimensions none are: then rows
/// are sought for 16 at a time, which share every block while it is in the cache.
/// Cost: O(log n) in few dimensions, O(n x dimension) at worst; duplicates cost nothing. No allocation, at most 64 kB
/// of stack. Threading: immutable.
class NeighbourIndex {
public:
    /// As many as fit on the stack.
    static constexpr std::size_t max_neighbours = 1024;
    static constexpr std::uint32_t none = 0xffff'ffff;

    /// \param rows  as those of a `BlockTree`
    /// \param set   one that this machine has
    explicit NeighbourIndex(MatrixView rows, InstructionSet set = fastest_set());

    /// The nearest point.
    /// \param row       `dimension` finite floats
    /// \param excluded  a row that is not looked at; at least one other must be there
    [[nodiscard]] Neighbour nearest(const float* row, std::uint32_t excluded = none) const noexcept;

    /// Takes what was found for a query: its number, its neighbours, the nearest first. Does not throw.
    using Found = FunctionRef<void(std::size_t, std::span<const Neighbour>)>;

    /// The nearest `count` points of each query, or all where there are fewer.
    /// \param queries         `dimension` columns; what is found for a row that is not finite means nothing
    /// \param count           in [1, max_neighbours]
    /// \param first_excluded  query i does not look at row first_excluded + i; `none`: all look at all
    void nearest(MatrixView queries, std::size_t count, const Found& found,
                 std::uint32_t first_excluded = none) const noexcept;

    /// All points whose squared distance is at most `squares`, in no order.
    /// \param visit  takes one; false ends the search
    void within(const float* row, double squares,
                const FunctionRef<bool(const Neighbour&)>& visit) const noexcept;

    [[nodiscard]] const BlockTree& tree() const noexcept { return tree_; }
    /// Whether rows are sought for together: most blocks are visited for most rows.
    [[nodiscard]] bool flat() const noexcept { return flat_; }

private:
    [[nodiscard]] bool is_flat() const;

    BlockTree tree_;
    NeighbourKernels kernels_;
    bool flat_ = false;
};

}  // namespace sonde::detail
