// SPDX-License-Identifier: Apache-2.0
#include "models/block_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using detail::block_points;
using detail::BlockTree;
using sonde::testing::noise;

namespace {

/// Checks every node below this one.
/// \returns how deep the deepest leaf lies
std::size_t check_node(const BlockTree& tree, MatrixView rows, std::size_t index) {
    const auto node = tree.node(index);
    const std::size_t first = node.first * block_points;
    const std::size_t end = std::min((node.first + node.blocks) * block_points, tree.points());
    const auto within = tree.rows().subspan(first, end - first);
    CHECK(node.least_row == *std::min_element(within.begin(), within.end()));
    for (std::size_t i = 0; i < tree.dimension(); ++i) {
        float low = rows.row(within[0])[i], high = low;
        for (const std::uint32_t row : within) {
            low = std::min(low, rows.row(row)[i]);
            high = std::max(high, rows.row(row)[i]);
        }
        CHECK(tree.low(index)[i] == low);
        CHECK(tree.high(index)[i] == high);
    }
    if (node.children == 0) {
        CHECK(node.blocks == 1);
        return 0;
    }
    const auto left = tree.node(node.children), right = tree.node(node.children + 1);
    CHECK(left.first == node.first);
    CHECK(right.first == left.first + left.blocks);
    CHECK(left.blocks + right.blocks == node.blocks);
    CHECK(left.blocks - right.blocks <= 1);
    return 1 + std::max(check_node(tree, rows, node.children), check_node(tree, rows, node.children + 1));
}

}  // namespace

TEST_CASE("BlockTree: every row is in one block, boxes are those of their points, the depth is least",
          "[models]") {
    const std::size_t count = GENERATE(1U, 2U, 63U, 64U, 65U, 128U, 129U, 1000U, 4096U);
    const std::size_t dimension = GENERATE(1U, 3U, 20U);
    auto values = noise(count * (dimension + 2), 1);
    if (count == 1000)  // few different ones
        for (float& value : values) value = static_cast<float>(static_cast<int>(value));
    const MatrixView rows{values.data(), count, dimension, dimension + 2};
    const BlockTree tree{rows};
    REQUIRE(tree.points() == count);
    REQUIRE(tree.dimension() == dimension);
    REQUIRE(tree.blocks() == (count + block_points - 1) / block_points);
    CHECK(tree.nodes() == 2 * tree.blocks() - 1);
    std::size_t depth = 0;
    while ((std::size_t{1} << depth) < tree.blocks()) ++depth;
    CHECK(check_node(tree, rows, 0) == depth);

    const auto in_order = tree.in_order();
    for (std::size_t row = 0; row < count; ++row)
        for (std::size_t i = 0; i < dimension; ++i) CHECK(in_order[row * dimension + i] == rows.row(row)[i]);
    std::vector<bool> seen(count);
    for (std::size_t block = 0; block < tree.blocks(); ++block) {
        const auto within = tree.rows(block);
        CHECK(std::is_sorted(within.begin(), within.end()));
        for (std::size_t p = 0; p < block_points; ++p) {
            const std::uint32_t row = within[std::min(p, within.size() - 1)];
            seen[row] = true;
            for (std::size_t i = 0; i < dimension; ++i) {
                CHECK(tree.panel(block)[i * block_points + p] == rows.row(row)[i]);
                CHECK(tree.value(block * block_points + p, i) == rows.row(row)[i]);
            }
        }
    }
    CHECK(std::count(seen.begin(), seen.end(), true) == static_cast<std::ptrdiff_t>(count));
}

TEST_CASE("BlockTree: identical rows stay in order", "[models]") {
    const std::size_t count = 5000;
    const std::vector<float> values(count * 2, 0.5F);
    const BlockTree tree{{values.data(), count, 2}};
    for (std::uint32_t i = 0; i < count; ++i) CHECK(tree.rows()[i] == i);
}

TEST_CASE("BlockTree: the largest floats are split like others, both zeros are one", "[models]") {
    std::vector<float> values(1000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 2 == 0 ? 3e38F : -3e38F;
    const BlockTree tree{{values.data(), values.size(), 1}};
    for (std::uint32_t i = 0; i < 7 * block_points; ++i) CHECK(tree.rows()[i] == 2 * i + 1);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 2 == 0 ? 0.0F : -0.0F;
    const BlockTree zeros{{values.data(), values.size(), 1}};
    for (std::uint32_t i = 0; i < values.size(); ++i) CHECK(zeros.rows()[i] == i);
}
