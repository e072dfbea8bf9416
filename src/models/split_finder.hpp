// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/labelled_rows.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_decision_tree.hpp"

namespace sonde::detail {

/// Weight times impurity of a set of rows, taken from an own zero, negative: the higher the purer. What a split
/// adds to it is what it lowers the weighted impurity by.
/// \param weights  of the classes
[[nodiscard]] double purity(SplitCriterion criterion, std::span<const double> weights) noexcept;

/// Where a node is best split.
struct Split {
    bool found = false;
    std::uint32_t feature = 0;
    std::uint32_t rank = 0;  ///< the highest that goes to the left
    double threshold = 0;
    double purity = 0;  ///< of both halves together
};

/// What splits may be.
struct SplitRules {
    SplitCriterion criterion = SplitCriterion::gini;
    std::size_t min_samples_leaf = 1;
    std::size_t max_features = 0;  ///< 0: all
};

/// Looks for the best split of a node. Threading: single-writer.
class SplitFinder {
public:
    SplitFinder(const RankedRows& rows, std::size_t classes, const SplitRules& rules);

    /// Forgets what was drawn: what follows depends on the `Rng` alone.
    void restart() noexcept;

    /// \param labels   of all rows
    /// \param samples  the rows in the node
    /// \param total    their weight, by class
    [[nodiscard]] Split find(std::span<const WeightedLabel> labels, std::span<const std::uint32_t> samples,
                             std::span<const double> total, Rng& rng);

private:
    struct Node {
        std::span<const WeightedLabel> labels;
        std::span<const std::uint32_t> samples;
        std::span<const double> total;
        double tolerance;  // splits whose purities differ by less are equally good
    };
    /// \returns false when the feature is constant in the node
    template <std::size_t fixed_classes>
    bool try_feature(const Node& node, std::uint32_t feature, Split& best);
    template <class Sweep>
    void count(const Node& node, std::uint32_t least, std::uint32_t most, Sweep& sweep);
    template <class Sweep>
    void sort(const Node& node, std::uint32_t most, Sweep& sweep);

    const RankedRows* rows_;
    std::size_t classes_;
    SplitRules rules_;
    std::vector<std::uint32_t> features_;
    std::vector<std::uint64_t> keys_;  // rank, then row
    std::vector<std::uint64_t> scratch_;
    std::vector<double> weights_;        // by rank and class; all 0 between calls
    std::vector<std::uint32_t> counts_;  // by rank; all 0 between calls
};

}  // namespace sonde::detail
