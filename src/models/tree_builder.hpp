// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/labelled_rows.hpp"
#include "models/split_finder.hpp"
#include "sonde/core/function_ref.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/tree_nodes.hpp"

namespace sonde::detail {

/// How far a tree grows; 0: no limit.
struct TreeLimits {
    std::size_t max_depth = 0, max_leaves = 0;
    std::size_t min_samples_split = 2;
    double min_impurity_decrease = 0;
    SplitRules splits{};
};

/// \throws std::invalid_argument  one that is out of range
void check_limits(std::string_view where, const TreeLimits& limits, std::size_t dimension);

/// Grows one classification tree after the other. Threading: single-writer.
class TreeBuilder {
public:
    /// \param rows  must live as long
    TreeBuilder(const RankedRows& rows, std::size_t classes, const TreeLimits& limits);

    /// \param labels   of all rows, at least one with a weight above 0; must live until the next call
    /// \param settled  told how many rows have just got their leaf; may throw
    void grow(std::span<const WeightedLabel> labels, Rng& rng,
              const FunctionRef<void(std::size_t)>& settled = {});

    /// The tree of the last `grow`, without values; children come after their parent.
    [[nodiscard]] const std::vector<GrownNode>& nodes() const noexcept { return nodes_; }
    /// By node and class.
    [[nodiscard]] std::span<const double> weights() const noexcept { return weights_; }
    /// Rows, by node.
    [[nodiscard]] std::span<const std::uint32_t> counts() const noexcept { return counts_; }
    /// By feature, summing to 1: the weighted impurity that its splits took away. All 0 where there was none.
    [[nodiscard]] std::vector<double> importances() const;

private:
    /// A node that could be split.
    struct Open {
        std::uint32_t node, depth;
        std::size_t begin, end;  // its rows in samples_
        Split split;
        double gain;
    };
    void add_node(std::size_t begin, std::size_t end, std::uint32_t depth, Rng& rng,
                  const FunctionRef<void(std::size_t)>& settled);
    [[nodiscard]] bool may_split(std::span<const double> weights, std::size_t rows,
                                 std::uint32_t depth) const noexcept;
    [[nodiscard]] Open take();
    void split(const Open& open, Rng& rng, const FunctionRef<void(std::size_t)>& settled);

    const RankedRows* rows_;
    std::size_t classes_;
    TreeLimits limits_;
    SplitFinder finder_;
    std::span<const WeightedLabel> labels_{};
    std::vector<std::uint32_t> samples_;  // the rows, those of a node side by side
    std::vector<Open> open_;              // with a limit of leaves a heap
    std::vector<GrownNode> nodes_;
    std::vector<double> weights_, gains_;
    std::vector<std::uint32_t> counts_;
    double least_gain_ = 0;
};

}  // namespace sonde::detail
