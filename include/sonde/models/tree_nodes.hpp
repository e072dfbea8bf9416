// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sonde/core/bytes.hpp"

namespace sonde::detail {

/// A node as rows walk it: to the left where row[feature] <= threshold, as in scikit-learn. A leaf leads to itself,
/// so that a walk of a fixed number of steps needs no branch, and many walks run side by side.
struct TreeNode {
    float threshold;        ///< of a leaf the largest float: every row goes left
    std::uint32_t feature;  ///< of a leaf 0
    std::uint32_t left;  ///< its place in `TreeNodes::nodes()`; the right child is the next; of a leaf itself
    float value;         ///< what a leaf stands for; of another node what it would stand for as a leaf
};

/// A node of a tree that grew, here or in another program; children come after their parent.
struct GrownNode {
    double threshold = 0;
    std::uint32_t feature = 0;
    std::uint32_t left = 0, right = 0;  ///< places in the tree; both 0: a leaf
    double value = 0;
};

/// The trees of a forest, or one tree, packed for `models/forest_walker.hpp`: each breadth-first, siblings side by
/// side, one tree after the other. Whatever it holds can be walked: places only point forward, features are below
/// the dimension, all numbers are finite. Values and their meaning are the model's: path lengths in an isolation
/// forest, shares of a class in a decision tree.
class TreeNodes {
public:
    struct Tree {
        std::uint32_t root;   ///< its place in nodes()
        std::uint32_t depth;  ///< steps from the root to the farthest leaf
    };
    static constexpr std::size_t max_nodes = 0x7fff'ffff;

    explicit TreeNodes(std::size_t dimension) noexcept : dimension_{dimension} {}

    /// Packs one more tree, the root first. A threshold is rounded down to a float, which for rows of floats
    /// changes nothing; one at or beyond the largest float sends every row to the left.
    /// \param where  the model's class, for errors
    /// \throws std::invalid_argument  no node, one without or with two parents, a child that is not after its
    ///         parent, a feature beyond the dimension, a threshold or value that is not finite or, but for a high
    ///         threshold, beyond the range of float, more than 2^31 - 1 nodes in all
    void add(std::string_view where, std::span<const GrownNode> tree);

    [[nodiscard]] std::span<const TreeNode> nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::span<const Tree> trees() const noexcept { return trees_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; }

    /// Per tree the number of its nodes, then the nodes; where the children lie follows from the order.
    void write(ByteWriter& writer) const;
    /// Takes at most twice the memory of the bytes. \throws FormatError  not trees
    [[nodiscard]] static TreeNodes read(std::string_view where, ByteReader& reader, std::size_t dimension);

private:
    struct Plain;  // a node in its place, before it is known where its children are
    void append(std::string_view where, std::span<const Plain> tree);

    std::size_t dimension_;
    std::vector<TreeNode> nodes_;
    std::vector<Tree> trees_;
};

/// Whether the node at this place is a leaf.
[[nodiscard]] inline bool is_leaf(std::span<const TreeNode> nodes, std::size_t place) noexcept {
    return nodes[place].left == place;
}

}  // namespace sonde::detail
