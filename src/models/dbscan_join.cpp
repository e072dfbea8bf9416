// SPDX-License-Identifier: Apache-2.0
#include "models/dbscan_join.hpp"

#include <bit>
#include <utility>

namespace sonde::detail {

namespace {

/// The position of a point.
std::uint32_t at(std::size_t block, std::uint32_t point) noexcept {
    return static_cast<std::uint32_t>(block * block_points) + point;
}

}  // namespace

DbscanJoin::DbscanJoin(const DbscanCores& cores, MatrixView rows, const EpsSearch& search)
    : cores_{cores},
      tree_{cores.tree()},
      rows_{rows},
      search_{search},
      sets_{tree_.points()},
      one_(tree_.nodes()) {}

void DbscanJoin::run(FunctionRef<void()> done) { inside(0, done); }

bool DbscanJoin::leaf(std::size_t node) const noexcept { return tree_.node(node).children == 0; }

/// Whether both are one set, and the same.
bool DbscanJoin::same(std::size_t a, std::size_t b) noexcept {
    return one_[a] != 0 && one_[b] != 0 && sets_.find(cores_.first(a)) == sets_.find(cores_.first(b));
}

/// The core rows of a block that are within eps of the row at a position.
std::uint64_t DbscanJoin::hits(std::size_t block, std::uint32_t position) const noexcept {
    return search_.hits(tree_.panel(block), cores_.points(block), tree_.rows(block), rows_,
                        rows_.row(tree_.rows()[position]).data());
}

void DbscanJoin::unite_all(std::size_t node) noexcept {
    const BlockNode& blocks = tree_.node(node);
    for (std::size_t block = blocks.first; block < blocks.first + blocks.blocks; ++block)
        for_each_bit(cores_.points(block),
                     [&](std::uint32_t point) { sets_.unite(cores_.first(node), at(block, point)); });
    one_[node] = 1;
}

/// Whether a node that was several sets has become one.
void DbscanJoin::look_again(std::size_t node) noexcept {
    if (one_[node] != 0) return;
    if (!leaf(node)) {
        const std::size_t left = tree_.node(node).children, right = left + 1;
        const bool one_sided =
            cores_.first(left) == DbscanCores::none || cores_.first(right) == DbscanCores::none;
        one_[node] = one_sided ? one_[left] | one_[right] : static_cast<std::uint8_t>(same(left, right));
        return;
    }
    const std::size_t block = tree_.node(node).first;
    const std::uint32_t set = sets_.find(cores_.first(node));
    std::uint64_t left = cores_.points(block);
    while (left != 0 && sets_.find(at(block, static_cast<std::uint32_t>(std::countr_zero(left)))) == set)
        left &= left - 1;
    one_[node] = left == 0 ? 1 : 0;
}

void DbscanJoin::inside(std::size_t node, FunctionRef<void()> done) {
    if (leaf(node)) {
        inside_leaf(node);
        return done();
    }
    const std::size_t left = tree_.node(node).children, right = left + 1;
    inside(left, done);
    inside(right, done);
    if (cores_.first(left) != DbscanCores::none && cores_.first(right) != DbscanCores::none)
        between(left, right, search_.squares_between(cores_.box(left), cores_.box(right)));
    look_again(node);
}

void DbscanJoin::inside_leaf(std::size_t node) noexcept {
    const std::size_t block = tree_.node(node).first;
    const std::uint64_t points = cores_.points(block);
    if (points == 0) return;
    if (search_.all_within(cores_.box(node), cores_.box(node))) return unite_all(node);
    int sets = std::popcount(points);
    for (std::uint64_t left = points; left != 0 && sets > 1; left &= left - 1) {
        const std::uint32_t position = at(block, static_cast<std::uint32_t>(std::countr_zero(left)));
        for_each_bit(hits(block, position) & (left - 1) & left, [&](std::uint32_t point) {
            if (sets_.find(position) == sets_.find(at(block, point))) return;
            sets_.unite(position, at(block, point));
            --sets;
        });
    }
    one_[node] = sets == 1 ? 1 : 0;
}

/// Of two nodes that have core rows. \param squares  between their boxes
void DbscanJoin::between(std::size_t a, std::size_t b, double squares) noexcept {
    if (!search_.can_reach(squares) || same(a, b)) return;
    if (search_.all_within(cores_.box(a), cores_.box(b))) {
        unite_all(a);
        unite_all(b);
        sets_.unite(cores_.first(a), cores_.first(b));
        return;
    }
    if (leaf(a) && leaf(b)) return between_leaves(a, b);
    if (tree_.node(b).blocks > tree_.node(a).blocks) std::swap(a, b);
    std::size_t first = tree_.node(a).children, then = first + 1;
    if (cores_.first(first) == DbscanCores::none) std::swap(first, then);
    double to_first = search_.squares_between(cores_.box(first), cores_.box(b)), to_then = 0;
    const bool both = cores_.first(then) != DbscanCores::none;
    if (both) to_then = search_.squares_between(cores_.box(then), cores_.box(b));
    if (both && to_then < to_first) {
        std::swap(first, then);
        std::swap(to_first, to_then);
    }
    between(first, b, to_first);
    look_again(a);
    if (!both || same(a, b)) return;
    between(then, b, to_then);
    look_again(a);
}

/// Whether the row at a position was joined with anyone in a leaf.
bool DbscanJoin::join_row(std::uint32_t position, std::size_t leaf) noexcept {
    const std::size_t block = tree_.node(leaf).first;
    std::uint32_t set = sets_.find(position);
    if (one_[leaf] != 0 && sets_.find(cores_.first(leaf)) == set) return false;
    bool joined = false;
    for (std::uint64_t found = hits(block, position); found != 0; found &= found - 1) {
        const std::uint32_t other = at(block, static_cast<std::uint32_t>(std::countr_zero(found)));
        if (sets_.find(other) == set) continue;
        set = sets_.unite(set, other);
        joined = true;
        if (one_[leaf] != 0) break;
    }
    return joined;
}

void DbscanJoin::between_leaves(std::size_t a, std::size_t b) noexcept {
    const std::size_t block = tree_.node(a).first;
    bool joined = false;
    for (std::uint64_t left = search_.candidates(tree_.panel(block), cores_.box(b)) & cores_.points(block);
         left != 0; left &= left - 1) {
        joined |= join_row(at(block, static_cast<std::uint32_t>(std::countr_zero(left))), b);
        if (joined && one_[a] != 0 && one_[b] != 0) return;
    }
    if (!joined) return;
    look_again(a);
    look_again(b);
}

}  // namespace sonde::detail
