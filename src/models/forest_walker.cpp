// SPDX-License-Identifier: Apache-2.0
#include "models/forest_walker.hpp"

#include <algorithm>

namespace sonde::detail {

namespace {

/// Walks that run side by side: a step waits for memory and for the step before, of its own walk only.
constexpr std::size_t width = 16;
/// Steps after which it is asked whether all walks have ended.
constexpr std::uint32_t stride = 8;

inline std::uint32_t next(const TreeNode* nodes, std::uint32_t at, const float* row) noexcept {
    const TreeNode& node = nodes[at];
    return node.left + (row[node.feature] > node.threshold ? 1U : 0U);
}

/// Takes walk i from at[i] along rows[i] to a leaf, in trees of at most this depth.
inline __attribute__((always_inline)) void walk(const TreeNode* nodes, std::uint32_t (&at)[width],
                                                const float* const* rows, std::uint32_t depth) noexcept {
    for (;;) {
        for (std::uint32_t steps = std::min(depth, stride); steps > 0; --steps)
            for (std::size_t i = 0; i < width; ++i) at[i] = next(nodes, at[i], rows[i]);
        if (depth <= stride) return;
        depth -= stride;
        if (std::all_of(at, at + width, [&](std::uint32_t place) { return nodes[place].left == place; }))
            return;
    }
}

// Not inlined: the loops around take the registers that the walks need.

__attribute__((noinline)) void add_leaves(const TreeNode* nodes, const TreeNodes::Tree& tree,
                                          const float* const* rows, double* sums) noexcept {
    std::uint32_t at[width];
    std::fill_n(at, width, tree.root);
    walk(nodes, at, rows, tree.depth);
    for (std::size_t i = 0; i < width; ++i) sums[i] += static_cast<double>(nodes[at[i]].value);
}

__attribute__((noinline)) double sum_of(const TreeNode* nodes, const TreeNodes::Tree* trees,
                                        std::size_t count, const float* const* rows, double sum) noexcept {
    std::uint32_t at[width];
    std::uint32_t depth = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const auto& tree = trees[std::min(i, count - 1)];
        at[i] = tree.root;
        depth = std::max(depth, tree.depth);
    }
    walk(nodes, at, rows, depth);
    for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(nodes[at[i]].value);
    return sum;
}

}  // namespace

double sum_leaves(const TreeNodes& trees, const float* row) noexcept {
    const auto all = trees.trees();
    const float* rows[width];
    std::fill_n(rows, width, row);
    double sum = 0;
    for (std::size_t first = 0; first < all.size(); first += width)
        sum =
            sum_of(trees.nodes().data(), all.data() + first, std::min(width, all.size() - first), rows, sum);
    return sum;
}

void sum_leaves(const TreeNodes& trees, std::span<const float* const> rows, std::span<double> sums) noexcept {
    const TreeNode* nodes = trees.nodes().data();
    for (std::size_t begin = 0; begin < rows.size(); begin += walker_block) {
        const std::size_t count = std::min(walker_block, rows.size() - begin);
        const float* block[walker_block];
        double found[walker_block] = {};
        for (std::size_t i = 0; i < walker_block; ++i) block[i] = rows[begin + std::min(i, count - 1)];
        // A few rows at the end are faster one by one than as part of a full width.
        const std::size_t rest = count % width, together = rest < width / 2 ? count - rest : count;
        for (const auto& tree : trees.trees())
            for (std::size_t first = 0; first < together; first += width)
                add_leaves(nodes, tree, block + first, found + first);
        for (std::size_t i = together; i < count; ++i) found[i] = sum_leaves(trees, block[i]);
        std::copy_n(found, count, sums.begin() + static_cast<std::ptrdiff_t>(begin));
    }
}

}  // namespace sonde::detail
