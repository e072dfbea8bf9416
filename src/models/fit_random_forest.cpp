// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_random_forest.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "models/forest_walker.hpp"
#include "models/labelled_rows.hpp"
#include "models/throwing_tasks.hpp"
#include "models/training_rows.hpp"
#include "models/tree_builder.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

using detail::WeightedLabel;

constexpr std::string_view where = "fit_random_forest";
/// Trees that grow at a time where there is an executor.
constexpr std::size_t trees_at_once = 16;

/// Which rows a tree was grown from.
using Bag = std::vector<bool>;

/// What a tree needs to grow.
struct Workplace {
    detail::TreeBuilder builder;
    std::vector<WeightedLabel> drawn{};

    /// Draws as many rows as have a weight, with replacement; a row that is drawn twice counts twice.
    Bag grow(std::span<const WeightedLabel> labels, std::span<const std::uint32_t> usable,
             std::uint64_t seed) {
        Rng rng{seed};
        Bag bag(labels.size());
        drawn.assign(labels.begin(), labels.end());
        for (auto& row : drawn) row.weight = 0;
        for (std::size_t i = 0; i < usable.size(); ++i) {
            const std::uint32_t row = usable[static_cast<std::size_t>(rng.below(usable.size()))];
            drawn[row].weight += labels[row].weight;
            bag[row] = true;
        }
        builder.grow(drawn, rng);
        return bag;
    }
};

struct Grown {
    detail::ClassTrees trees;
    std::vector<double> importances;
    std::vector<Bag> bags;  // of each tree
};

detail::TreeLimits limits_of(const RandomForestOptions& o, std::size_t dimension) {
    detail::TreeLimits limits{o.max_depth,
                              o.max_leaves,
                              o.min_samples_split,
                              o.min_impurity_decrease,
                              {o.criterion, o.min_samples_leaf, o.max_features}};
    detail::check_limits(where, limits, dimension);
    if (o.trees < 1 || o.trees > RandomForestModel::max_trees)
        fail(where, "trees", static_cast<double>(o.trees), "in [1, 1048576]");
    if (o.max_features == 0)
        limits.splits.max_features = static_cast<std::size_t>(std::sqrt(static_cast<double>(dimension)));
    return limits;
}

std::vector<std::uint32_t> usable_rows(std::span<const WeightedLabel> labels) {
    std::vector<std::uint32_t> rows;
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i].weight > 0) rows.push_back(static_cast<std::uint32_t>(i));
    return rows;
}

Grown grow(const detail::RankedRows& rows, std::span<const WeightedLabel> labels,
           const detail::TreeLimits& limits, const RandomForestOptions& o) {
    const auto usable = usable_rows(labels);
    Rng seeds{o.seed};
    std::vector<std::uint64_t> seed_of(o.trees);
    for (auto& seed : seed_of) seed = seeds.next();
    const std::size_t slots = o.executor ? std::min(trees_at_once, o.trees) : 1;
    std::vector<Workplace> places;
    places.reserve(slots);
    for (std::size_t i = 0; i < slots; ++i) places.push_back({{rows, o.classes, limits}});
    Grown grown{
        {rows.features(), o.classes}, std::vector<double>(rows.features()), std::vector<Bag>(o.trees)};
    for (std::size_t first = 0; first < o.trees; first += slots) {
        const std::size_t count = std::min(slots, o.trees - first);
        const auto task = [&](std::size_t i) {
            grown.bags[first + i] = places[i].grow(labels, usable, seed_of[first + i]);
        };
        detail::run_throwing_tasks(o.executor, count, task);
        for (std::size_t i = 0; i < count; ++i) {
            const detail::TreeBuilder& tree = places[i].builder;
            grown.trees.add(where, tree.nodes(), tree.weights());
            const std::vector<double> importances = tree.importances();
            for (std::size_t j = 0; j < importances.size(); ++j) grown.importances[j] += importances[j];
        }
        detail::report_progress(where, o.progress, {first + count, o.trees});
    }
    return grown;
}

/// Of a row the mean over the trees that were grown without it; negative: there is none.
double out_of_bag(const Grown& grown, std::size_t number, const float* row) {
    const detail::TreeNodes& nodes = grown.trees.nodes();
    double sum = 0, count = 0;
    for (std::size_t tree = 0; tree < grown.bags.size(); ++tree) {
        if (grown.bags[tree][number]) continue;
        sum += static_cast<double>(nodes.nodes()[detail::leaf_of(nodes, tree, row)].value);
        ++count;
    }
    return count > 0 ? std::min(sum / count, 1.0) : -1;
}

ScoreCalibration calibration_of(const Grown& grown, MatrixView rows, std::span<const WeightedLabel> labels,
                                const Executor& executor) {
    std::vector<std::uint32_t> normal;
    for (const std::uint32_t row : usable_rows(labels))
        if (labels[row].label == 0) normal.push_back(row);
    if (normal.empty()) return {};
    std::vector<double> scores(normal.size());
    const auto task = [&](std::size_t chunk) noexcept {
        const std::size_t end = std::min((chunk + 1) * rows_per_task, normal.size());
        for (std::size_t i = chunk * rows_per_task; i < end; ++i)
            scores[i] = out_of_bag(grown, normal[i], rows.row(normal[i]).data());
    };
    detail::run_tasks(executor, (normal.size() + rows_per_task - 1) / rows_per_task, task);
    std::erase_if(scores, [](double score) { return score < 0; });
    if (scores.empty())
        for (const std::uint32_t row : normal) scores.push_back(grown.trees.score(rows.row(row)).value);
    return ScoreCalibration{scores};
}

/// To the sum 1, or all 0.
void normalise(std::vector<double>& importances) {
    double sum = 0;
    for (const double importance : importances) sum += importance;
    if (sum > 0)
        for (double& importance : importances) importance = std::min(importance / sum, 1.0);
}

}  // namespace

RandomForestModel fit_random_forest(MatrixView rows, std::span<const std::uint8_t> labels,
                                    const RandomForestOptions& options) {
    const auto weighted = detail::weighted_labels(
        where, rows, labels, {options.classes, options.balanced, options.class_weights, options.weights});
    const detail::TreeLimits limits = limits_of(options, rows.cols());
    Grown grown = grow(detail::RankedRows{rows}, weighted, limits, options);
    normalise(grown.importances);
    ScoreCalibration calibration = calibration_of(grown, rows, weighted, options.executor);
    return {std::move(grown.trees), {std::move(grown.importances), std::move(calibration)}};
}

}  // namespace sonde
