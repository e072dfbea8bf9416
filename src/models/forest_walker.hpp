// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/concepts.hpp"
#include "sonde/models/tree_nodes.hpp"

namespace sonde::detail {

// What walks rows through `TreeNodes`. Rows have the trees' dimension and are finite: NaN goes left or right as the
// compiler likes, past the end of the nodes too. Nothing is allocated.
//
// A forest whose score is a mean over its trees (isolation forest, random forest) needs `sum_leaves`, a single tree
// (decision tree) `leaf_of`, attribution `for_each_split`.

/// How many rows are best handed to `sum_leaves` at a time.
inline constexpr std::size_t walker_block = 128;

/// The sum, over the trees in their order, of the value of the leaf that the row ends in: in double.
[[nodiscard]] double sum_leaves(const TreeNodes& trees, const float* row) noexcept;

/// The same for many rows, to the bit; faster, as a tree stays in the cache while the rows pass.
/// \param rows  where each row begins
/// \param sums  as many
void sum_leaves(const TreeNodes& trees, std::span<const float* const> rows, std::span<double> sums) noexcept;

/// The place in `nodes()` of the leaf of one tree that the row ends in.
[[nodiscard]] inline std::uint32_t leaf_of(const TreeNodes& trees, std::size_t tree,
                                           const float* row) noexcept {
    const auto nodes = trees.nodes();
    std::uint32_t at = trees.trees()[tree].root;
    while (!is_leaf(nodes, at))
        at = nodes[at].left + (row[nodes[at].feature] > nodes[at].threshold ? 1U : 0U);
    return at;
}

/// Calls visit(parent, child), both TreeNode, for each split of one tree on the row's way to its leaf.
template <class Visit>
void for_each_split(const TreeNodes& trees, std::size_t tree, const float* row, Visit visit) noexcept {
    const auto nodes = trees.nodes();
    std::uint32_t at = trees.trees()[tree].root;
    while (!is_leaf(nodes, at)) {
        const TreeNode& parent = nodes[at];
        at = parent.left + (row[parent.feature] > parent.threshold ? 1U : 0U);
        visit(parent, nodes[at]);
    }
}

}  // namespace sonde::detail
