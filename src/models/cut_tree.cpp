// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/cut_tree.hpp"

#include <algorithm>

#include "models/cut_kernel.hpp"

namespace sonde::detail {

CutTree::CutTree(std::size_t capacity, std::size_t dimension)
    : dimension_{dimension},
      keys_(capacity),
      leaf_of_(capacity),
      nodes_(2 * capacity - 1),
      rows_(capacity * dimension),
      boxes_((capacity - 1) * 2 * dimension) {}

float* CutTree::own_box(std::uint32_t node) noexcept {
    return boxes_.data() + (node - keys_.size()) * 2 * dimension_;
}

CutBox CutTree::box(std::uint32_t node) const noexcept {
    if (is_leaf(node)) {
        const float* row = rows_.data() + node * dimension_;
        return {row, row};
    }
    const float* low = boxes_.data() + (node - keys_.size()) * 2 * dimension_;
    return {low, low + dimension_};
}

double CutTree::range(std::size_t feature) const noexcept {
    const CutBox all = box(root_);
    return static_cast<double>(all.high[feature]) - static_cast<double>(all.low[feature]);
}

double CutTree::least(std::size_t feature) const noexcept { return box(root_).low[feature]; }

std::uint32_t& CutTree::child_place(std::uint32_t parent, std::uint32_t child) noexcept {
    if (parent == none) return root_;
    return nodes_[parent].left == child ? nodes_[parent].left : nodes_[parent].right;
}

std::uint32_t CutTree::free_place(std::size_t first, std::size_t last) const noexcept {
    while (first < last && nodes_[first].mass > 0) ++first;
    return static_cast<std::uint32_t>(first);
}

void CutTree::put(const float* row, double key, const double* weights, Rng& rng) noexcept {
    std::size_t entry = size_;
    if (size_ < keys_.size()) {
        ++size_;
    } else {
        entry = static_cast<std::size_t>(std::max_element(keys_.begin(), keys_.end()) - keys_.begin());
        remove(static_cast<std::uint32_t>(entry));
    }
    keys_[entry] = key;
    largest_key_ = *std::max_element(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(size_));
    insert(static_cast<std::uint32_t>(entry), row, weights, rng);
}

void CutTree::insert(std::uint32_t entry, const float* row, const double* weights, Rng& rng) noexcept {
    const CutKernels kernels = cut_kernels();
    std::uint32_t node = root_, leaf = none;
    while (node != none) {
        const CutBox sides = box(node);
        const Outside here = kernels.outside(row, sides.low, sides.high, weights, dimension_);
        if (is_leaf(node) && here.beyond <= 0) {
            leaf = node;
            break;
        }
        // A cut of the box with the row in it: beyond the old box it parts the two, else it is the cut there is.
        const double at = rng.uniform() * (here.beyond + here.sides);
        if (is_leaf(node) || at < here.beyond) {
            leaf = split(node, row, weights, at, rng);
            break;
        }
        node = row[nodes_[node].feature] <= nodes_[node].cut ? nodes_[node].left : nodes_[node].right;
    }
    if (leaf == none) {
        root_ = leaf = 0;
        nodes_[leaf].parent = none;
        std::copy_n(row, dimension_, rows_.data());
    }
    leaf_of_[entry] = leaf;
    for (node = leaf; node != none; node = nodes_[node].parent) ++nodes_[node].mass;
}

std::uint32_t CutTree::split(std::uint32_t node, const float* row, const double* weights, double at,
                             Rng& rng) noexcept {
    const CutBox old = box(node);
    std::size_t feature = dimension_;
    for (std::size_t i = 0; i < dimension_; ++i) {
        const double outer = beyond(row[i], old.low[i], old.high[i]);
        if (outer <= 0) continue;
        feature = i;  // the last one when rounding runs past the end
        if ((at -= weights[i] * outer) < 0) break;
    }
    const bool below = row[feature] < old.low[feature];
    const float from = below ? row[feature] : old.high[feature], to = below ? old.low[feature] : row[feature];
    const double part = rng.uniform();
    const auto drawn =
        static_cast<float>((1 - part) * static_cast<double>(from) + part * static_cast<double>(to));

    const std::uint32_t leaf = free_place(0, keys_.size()), cut = free_place(keys_.size(), nodes_.size());
    const std::uint32_t parent = nodes_[node].parent;
    child_place(parent, node) = cut;
    nodes_[cut] = {parent,
                   below ? leaf : node,
                   below ? node : leaf,
                   nodes_[node].mass,
                   static_cast<std::uint32_t>(feature),
                   drawn >= from && drawn < to ? drawn : from};
    nodes_[node].parent = nodes_[leaf].parent = cut;
    std::copy_n(row, dimension_, rows_.data() + leaf * dimension_);
    static_cast<void>(unite(cut));
    for (std::uint32_t above = parent; above != none && unite(above);) above = nodes_[above].parent;
    return leaf;
}

/// Brings the box up to date with the children's; false: it was.
bool CutTree::unite(std::uint32_t node) noexcept {
    float* low = own_box(node);
    return cut_kernels().unite(box(nodes_[node].left), box(nodes_[node].right), low, low + dimension_,
                               dimension_);
}

void CutTree::remove(std::uint32_t entry) noexcept {
    const std::uint32_t leaf = leaf_of_[entry];
    for (std::uint32_t node = leaf; node != none; node = nodes_[node].parent) --nodes_[node].mass;
    if (nodes_[leaf].mass > 0) return;
    const std::uint32_t parent = nodes_[leaf].parent;
    if (parent == none) {
        root_ = none;
        return;
    }
    const std::uint32_t sibling = nodes_[parent].left == leaf ? nodes_[parent].right : nodes_[parent].left;
    const std::uint32_t above = nodes_[parent].parent;
    child_place(above, parent) = sibling;
    nodes_[sibling].parent = above;
    nodes_[parent].mass = 0;
    for (std::uint32_t node = above; node != none && unite(node);) node = nodes_[node].parent;
}

void CutTree::fetch(std::uint32_t node) const noexcept {
    constexpr std::size_t line = 64 / sizeof(float), most = 16 * line;
    __builtin_prefetch(&nodes_[node]);
    const float* values = box(node).low;
    const std::size_t size = std::min(is_leaf(node) ? dimension_ : 2 * dimension_, most);
    for (std::size_t i = 0; i < size; i += line) __builtin_prefetch(values + i);
}

double CutTree::displacement(const float* row, const double* weights, double* credits) const noexcept {
    if (root_ == none) return 0;
    const CutKernels kernels = cut_kernels();
    // The most that a cut on the way displaces, per row of the group that it parts from the rest.
    double most = 0, sum = 0, arrives = 1;
    std::size_t most_feature = 0;
    for (std::uint32_t at = root_;;) {
        const Node& node = nodes_[at];
        const bool leaf = is_leaf(at), left = leaf || row[node.feature] <= node.cut;
        const std::uint32_t next = left ? node.left : node.right, sibling = left ? node.right : node.left;
        if (!leaf) fetch(next);
        const CutBox sides = box(at);
        const Outside here = kernels.outside(row, sides.low, sides.high, weights, dimension_);
        double parted = here.beyond > 0 ? 1 : 0;
        if (here.sides > 0) parted = here.beyond / (here.beyond + here.sides);
        const double worth = arrives * parted * node.mass;
        sum += worth;
        if (credits != nullptr && worth > 0)
            for (std::size_t i = 0; i < dimension_; ++i)
                credits[i] +=
                    worth * (weights[i] * beyond(row[i], sides.low[i], sides.high[i]) / here.beyond);
        arrives *= 1 - parted;
        if (leaf) break;
        at = next;
        const double moved = nodes_[sibling].mass, group = nodes_[next].mass + 1.0;
        if (moved > most * group) {
            most = moved / group;
            most_feature = node.feature;
        }
        if (nodes_[next].mass <= most) break;  // no cut further down displaces more
    }
    if (credits != nullptr) credits[most_feature] += arrives * most;
    return (sum + arrives * most) / nodes_[root_].mass;
}

}  // namespace sonde::detail
