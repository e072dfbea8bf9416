// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/block_tree.hpp"
#include "models/instruction_set.hpp"
#include "models/neighbour.hpp"
#include "models/neighbour_bytes.hpp"
#include "models/neighbour_kernel.hpp"
#include "sonde/core/function_ref.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

/// Which of many points are the nearest: exactly those that comparing every one in double would give, equally near
/// ones in the order of rows.
///
/// A search compares a row with blocks of 64 points in float, those of the nearest boxes first; what float cannot
/// tell apart is computed in double. Boxes that are too far away are left out (Friedman, Bentley, Finkel: An algorithm
/// for finding best matches in logarithmic expected time, ACM TOMS 3, 1977). In many dimensions few are: then rows
/// are sought for together, in bytes where they tell enough (`NeighbourBytes`), and share every block while it is in
/// the cache.
/// Cost: O(log n) in few dimensions, O(n x dimension) at worst; duplicates cost nothing. No allocation, at most 64 kB
/// of stack. Threading: immutable.
class NeighbourIndex {
public:
    using Found = FoundNeighbours;
    static constexpr std::size_t max_neighbours = most_neighbours;
    static constexpr std::uint32_t none = Neighbour::none;

    /// \param rows  as those of a `BlockTree`
    /// \param set   one that this machine has
    explicit NeighbourIndex(MatrixView rows, InstructionSet set = fastest_byte_set());

    /// The nearest point.
    /// \param row       `dimension` finite floats
    /// \param excluded  a row that is not looked at; at least one other must be there
    [[nodiscard]] Neighbour nearest(const float* row, std::uint32_t excluded = none) const noexcept;

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
    /// Whether many blocks are visited for most rows.
    [[nodiscard]] bool flat() const noexcept { return flat_; }
    /// Whether it searches in bytes.
    [[nodiscard]] bool bytewise() const noexcept { return bytes_.useful(); }

private:
    [[nodiscard]] double visited_by(MatrixView rows) const noexcept;
    [[nodiscard]] bool bytes_help(MatrixView rows) const noexcept;
    void in_bytes(MatrixView queries, std::size_t count, const Found& found,
                  std::uint32_t first_excluded) const noexcept;
    void in_floats(MatrixView queries, std::size_t count, const Found& found,
                   std::uint32_t first_excluded) const noexcept;

    BlockTree tree_;
    NeighbourKernels kernels_;
    bool flat_ = false;
    NeighbourBytes bytes_;
};

}  // namespace sonde::detail
