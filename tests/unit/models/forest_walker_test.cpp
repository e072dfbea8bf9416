// SPDX-License-Identifier: Apache-2.0
#include "models/forest_walker.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::detail;

namespace {

using Tree = std::vector<GrownNode>;

constexpr std::size_t dimension = 5;

/// Grows node `at` and what is below it: some branches end at once, some reach the depth.
void grow(Tree& tree, std::size_t at, std::size_t depth, Rng& rng) {
    tree[at].value = rng.normal();
    if (depth == 0 || rng.below(8) == 0) return;
    tree[at].threshold = rng.normal();
    tree[at].feature = static_cast<std::uint32_t>(rng.below(dimension));
    for (const bool right : {false, true}) {
        const auto child = static_cast<std::uint32_t>(tree.size());
        (right ? tree[at].right : tree[at].left) = child;
        tree.emplace_back();
        grow(tree, child, depth - 1, rng);
    }
}

std::vector<Tree> random_trees(std::size_t count, std::size_t depth, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<Tree> trees(count, Tree(1));
    for (Tree& tree : trees) grow(tree, 0, rng.below(depth + 1), rng);
    return trees;
}

TreeNodes packed(const std::vector<Tree>& trees) {
    TreeNodes nodes{dimension};
    for (const Tree& tree : trees) nodes.add("Test", tree);
    return nodes;
}

const GrownNode& leaf_by_hand(const Tree& tree, const float* row) {
    std::size_t at = 0;
    while (tree[at].left != 0)
        at =
            static_cast<double>(row[tree[at].feature]) <= tree[at].threshold ? tree[at].left : tree[at].right;
    return tree[at];
}

std::vector<float> rows_of(std::size_t count) {
    Rng rng{3};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

std::vector<const float*> begins_of(const std::vector<float>& values) {
    std::vector<const float*> begins;
    for (std::size_t i = 0; i < values.size(); i += dimension) begins.push_back(values.data() + i);
    return begins;
}

}  // namespace

TEST_CASE("sum_leaves: is the sum over the trees of the leaf that the row ends in", "[models]") {
    const std::size_t count = GENERATE(1U, 15U, 16U, 17U, 60U);
    const std::size_t depth = GENERATE(0U, 1U, 7U, 8U, 9U, 12U);
    const auto trees = random_trees(count, depth, count + depth);
    const TreeNodes nodes = packed(trees);
    const auto values = rows_of(40);
    for (const float* row : begins_of(values)) {
        double sum = 0;
        for (const Tree& tree : trees)
            sum += static_cast<double>(static_cast<float>(leaf_by_hand(tree, row).value));
        REQUIRE(sum_leaves(nodes, row) == Approx(sum).epsilon(1e-13).margin(1e-13));
    }
}

TEST_CASE("sum_leaves: many rows give what each gives, to the bit", "[models]") {
    const TreeNodes nodes = packed(random_trees(50, 11, 7));
    for (const std::size_t count : {0U, 1U, 2U, 15U, 16U, 17U, 128U, 129U, 300U}) {
        const auto values = rows_of(count);
        const auto begins = begins_of(values);
        std::vector<double> sums(count, -1e9);
        sum_leaves(nodes, begins, sums);
        for (std::size_t i = 0; i < count; ++i) {
#ifdef __FAST_MATH__
            REQUIRE(sums[i] == Approx(sum_leaves(nodes, begins[i])).epsilon(1e-13));
#else
            REQUIRE(sums[i] == sum_leaves(nodes, begins[i]));
#endif
        }
    }
}

TEST_CASE("sum_leaves: a tree as deep as it has splits is walked to its end", "[models]") {
    Tree tree;
    constexpr std::uint32_t depth = 200;
    for (std::uint32_t i = 0; i < depth; ++i) {
        tree.push_back({.threshold = static_cast<double>(i), .left = 2 * i + 1, .right = 2 * i + 2});
        tree.push_back({.value = static_cast<double>(i)});
    }
    tree.push_back({.value = static_cast<double>(depth)});
    const TreeNodes nodes = packed({tree});
    std::vector<float> row(dimension);
    for (std::uint32_t i = 0; i <= depth; ++i) {
        row[0] = static_cast<float>(i);
        CHECK(sum_leaves(nodes, row.data()) == static_cast<double>(i));
        double sum = 0;
        const float* begin = row.data();
        sum_leaves(nodes, {&begin, 1}, {&sum, 1});
        CHECK(sum == static_cast<double>(i));
    }
}

TEST_CASE("sum_leaves: a value at the threshold goes to the left", "[models]") {
    const TreeNodes nodes = packed({Tree{{2, 3, 1, 2, 0}, {.value = -1}, {.value = 1}}});
    std::vector<float> row(dimension);
    row[3] = 2;
    CHECK(sum_leaves(nodes, row.data()) == -1);
    row[3] = 2.0000002F;
    CHECK(sum_leaves(nodes, row.data()) == 1);
}

TEST_CASE("leaf_of, for_each_split: follow the row through one tree", "[models]") {
    const auto trees = random_trees(30, 9, 11);
    const TreeNodes nodes = packed(trees);
    const auto values = rows_of(20);
    for (const float* row : begins_of(values)) {
        for (std::size_t tree = 0; tree < trees.size(); ++tree) {
            const auto expected = static_cast<float>(leaf_by_hand(trees[tree], row).value);
            REQUIRE(nodes.nodes()[leaf_of(nodes, tree, row)].value == expected);
            std::uint32_t at = nodes.trees()[tree].root;
            float last = nodes.nodes()[at].value;
            for_each_split(nodes, tree, row, [&](const TreeNode& parent, const TreeNode& child) {
                REQUIRE(&parent == &nodes.nodes()[at]);
                at = parent.left + (row[parent.feature] <= parent.threshold ? 0U : 1U);
                REQUIRE(&child == &nodes.nodes()[at]);
                last = child.value;
            });
            REQUIRE(last == expected);
        }
    }
}

TEST_CASE("sum_leaves: allocates nothing", "[models]") {
    const TreeNodes nodes = packed(random_trees(20, 8, 13));
    const auto values = rows_of(200);
    const auto begins = begins_of(values);
    std::vector<double> sums(200);
    const testing::AllocationCount count;
    sum_leaves(nodes, begins, sums);
    static_cast<void>(sum_leaves(nodes, begins[0]));
    CHECK(count.since_start() == 0);
}
