// SPDX-License-Identifier: Apache-2.0
#include "models/block_tree.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "models/quick_select.hpp"

namespace sonde::detail {

namespace {

/// Sorts the rows of a leaf: each goes behind as many as are smaller. No branch depends on them.
/// \param keys  at most `block_points`; the row below
void sort_rows(std::span<const std::uint64_t> keys, std::span<std::uint32_t> rows) noexcept {
    std::int32_t unsorted[block_points];
    std::fill_n(unsorted, block_points, std::numeric_limits<std::int32_t>::max());
    for (std::size_t i = 0; i < keys.size(); ++i)
        unsorted[i] = static_cast<std::int32_t>(keys[i] & 0x7fff'ffff);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        std::int32_t smaller = 0;
        for (const std::int32_t other : unsorted) smaller += static_cast<std::int32_t>(other < unsorted[i]);
        rows[static_cast<std::size_t>(smaller)] = static_cast<std::uint32_t>(unsorted[i]);
    }
}

/// Numbers that are in the order of the floats, then of the rows. No NaN; both zeros are the same.
std::uint64_t ordered(float value, std::uint32_t row) noexcept {
    value += 0.0F;
    std::uint32_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    constexpr std::uint32_t sign = 0x8000'0000U;
    bits = (bits & sign) != 0 ? ~bits : bits | sign;
    return static_cast<std::uint64_t>(bits) << 32 | row;
}

}  // namespace

class BlockTree::Builder {
public:
    Builder(BlockTree& tree, MatrixView rows)
        : tree_{tree},
          data_{rows},
          keys_(rows.rows()),
          spare_(rows.rows()),
          low_(rows.cols()),
          high_(rows.cols()) {
        std::iota(keys_.begin(), keys_.end(), std::uint64_t{0});
    }

    void build() {
        struct Open {
            std::uint32_t node;
            std::size_t feature;  // that its keys are of
        };
        std::uint32_t made = 1;
        tree_.nodes_[0] = {0, static_cast<std::uint32_t>(tree_.blocks()), 0, 0};
        std::vector<Open> open{{0, tree_.dimension_}};
        while (!open.empty()) {
            const auto [index, feature] = open.back();
            open.pop_back();
            BlockNode& node = tree_.nodes_[index];
            if (node.blocks == 1) {
                fill(node, tree_.boxes_.data() + std::size_t{2} * index * tree_.dimension_);
                continue;
            }
            const std::uint32_t half = (node.blocks + 1) / 2;
            const std::size_t widest = widest_of(node);
            if (widest != feature) make_keys(node, widest);
            quick_select(keys_of(node), half * block_points, spare_.data());
            node.children = made;
            tree_.nodes_[made] = {node.first, half, 0, 0};
            tree_.nodes_[made + 1] = {node.first + half, node.blocks - half, 0, 0};
            open.push_back({made + 1, widest});
            open.push_back({made, widest});
            made += 2;
        }
        for (std::size_t i = tree_.nodes_.size(); i-- > 0;) finish(i);  // children come after their parent
    }

private:
    /// Its points: the row below, above what it has of a feature.
    [[nodiscard]] std::span<std::uint64_t> keys_of(const BlockNode& node) noexcept {
        const std::size_t first = node.first * block_points;
        return std::span{keys_}.subspan(first, std::min(node.blocks * block_points, tree_.points() - first));
    }
    [[nodiscard]] static std::uint32_t row_of(std::uint64_t key) noexcept {
        return static_cast<std::uint32_t>(key);
    }

    void make_keys(const BlockNode& node, std::size_t feature) noexcept {
        for (std::uint64_t& key : keys_of(node)) key = ordered(data_.row(row_of(key))[feature], row_of(key));
    }

    /// The feature in which the points, or some where they are many, lie farthest apart.
    [[nodiscard]] std::size_t widest_of(const BlockNode& node) noexcept {
        constexpr std::size_t most = 128;
        const auto keys = keys_of(node);
        const std::size_t step = (keys.size() + most - 1) / most;
        const float* first = data_.row(row_of(keys[0])).data();
        std::copy_n(first, low_.size(), low_.data());
        std::copy_n(first, low_.size(), high_.data());
        for (std::size_t i = step; i < keys.size(); i += step) enclose(data_.row(row_of(keys[i])).data());
        std::size_t widest = 0;
        double width = -1;
        for (std::size_t i = 0; i < low_.size(); ++i) {
            const double difference = static_cast<double>(high_[i]) - static_cast<double>(low_[i]);
            if (difference <= width) continue;
            width = difference;
            widest = i;
        }
        return widest;
    }

    void enclose(const float* x) noexcept {
        for (std::size_t i = 0; i < low_.size(); ++i) {
            low_[i] = std::min(low_[i], x[i]);
            high_[i] = std::max(high_[i], x[i]);
        }
    }

    void fill(const BlockNode& leaf, float* box) noexcept {
        const auto keys = keys_of(leaf);
        const auto rows = std::span{tree_.rows_}.subspan(leaf.first * block_points, keys.size());
        sort_rows(keys, rows);
        Lanes* lanes = tree_.lanes_.data() + leaf.first * tree_.dimension_;
        for (std::size_t p = 0; p < block_points; ++p) {
            const float* x = data_.row(rows[std::min(p, rows.size() - 1)]).data();
            for (std::size_t i = 0; i < tree_.dimension_; ++i) lanes[i].lane[p] = x[i];
        }
        for (std::size_t i = 0; i < tree_.dimension_; ++i) {
            const auto [low, high] = std::minmax_element(lanes[i].lane, lanes[i].lane + block_points);
            box[i] = *low;
            box[tree_.dimension_ + i] = *high;
        }
    }

    /// Of a node whose children are finished.
    void finish(std::size_t index) noexcept {
        BlockNode& node = tree_.nodes_[index];
        if (node.children == 0) {
            node.least_row = tree_.rows_[node.first * block_points];
            return;
        }
        const std::size_t left = node.children, right = left + 1, dimension = tree_.dimension_;
        node.least_row = std::min(tree_.nodes_[left].least_row, tree_.nodes_[right].least_row);
        float* low = tree_.boxes_.data() + 2 * index * dimension;
        for (std::size_t i = 0; i < dimension; ++i) {
            low[i] = std::min(tree_.low(left)[i], tree_.low(right)[i]);
            low[dimension + i] = std::max(tree_.high(left)[i], tree_.high(right)[i]);
        }
    }

    BlockTree& tree_;
    MatrixView data_;
    std::vector<std::uint64_t> keys_, spare_;
    std::vector<float> low_, high_;
};

BlockTree::BlockTree(MatrixView rows)
    : dimension_{rows.cols()},
      rows_(rows.rows()),
      nodes_(2 * blocks() - 1),
      boxes_(2 * nodes_.size() * dimension_),
      lanes_(blocks() * dimension_) {
    Builder{*this, rows}.build();
}

std::vector<float> BlockTree::in_order() const {
    std::vector<float> values(points() * dimension_);
    for (std::size_t position = 0; position < points(); ++position)
        for (std::size_t i = 0; i < dimension_; ++i)
            values[rows_[position] * dimension_ + i] = value(position, i);
    return values;
}

}  // namespace sonde::detail
