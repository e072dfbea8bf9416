// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_decision_tree.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "models/labelled_rows.hpp"
#include "models/training_rows.hpp"
#include "models/tree_builder.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

using detail::WeightedLabel;

constexpr std::string_view where = "fit_decision_tree";

/// Nodes from the root to the row's leaf.
void find_path(const std::vector<detail::GrownNode>& nodes, Row row, std::vector<std::uint32_t>& path) {
    path.assign(1, 0);
    while (nodes[path.back()].left != 0) {
        const auto& node = nodes[path.back()];
        path.push_back(static_cast<double>(row[node.feature]) <= node.threshold ? node.left : node.right);
    }
}

/// Scores of the rows of class 0, each without itself.
ScoreCalibration calibration_of(const detail::TreeBuilder& tree, MatrixView rows,
                                std::span<const WeightedLabel> labels, std::size_t classes) {
    std::vector<double> scores;
    std::vector<std::uint32_t> path;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const auto [weight, label] = labels[i];
        if (label != 0 || weight <= 0) continue;
        find_path(tree.nodes(), rows.row(i), path);
        while (path.size() > 1 && tree.counts()[path.back()] == 1) path.pop_back();
        const auto of_node = tree.weights().subspan(path.back() * classes, classes);
        double others = 0;
        for (std::size_t c = 1; c < classes; ++c) others += of_node[c];
        const double all = std::max(of_node[0] - weight, 0.0) + others;
        scores.push_back(others > 0 ? others / all : 0);
    }
    return scores.empty() ? ScoreCalibration{} : ScoreCalibration{scores};
}

}  // namespace

DecisionTreeModel fit_decision_tree(MatrixView rows, std::span<const std::uint8_t> labels,
                                    const DecisionTreeOptions& o) {
    const auto weighted =
        detail::weighted_labels(where, rows, labels, {o.classes, o.balanced, o.class_weights, o.weights});
    const detail::TreeLimits limits{o.max_depth,
                                    o.max_leaves,
                                    o.min_samples_split,
                                    o.min_impurity_decrease,
                                    {o.criterion, o.min_samples_leaf, o.max_features}};
    detail::check_limits(where, limits, rows.cols());
    const detail::RankedRows ranked{rows};
    detail::TreeBuilder builder{ranked, o.classes, limits};
    std::size_t done = 0;
    const auto settled = [&](std::size_t count) {
        done += count;
        detail::report_progress(where, o.progress, {done, rows.rows()});
    };
    Rng rng{o.seed};
    builder.grow(weighted, rng, settled);
    detail::ClassTrees tree{rows.cols(), o.classes};
    tree.add(where, builder.nodes(), builder.weights());
    return {std::move(tree), {builder.importances(), calibration_of(builder, rows, weighted, o.classes)}};
}

}  // namespace sonde
