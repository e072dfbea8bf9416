// SPDX-License-Identifier: Apache-2.0
#include "models/block_tree.hpp"

#include <algorithm>
#include <numeric>

namespace sonde::detail {

namespace {

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
    Builder(BlockTree& tree, MatrixView rows) : tree_{tree}, data_{rows}, keys_(rows.rows()) {
        std::iota(tree.rows_.begin(), tree.rows_.end(), 0U);
    }

    void build() {
        std::uint32_t made = 1;
        tree_.nodes_[0] = {0, static_cast<std::uint32_t>(tree_.blocks()), 0, 0};
        std::vector<std::uint32_t> open{0};
        while (!open.empty()) {
            const std::uint32_t index = open.back();
            open.pop_back();
            BlockNode& node = tree_.nodes_[index];
            enclose(index);
            if (node.blocks == 1) {
                fill(node);
                continue;
            }
            const std::uint32_t half = (node.blocks + 1) / 2;
            split(node, half, widest(index));
            node.children = made;
            tree_.nodes_[made] = {node.first, half, 0, 0};
            tree_.nodes_[made + 1] = {node.first + half, node.blocks - half, 0, 0};
            open.push_back(made + 1);
            open.push_back(made);
            made += 2;
        }
        for (std::size_t i = tree_.nodes_.size(); i-- > 0;) {
            BlockNode& node = tree_.nodes_[i];  // children come after their parent
            node.least_row = node.children == 0 ? tree_.rows_[node.first * block_points]
                                                : std::min(tree_.nodes_[node.children].least_row,
                                                           tree_.nodes_[node.children + 1].least_row);
        }
    }

private:
    [[nodiscard]] std::span<std::uint32_t> rows_of(const BlockNode& node) noexcept {
        const std::size_t first = node.first * block_points;
        return std::span{tree_.rows_}.subspan(first,
                                              std::min(node.blocks * block_points, tree_.points() - first));
    }

    void enclose(std::size_t index) noexcept {
        const std::size_t dimension = tree_.dimension_;
        float* low = tree_.boxes_.data() + 2 * index * dimension;
        float* high = low + dimension;
        const auto rows = rows_of(tree_.nodes_[index]);
        std::copy_n(data_.row(rows[0]).data(), dimension, low);
        std::copy_n(low, dimension, high);
        for (const std::uint32_t row : rows.subspan(1)) {
            const float* x = data_.row(row).data();
            for (std::size_t i = 0; i < dimension; ++i) {
                low[i] = std::min(low[i], x[i]);
                high[i] = std::max(high[i], x[i]);
            }
        }
    }

    [[nodiscard]] std::size_t widest(std::size_t index) const noexcept {
        const float *low = tree_.low(index), *high = tree_.high(index);
        std::size_t widest = 0;
        double width = -1;
        for (std::size_t i = 0; i < tree_.dimension_; ++i) {
            const double difference = static_cast<double>(high[i]) - static_cast<double>(low[i]);
            if (difference <= width) continue;
            width = difference;
            widest = i;
        }
        return widest;
    }

    void split(const BlockNode& node, std::size_t left_blocks, std::size_t feature) noexcept {
        const auto rows = rows_of(node);
        const auto keys = std::span{keys_}.first(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) keys[i] = ordered(data_.row(rows[i])[feature], rows[i]);
        const auto middle = keys.begin() + static_cast<std::ptrdiff_t>(left_blocks * block_points);
        std::nth_element(keys.begin(), middle, keys.end());
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint32_t>(keys[i]);
    }

    void fill(const BlockNode& leaf) noexcept {
        const auto rows = rows_of(leaf);
        std::sort(rows.begin(), rows.end());
        Lanes* lanes = tree_.lanes_.data() + leaf.first * tree_.dimension_;
        for (std::size_t p = 0; p < block_points; ++p) {
            const float* x = data_.row(rows[std::min(p, rows.size() - 1)]).data();
            for (std::size_t i = 0; i < tree_.dimension_; ++i) lanes[i].lane[p] = x[i];
        }
    }

    BlockTree& tree_;
    MatrixView data_;
    std::vector<std::uint64_t> keys_;
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
