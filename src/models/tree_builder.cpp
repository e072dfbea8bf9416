// SPDX-License-Identifier: Apache-2.0
#include "models/tree_builder.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

namespace {

constexpr double rounding = std::numeric_limits<double>::epsilon();

/// The node whose split takes away the most impurity comes first, of equals the older one.
constexpr auto comes_later = [](const auto& a, const auto& b) {
    return a.gain < b.gain || (a.gain <= b.gain && a.node > b.node);
};

bool is_pure(SplitCriterion criterion, std::span<const double> weights) noexcept {
    if (std::count_if(weights.begin(), weights.end(), [](double weight) { return weight > 0; }) < 2)
        return true;
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double pure = criterion == SplitCriterion::gini ? all : 0;
    return pure - purity(criterion, weights) <= rounding * all;
}

}  // namespace

void check_limits(std::string_view where, const TreeLimits& limits, std::size_t dimension) {
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    if (limits.min_samples_split < 2)
        fail(where, "min_samples_split", number(limits.min_samples_split), "at least 2");
    if (limits.splits.min_samples_leaf < 1) fail(where, "min_samples_leaf", 0, "at least 1");
    if (!is_finite(limits.min_impurity_decrease) || limits.min_impurity_decrease < 0)
        fail(where, "min_impurity_decrease", limits.min_impurity_decrease, "finite and at least 0");
    if (limits.splits.max_features > dimension)
        fail(where, "max_features", number(limits.splits.max_features), "at most the dimension");
}

TreeBuilder::TreeBuilder(const RankedRows& rows, std::size_t classes, const TreeLimits& limits)
    : rows_{&rows}, classes_{classes}, limits_{limits}, finder_{rows, classes, limits.splits} {}

void TreeBuilder::grow(std::span<const WeightedLabel> labels, Rng& rng,
                       const FunctionRef<void(std::size_t)>& settled) {
    labels_ = labels;
    finder_.restart();
    samples_.clear();
    open_.clear();
    nodes_.clear();
    weights_.clear();
    counts_.clear();
    gains_.assign(rows_->features(), 0);
    double all = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i].weight <= 0) continue;
        samples_.push_back(static_cast<std::uint32_t>(i));
        all += labels[i].weight;
    }
    least_gain_ = (limits_.min_impurity_decrease - rounding) * all;
    add_node(0, samples_.size(), 0, rng, settled);
    for (std::size_t leaves = 1; !open_.empty(); ++leaves) {
        const Open next = take();
        if (limits_.max_leaves == 0 || leaves < limits_.max_leaves)
            split(next, rng, settled);
        else if (settled)
            settled(next.end - next.begin);
    }
}

TreeBuilder::Open TreeBuilder::take() {
    if (limits_.max_leaves > 0) std::pop_heap(open_.begin(), open_.end(), comes_later);
    const Open last = open_.back();
    open_.pop_back();
    return last;
}

bool TreeBuilder::may_split(std::span<const double> weights, std::size_t rows,
                            std::uint32_t depth) const noexcept {
    return rows >= limits_.min_samples_split && rows / 2 >= limits_.splits.min_samples_leaf &&
           (limits_.max_depth == 0 || depth < limits_.max_depth) &&
           !is_pure(limits_.splits.criterion, weights);
}

void TreeBuilder::add_node(std::size_t begin, std::size_t end, std::uint32_t depth, Rng& rng,
                           const FunctionRef<void(std::size_t)>& settled) {
    const std::span<const std::uint32_t> samples{samples_.data() + begin, end - begin};
    const auto node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
    counts_.push_back(static_cast<std::uint32_t>(samples.size()));
    weights_.resize(weights_.size() + classes_);
    const std::span<double> weights{weights_.data() + node * classes_, classes_};
    for (const std::uint32_t row : samples) weights[labels_[row].label] += labels_[row].weight;
    if (may_split(weights, samples.size(), depth)) {
        const Split best = finder_.find(labels_, samples, weights, rng);
        const double gain = best.purity - purity(limits_.splits.criterion, weights);
        if (best.found && gain >= least_gain_) {
            open_.push_back({node, depth, begin, end, best, gain});
            if (limits_.max_leaves > 0) std::push_heap(open_.begin(), open_.end(), comes_later);
            return;
        }
    }
    if (settled) settled(samples.size());
}

void TreeBuilder::split(const Open& open, Rng& rng, const FunctionRef<void(std::size_t)>& settled) {
    const auto ranks = rows_->ranks(open.split.feature);
    const auto first = samples_.begin() + static_cast<std::ptrdiff_t>(open.begin);
    const auto last = samples_.begin() + static_cast<std::ptrdiff_t>(open.end);
    const auto middle =
        std::partition(first, last, [&](std::uint32_t row) { return ranks[row] <= open.split.rank; });
    const auto border = static_cast<std::size_t>(middle - samples_.begin());
    gains_[open.split.feature] += std::max(open.gain, 0.0);
    const auto left = static_cast<std::uint32_t>(nodes_.size());
    add_node(open.begin, border, open.depth + 1, rng, settled);
    add_node(border, open.end, open.depth + 1, rng, settled);
    nodes_[open.node] = {open.split.threshold, open.split.feature, left, left + 1, 0};
}

std::vector<double> TreeBuilder::importances() const {
    std::vector<double> result = gains_;
    const double all = std::accumulate(result.begin(), result.end(), 0.0);
    if (all > 0)
        for (double& importance : result) importance /= all;
    return result;
}

}  // namespace sonde::detail
