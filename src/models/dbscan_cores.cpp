// SPDX-License-Identifier: Apache-2.0
#include "models/dbscan_cores.hpp"

#include <algorithm>
#include <limits>

namespace sonde::detail {

DbscanCores::DbscanCores(const BlockTree& tree, std::span<const Density> density)
    : tree_{tree},
      points_(tree.blocks()),
      first_(tree.nodes(), none),
      boxes_(2 * tree.nodes() * tree.dimension()) {
    for (std::size_t block = 0; block < tree.blocks(); ++block) {
        const auto rows = tree.rows(block);
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (density[rows[i]] == Density::core) points_[block] |= std::uint64_t{1} << i;
    }
    for (std::size_t node = tree.nodes(); node-- > 0;)  // children come after their parent
        tree.node(node).children == 0 ? enclose_points(node) : enclose_children(node);
}

void DbscanCores::enclose_points(std::size_t leaf) noexcept {
    const std::size_t block = tree_.node(leaf).first, dimension = tree_.dimension();
    if (points_[block] == 0) return;
    const auto first = static_cast<std::size_t>(__builtin_ctzll(points_[block]));
    first_[leaf] = static_cast<std::uint32_t>(block * block_points + first);
    float* low = boxes_.data() + 2 * leaf * dimension;
    for (std::size_t i = 0; i < dimension; ++i) {
        const float* values = tree_.panel(block) + i * block_points;
        float least = values[first], largest = least;
        for_each_bit(points_[block], [&](std::uint32_t point) {
            least = std::min(least, values[point]);
            largest = std::max(largest, values[point]);
        });
        low[i] = least;
        low[dimension + i] = largest;
    }
}

void DbscanCores::enclose_children(std::size_t node) noexcept {
    const std::size_t left = tree_.node(node).children, right = left + 1, dimension = tree_.dimension();
    first_[node] = std::min(first_[left], first_[right]);
    const Box a = box(first_[left] == none ? right : left), b = box(first_[right] == none ? left : right);
    float* low = boxes_.data() + 2 * node * dimension;
    for (std::size_t i = 0; i < dimension; ++i) {
        low[i] = std::min(a.low[i], b.low[i]);
        low[dimension + i] = std::max(a.high[i], b.high[i]);
    }
}

std::vector<std::int32_t> DbscanCores::least(std::span<const std::int32_t> labels) const {
    std::vector<std::int32_t> least(tree_.nodes(), std::numeric_limits<std::int32_t>::max());
    for (std::size_t i = tree_.nodes(); i-- > 0;) {
        const BlockNode& node = tree_.node(i);
        if (node.children != 0) {
            least[i] = std::min(least[node.children], least[node.children + 1]);
            continue;
        }
        const auto rows = tree_.rows(node.first);
        for_each_bit(points_[node.first],
                     [&](std::uint32_t point) { least[i] = std::min(least[i], labels[rows[point]]); });
    }
    return least;
}

}  // namespace sonde::detail
