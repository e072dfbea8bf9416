// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/tree_nodes.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

namespace {

constexpr std::uint32_t leaf = 0xffff'ffffU;  // instead of a feature
constexpr float largest = std::numeric_limits<float>::max();
constexpr std::size_t least_bytes = 8;  // of a node: a leaf has no threshold

/// The largest float that is not above `x`: floats are on the same side of both.
float rounded_down(double x) noexcept {
    if (x >= static_cast<double>(largest)) return largest;
    const auto near = static_cast<float>(x);
    return static_cast<double>(near) > x ? std::nextafter(near, -largest) : near;
}

bool fits_float(double x) noexcept { return is_finite(x) && std::abs(x) <= static_cast<double>(largest); }

std::string name(std::string_view what, std::size_t node, std::size_t tree) {
    return std::string{what}
        .append(" of node ")
        .append(std::to_string(node))
        .append(" of tree ")
        .append(std::to_string(tree));
}

}  // namespace

struct TreeNodes::Plain {
    std::uint32_t feature;  // or `leaf`
    float threshold, value;
};

void TreeNodes::add(std::string_view where, std::span<const GrownNode> tree) {
    const std::size_t number = trees_.size();
    if (tree.empty()) fail(where, "number of nodes of tree " + std::to_string(number), 0, "at least 1");
    std::vector<std::uint32_t> order{0};  // breadth-first
    std::vector<Plain> plain;
    order.reserve(tree.size());
    plain.reserve(tree.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::uint32_t at = order[i];
        const GrownNode& node = tree[at];
        if (!fits_float(node.value))
            fail(where, name("value", at, number), node.value, "finite, in float too");
        const auto value = static_cast<float>(node.value);
        if (node.left == 0 && node.right == 0) {
            plain.push_back({leaf, 0, value});
            continue;
        }
        // Children come after their parent, and there are no more of them than nodes: each walk ends.
        if (node.left <= at || node.right <= at || node.left >= tree.size() || node.right >= tree.size() ||
            order.size() + 2 > tree.size())
            fail(where, name("a child", at, number), "no node of its own", "one after its parent");
        if (!is_finite(node.threshold) || node.threshold < -static_cast<double>(largest))
            fail(where, name("threshold", at, number), node.threshold, "finite, in float too");
        order.push_back(node.left);
        order.push_back(node.right);
        plain.push_back({node.feature, rounded_down(node.threshold), value});
    }
    std::vector<bool> seen(tree.size());
    for (const std::uint32_t at : order) seen[at] = true;
    for (std::size_t at = 0; at < tree.size(); ++at)
        if (!seen[at]) fail(where, name("the parent", at, number), "missing", "one node");
    append(where, plain);
}

void TreeNodes::append(std::string_view where, std::span<const Plain> tree) {
    const std::size_t number = trees_.size(), root = nodes_.size();
    if (tree.size() > max_nodes - root)
        fail(where, "number of nodes", static_cast<double>(root) + static_cast<double>(tree.size()),
             "at most 2147483647");
    std::size_t reached = 1;  // where the next children lie: breadth-first, they lie in their parents' order
    std::size_t level_end = 1;
    std::uint32_t depth = 0;
    for (std::size_t i = 0; i < tree.size() && i < reached; ++i) {
        if (i == level_end) {
            level_end = reached;
            ++depth;
        }
        const auto [feature, threshold, value] = tree[i];
        if (!is_finite(value) || !is_finite(threshold))
            fail(where, name("threshold or value", i, number), "not finite", "finite");
        if (feature == leaf) {
            nodes_.push_back({largest, 0, static_cast<std::uint32_t>(root + i), value});
            continue;
        }
        if (feature >= dimension_)
            fail(where, name("feature", i, number), static_cast<double>(feature), "below the dimension");
        nodes_.push_back({threshold, feature, static_cast<std::uint32_t>(root + reached), value});
        reached += 2;
    }
    if (reached != tree.size())
        fail(where, "number of nodes of tree " + std::to_string(number), static_cast<double>(tree.size()),
             "1 and 2 per split");
    trees_.push_back({static_cast<std::uint32_t>(root), depth});
}

void TreeNodes::write(ByteWriter& writer) const {
    writer.u64(trees_.size());
    for (std::size_t t = 0; t < trees_.size(); ++t) {
        const std::size_t first = trees_[t].root;
        const std::size_t end = t + 1 < trees_.size() ? trees_[t + 1].root : nodes_.size();
        writer.u64(end - first);
        for (std::size_t i = first; i < end; ++i) {
            const bool ends = is_leaf(nodes_, i);
            writer.u32(ends ? leaf : nodes_[i].feature);
            writer.f32(nodes_[i].value);
            if (!ends) writer.f32(nodes_[i].threshold);
        }
    }
}

TreeNodes TreeNodes::read(std::string_view where, ByteReader& reader, std::size_t dimension) try {
    TreeNodes trees{dimension};
    std::vector<Plain> tree;
    for (std::size_t left = reader.length(8 + least_bytes); left > 0; --left) {
        tree.resize(reader.length(least_bytes));
        for (Plain& node : tree) {
            node.feature = reader.u32();
            node.value = reader.f32();
            node.threshold = node.feature == leaf ? 0 : reader.f32();
        }
        trees.append(where, tree);
    }
    return trees;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde::detail
