// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/tree_nodes.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::detail;

namespace {

using Tree = std::vector<GrownNode>;

constexpr std::uint32_t no_feature = 0xffff'ffffU;
constexpr float largest = std::numeric_limits<float>::max();

// Depth-first: 0 (x1 <= 5) -> 1 (x0 <= -1 -> 2, 3), 4.
Tree five_nodes() {
    return {{5, 1, 1, 4, 10}, {-1, 0, 2, 3, 11}, {.value = 12}, {.value = 13}, {.value = 14}};
}

Tree leaf_of_value(double value) { return {{.value = value}}; }

TreeNodes two_trees() {
    TreeNodes nodes{2};
    nodes.add("Test", five_nodes());
    nodes.add("Test", leaf_of_value(7));
    return nodes;
}

/// A split of x0 at each of `depth` levels, its left child being a leaf.
Tree chain(std::uint32_t depth) {
    Tree tree;
    for (std::uint32_t i = 0; i < depth; ++i) {
        tree.push_back({.threshold = static_cast<double>(i), .left = 2 * i + 1, .right = 2 * i + 2});
        tree.push_back({.value = static_cast<double>(i)});
    }
    tree.push_back({.value = -1});
    return tree;
}

std::vector<std::byte> written(const TreeNodes& nodes) {
    ByteWriter writer;
    nodes.write(writer);
    return {writer.bytes().begin(), writer.bytes().end()};
}

TreeNodes read(std::span<const std::byte> bytes, std::size_t dimension = 2) {
    ByteReader reader{bytes};
    auto nodes = TreeNodes::read("Test", reader, dimension);
    reader.finish();
    return nodes;
}

struct Stored {
    std::uint32_t feature;  // or no_feature
    float value;
};

/// One tree as it lies in a file.
std::vector<std::byte> stored(const std::vector<Stored>& tree, float threshold = 0) {
    ByteWriter writer;
    writer.u64(1);
    writer.u64(tree.size());
    for (const auto& node : tree) {
        writer.u32(node.feature);
        writer.f32(node.value);
        if (node.feature != no_feature) writer.f32(threshold);
    }
    return {writer.bytes().begin(), writer.bytes().end()};
}

}  // namespace

TEST_CASE("TreeNodes: trees are packed breadth-first, siblings side by side", "[models]") {
    const TreeNodes nodes = two_trees();
    REQUIRE(nodes.nodes().size() == 6);
    const std::vector<float> values{10, 11, 14, 12, 13, 7};
    for (std::size_t i = 0; i < 6; ++i) CHECK(nodes.nodes()[i].value == values[i]);
    CHECK(nodes.nodes()[0].threshold == 5);
    CHECK(nodes.nodes()[0].feature == 1);
    CHECK(nodes.nodes()[0].left == 1);
    CHECK(nodes.nodes()[1].threshold == -1);
    CHECK(nodes.nodes()[1].feature == 0);
    CHECK(nodes.nodes()[1].left == 3);
    REQUIRE(nodes.trees().size() == 2);
    CHECK(nodes.trees()[0].root == 0);
    CHECK(nodes.trees()[0].depth == 2);
    CHECK(nodes.trees()[1].root == 5);
    CHECK(nodes.trees()[1].depth == 0);
}

TEST_CASE("TreeNodes: a leaf leads to itself, whatever the row", "[models]") {
    const TreeNodes nodes = two_trees();
    for (const std::size_t leaf : {2U, 3U, 4U, 5U}) {
        CHECK(is_leaf(nodes.nodes(), leaf));
        CHECK(nodes.nodes()[leaf].left == leaf);
        CHECK(nodes.nodes()[leaf].feature == 0);
        CHECK(nodes.nodes()[leaf].threshold == largest);
    }
    CHECK_FALSE(is_leaf(nodes.nodes(), 0));
}

TEST_CASE("TreeNodes: the depth is that of the farthest leaf", "[models]") {
    for (const std::uint32_t depth : {0U, 1U, 2U, 9U, 1000U}) {
        TreeNodes nodes{1};
        nodes.add("Test", chain(depth));
        CHECK(nodes.trees()[0].depth == depth);
    }
}

TEST_CASE("TreeNodes: a float is on the same side of a packed threshold as of the one that was given",
          "[models]") {
    Rng rng{1};
    for (int i = 0; i < 2000; ++i) {
        const float near = static_cast<float>(rng.normal()) * (i % 2 == 0 ? 1.0F : 1e30F);
        const auto bits = std::bit_cast<std::uint32_t>(near);
        const double next = static_cast<double>(std::bit_cast<float>(bits + 1)),
                     at = static_cast<double>(near);
        const double threshold = i % 5 == 0 ? at : at + (next - at) * rng.uniform();
        TreeNodes nodes{1};
        nodes.add("Test", Tree{{threshold, 0, 1, 2, 0}, {}, {}});
        for (const std::uint32_t x : {bits - 1, bits, bits + 1}) {
            const float value = std::bit_cast<float>(x);
            REQUIRE((value <= nodes.nodes()[0].threshold) == (static_cast<double>(value) <= threshold));
        }
    }
}

