// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

/// Points of a leaf: what a kernel compares with a row at a time.
inline constexpr std::size_t block_points = 64;

/// A part of the points of a `BlockTree`: blocks that follow each other.
struct BlockNode {
    std::uint32_t first = 0, blocks = 0;
    std::uint32_t children = 0;   ///< the first of two that adjoin; 0: a leaf, one block
    std::uint32_t least_row = 0;  ///< the smallest row in it: of equally near ones the first is wanted
};

/// Points that were split at the median of their widest feature until 64 are left, as a copy that vector
/// instructions take: a k-d tree (Bentley: Multidimensional binary search trees, CACM 18, 1975) with leaves that are
/// worth a kernel's call, and around every node the box of its points.
///
/// The median is one of positions, equal values in the order of rows: no number of equal points makes the tree any
/// deeper than ceil(log2(blocks)). All blocks but the last are full. Of a million identical points the blocks hold the
/// rows in order, so that a search for the first of them ends in one.
///
/// Memory: 4.3 bytes per point and feature, and 4 bytes a point; 16 more while it is built.
/// Cost: O(n log n x dimension). Threading: immutable.
class BlockTree {
public:
    /// As many points as an index counts.
    static constexpr std::size_t max_points = 0x7fff'ffff;

    /// \param rows  copied; at least one, at most `max_points`, at least one feature, every value finite
    explicit BlockTree(MatrixView rows);

    [[nodiscard]] std::size_t points() const noexcept { return rows_.size(); }
    [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; }
    [[nodiscard]] std::size_t blocks() const noexcept { return (points() + block_points - 1) / block_points; }
    [[nodiscard]] std::size_t nodes() const noexcept { return nodes_.size(); }

    /// The points of a block, feature after feature: feature i of point p is at [i * block_points + p], 64-byte
    /// aligned. The last block is filled up with copies of the last point.
    [[nodiscard]] const float* panel(std::size_t block) const noexcept {
        return lanes_[block * dimension_].lane;
    }
    /// Which row each point of a block is, ascending.
    [[nodiscard]] std::span<const std::uint32_t> rows(std::size_t block) const noexcept {
        const std::size_t first = block * block_points, left = points() - first;
        return {rows_.data() + first, left < block_points ? left : block_points};
    }
    /// Which row each point is, block after block.
    [[nodiscard]] std::span<const std::uint32_t> rows() const noexcept { return rows_; }
    /// Feature `i` of a point, by its position: 64 times its block and its place there.
    [[nodiscard]] float value(std::size_t position, std::size_t i) const noexcept {
        return lanes_[position / block_points * dimension_ + i].lane[position % block_points];
    }

    /// The rows as they were given, row after row.
    [[nodiscard]] std::vector<float> in_order() const;

    /// Node 0 has all points.
    [[nodiscard]] const BlockNode& node(std::size_t index) const noexcept { return nodes_[index]; }
    /// The corners of the box around a node's points: `dimension()` floats each. Those of siblings adjoin.
    [[nodiscard]] const float* low(std::size_t node) const noexcept {
        return boxes_.data() + 2 * node * dimension_;
    }
    [[nodiscard]] const float* high(std::size_t node) const noexcept { return low(node) + dimension_; }

private:
    struct alignas(64) Lanes {
        float lane[block_points];
    };
    class Builder;

    std::size_t dimension_;
    std::vector<std::uint32_t> rows_;
    std::vector<BlockNode> nodes_;
    std::vector<float> boxes_;
    std::vector<Lanes> lanes_;
};

}  // namespace sonde::detail
