// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "models/block_tree.hpp"
#include "models/eps_kernel.hpp"
#include "models/instruction_set.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

/// So many bits, the lowest; at most 64.
[[nodiscard]] constexpr std::uint64_t first_bits(std::size_t count) noexcept {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

/// Corners of a box about some rows.
struct Box {
    const float* low;
    const float* high;
};

/// Who is within eps of whom: for boxes cautiously, for rows exactly, in double.
class EpsSearch {
public:
    EpsSearch(double eps, std::size_t dimension, InstructionSet set = fastest_set()) noexcept
        : dimension_{dimension},
          squares_{eps * eps},
          band_{eps_band(squares_, dimension)},
          kernels_{eps_kernels(set)} {}

    /// Between the nearest points of two boxes.
    [[nodiscard]] double squares_between(Box a, Box b) const noexcept;
    /// Whether rows of boxes with that between them can be within eps.
    [[nodiscard]] bool can_reach(double squares_between) const noexcept {
        return squares_between <= squares_ * (1 + rounding);
    }
    /// Whether all rows of one are within eps of all rows of the other.
    [[nodiscard]] bool all_within(Box a, Box b) const noexcept;
    /// The points of a panel that can be within eps of rows in the box: a bit each.
    [[nodiscard]] std::uint64_t candidates(const float* panel, Box box) const noexcept {
        return band_.sure ? kernels_.near_box(panel, box.low, box.high, dimension_, band_)
                          : ~std::uint64_t{0};
    }
    /// The points of a panel that are within eps of a row: a bit each.
    /// \param wanted  the points that are asked for
    /// \param ids     of all its points: which of `rows` they are
    [[nodiscard]] std::uint64_t hits(const float* panel, std::uint64_t wanted,
                                     std::span<const std::uint32_t> ids, MatrixView rows,
                                     const float* row) const noexcept;

private:
    static constexpr double rounding = 1e-9;  // of sums in double: 2^20 terms round by less
    [[nodiscard]] bool within(const float* a, const float* b) const noexcept;

    std::size_t dimension_;
    double squares_;
    EpsBand band_;
    EpsKernels kernels_;
};

/// Visits the leaves of a tree that can be within eps of a box, nearer halves first.
/// \param box_of  the box of a node
/// \param enter  whether to look into a node: enter(node)
/// \param visit  a leaf, by its node; whether to go on
template <class BoxOf, class Enter, class Visit>
void for_each_reached(const EpsSearch& search, const BlockTree& tree, Box box, const BoxOf& box_of,
                      const Enter& enter, const Visit& visit) noexcept {
    const auto squares_to = [&](std::uint32_t node) { return search.squares_between(box, box_of(node)); };
    struct Open {
        std::uint32_t node;
        double squares;
    };
    Open open[64] = {{0, squares_to(0)}};  // the tree is at most 32 deep
    for (std::size_t size = 1; size > 0;) {
        const auto [node, squares] = open[--size];
        if (!search.can_reach(squares) || !enter(node)) continue;
        const std::uint32_t child = tree.node(node).children;
        if (child == 0) {
            if (!visit(node)) return;
            continue;
        }
        open[size++] = {child + 1, squares_to(child + 1)};
        open[size++] = {child, squares_to(child)};
        if (open[size - 2].squares < open[size - 1].squares) std::swap(open[size - 2], open[size - 1]);
    }
}

}  // namespace sonde::detail