TEST_CASE("TreeNodes: a threshold above the largest float sends every row to the left", "[models]") {
    TreeNodes nodes{1};
    nodes.add("Test", Tree{{1e300, 0, 1, 2, 0}, {}, {}});
    CHECK(nodes.nodes()[0].threshold == largest);
}

TEST_CASE("TreeNodes: what is no tree is refused", "[models]") {
    const auto add = [](const Tree& tree) {
        TreeNodes nodes{2};
        nodes.add("Test", tree);
    };
    const double nan = std::bit_cast<double>(0x7ff8'0000'0000'0000U);
    CHECK_THROWS_WITH(add({}), "Test: number of nodes of tree 0 is 0, must be at least 1");
    CHECK_THROWS_WITH(add({{1, 2, 1, 2, 0}, {}, {}}),
                      "Test: feature of node 0 of tree 0 is 2, must be below the dimension");
    CHECK_THROWS_AS(add({{1, no_feature, 1, 2, 0}, {}, {}}), std::invalid_argument);
    for (const auto& [left, right] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
             {1, 1}, {0, 1}, {1, 0}, {2, 3}, {3, 1}, {no_feature, 1}, {2, 2}})
        CHECK_THROWS_AS(add({{1, 0, left, right, 0}, {}, {}}), std::invalid_argument);
    CHECK_THROWS_AS(add({{1, 0, 1, 2, 0}, {1, 0, 2, 3, 0}, {}, {}}),
                    std::invalid_argument);  // 2 has two parents
    CHECK_THROWS_AS(add({{1, 0, 1, 2, 0}, {1, 0, 1, 2, 0}, {}}),
                    std::invalid_argument);                 // 1 is its own child
    CHECK_THROWS_AS(add({{}, {}}), std::invalid_argument);  // 1 has no parent
    CHECK_THROWS_AS(add({{nan, 0, 1, 2, 0}, {}, {}}), std::invalid_argument);
    CHECK_THROWS_AS(add({{-1e39, 0, 1, 2, 0}, {}, {}}), std::invalid_argument);
    CHECK_THROWS_AS(add({{1, 0, 1, 2, 1e39}, {}, {}}), std::invalid_argument);
    CHECK_THROWS_AS(add({{.value = nan}}), std::invalid_argument);
}

TEST_CASE("TreeNodes: what was written is read back", "[models]") {
    const TreeNodes nodes = two_trees();
    const auto bytes = written(nodes);
    CHECK(bytes.size() == 8 + 2 * 8 + 6 * 8 + 2 * 4);
    const TreeNodes again = read(bytes);
    CHECK(written(again) == bytes);
    CHECK(again.trees()[0].depth == 2);
    CHECK(again.nodes()[1].left == 3);
    CHECK(read(written(TreeNodes{2})).trees().empty());
}

TEST_CASE("TreeNodes: truncated bytes are refused", "[models]") {
    const auto bytes = written(two_trees());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(read({bytes.data(), size}), FormatError);
}

TEST_CASE("TreeNodes: bytes that are no tree are refused", "[models]") {
    constexpr Stored leaf{no_feature, 1}, split{1, 1};
    CHECK_NOTHROW(read(stored({split, leaf, leaf})));
    for (const auto& tree : std::vector<std::vector<Stored>>{{},
                                                             {split},
                                                             {leaf, leaf},
                                                             {split, leaf},
                                                             {split, leaf, leaf, leaf},
                                                             {leaf, split, leaf},
                                                             {split, split, leaf},
                                                             {split, leaf, leaf, split, leaf, leaf, leaf},
                                                             {{2, 1}, leaf, leaf}})
        CHECK_THROWS_AS(read(stored(tree)), FormatError);
    const float infinity = std::bit_cast<float>(0x7f80'0000U);
    CHECK_THROWS_AS(read(stored({split, leaf, leaf}, infinity)), FormatError);
    CHECK_THROWS_AS(read(stored({split, leaf, {no_feature, infinity}})), FormatError);
    ByteWriter many;
    many.u64(std::uint64_t{1} << 60);
    CHECK_THROWS_AS(read(many.bytes()), FormatError);
    ByteWriter large;
    large.u64(1);
    large.u64(std::uint64_t{1} << 60);
    large.f64(0);
    CHECK_THROWS_AS(read(large.bytes()), FormatError);
}
