// SPDX-License-Identifier: Apache-2.0
#include "models/dbscan_rows.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace sonde::detail {

DbscanRows::DbscanRows(MatrixView rows, std::span<const double> weights, double min_points,
                       const EpsSearch& search)
    : rows_{rows},
      weights_{weights},
      min_points_{min_points},
      search_{search},
      tree_{rows},
      leaves_(tree_.blocks()) {
    for (std::size_t node = 0; node < tree_.nodes(); ++node)
        if (tree_.node(node).children == 0)
            leaves_[tree_.node(node).first] = static_cast<std::uint32_t>(node);
}

/// The points of a block that are within eps of a row.
std::uint64_t DbscanRows::hits(std::size_t block, std::uint64_t wanted, std::uint32_t row) const noexcept {
    return search_.hits(tree_.panel(block), wanted, tree_.rows(block), rows_, rows_.row(row).data());
}

double DbscanRows::weight_of(std::uint64_t points, std::span<const std::uint32_t> ids) const noexcept {
    if (weights_.empty()) return std::popcount(points);
    double sum = 0;
    for_each_bit(points, [&](std::uint32_t point) { sum += weights_[ids[point]]; });
    return sum;
}

double DbscanRows::weight_of(const BlockNode& node) const noexcept {
    double sum = 0;
    for (std::size_t block = node.first; block < node.first + node.blocks; ++block) {
        const auto ids = tree_.rows(block);
        sum += weight_of(first_bits(ids.size()), ids);
    }
    return sum;
}

void DbscanRows::find_density(std::size_t block, std::span<Density> out) const noexcept {
    const auto ids = tree_.rows(block);
    std::uint64_t open = first_bits(ids.size());
    double weights[block_points] = {};
    const auto add = [&](std::uint32_t row, double weight, bool others) {
        weights[row] += weight;
        Density& density = out[ids[row]];
        if (others) density = Density::reached;
        if (weights[row] < min_points_) return;
        density = Density::core;
        open &= ~(std::uint64_t{1} << row);
    };
    const auto compare = [&](std::size_t other, std::uint64_t candidates) {
        const std::uint64_t all = first_bits(tree_.rows(other).size());
        for_each_bit(candidates & open, [&](std::uint32_t row) {
            const std::uint64_t found = hits(other, all, ids[row]),
                                itself = other == block ? std::uint64_t{1} << row : 0;
            if (found != 0) add(row, weight_of(found, tree_.rows(other)), found != itself);
        });
        return open != 0;
    };
    for (const std::uint32_t id : ids) out[id] = Density::alone;
    if (!compare(block, open)) return;
    const Box here = box(leaves_[block]);
    const auto enter = [&](std::uint32_t index) {
        const BlockNode& node = tree_.node(index);
        if (block - node.first < node.blocks) return node.blocks > 1;
        if (!search_.all_within(here, box(index))) return true;
        const double weight = weight_of(node);
        for_each_bit(open, [&](std::uint32_t row) { add(row, weight, true); });
        return false;
    };
    const auto visit = [&](std::uint32_t leaf) {
        return compare(tree_.node(leaf).first, search_.candidates(tree_.panel(block), box(leaf)));
    };
    for_each_reached(
        search_, tree_, here, [&](std::uint32_t node) { return box(node); }, enter, visit);
}

void DbscanRows::find_border(std::size_t block, std::span<const Density> density, const DbscanCores& cores,
                             std::span<const std::int32_t> least,
                             std::span<std::int32_t> labels) const noexcept {
    constexpr std::int32_t none = std::numeric_limits<std::int32_t>::max();
    const auto ids = tree_.rows(block);
    std::uint64_t open = 0;
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (density[ids[i]] == Density::reached) open |= std::uint64_t{1} << i;
    if (open == 0) return;
    std::int32_t found[block_points], highest = none;
    std::fill_n(found, block_points, none);
    const auto visit = [&](std::uint32_t leaf) {
        const std::size_t other = tree_.node(leaf).first;
        for_each_bit(search_.candidates(tree_.panel(block), cores.box(leaf)) & open, [&](std::uint32_t row) {
            if (found[row] <= least[leaf]) return;
            for_each_bit(hits(other, cores.points(other), ids[row]), [&](std::uint32_t core) {
                found[row] = std::min(found[row], labels[tree_.rows(other)[core]]);
            });
        });
        highest = 0;
        for_each_bit(open, [&](std::uint32_t row) { highest = std::max(highest, found[row]); });
        return highest > 0;
    };
    for_each_reached(
        search_, tree_, box(leaves_[block]), [&](std::uint32_t node) { return cores.box(node); },
        [&](std::uint32_t node) { return least[node] < highest; }, visit);
    for_each_bit(open, [&](std::uint32_t row) {
        if (found[row] != none) labels[ids[row]] = found[row];
    });
}

}  // namespace sonde::detail
