// SPDX-License-Identifier: Apache-2.0
// What decision_tree_test.py compares with scikit-learn. Reads `rows features classes queries weighted`, then
// `entropy max_depth max_leaves min_samples_split min_samples_leaf min_impurity_decrease balanced`, the rows (each with
// its label and, with weighted 1, its weight in front) and the queries. Writes `nodes`, a line `feature threshold
// left right score` per node (a leaf: left and right 0), a line of importances, `default_threshold`, then per query a
// line of its probabilities, its class and the sum of its shares.
#include "sonde/models/decision_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_decision_tree.hpp"

namespace {

double number() {
    double value = 0;
    if (std::scanf("%lf", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

std::size_t count() { return static_cast<std::size_t>(number()); }

sonde::DecisionTreeOptions options() {
    sonde::DecisionTreeOptions result;
    result.criterion = count() != 0 ? sonde::SplitCriterion::entropy : sonde::SplitCriterion::gini;
    result.max_depth = count();
    result.max_leaves = count();
    result.min_samples_split = count();
    result.min_samples_leaf = count();
    result.min_impurity_decrease = number();
    result.balanced = count() != 0;
    return result;
}

void print(const sonde::DecisionTreeModel& model) {
    std::printf("%zu\n", model.size());
    for (std::size_t i = 0; i < model.size(); ++i) {
        const auto node = model.node(i);
        std::printf("%zu %.9g %zu %zu %.9g\n", node.feature, static_cast<double>(node.threshold), node.left,
                    node.right, node.score);
    }
    for (const double importance : model.importances()) std::printf("%.17g ", importance);
    std::printf("\n%.17g\n", model.default_threshold());
}

}  // namespace

int main() {
    const std::size_t rows = count(), features = count(), classes = count(), queries = count();
    const bool weighted = count() != 0;
    sonde::DecisionTreeOptions chosen = options();
    std::vector<std::uint8_t> labels;
    std::vector<double> weights;
    std::vector<float> values, asked(queries * features);
    for (std::size_t i = 0; i < rows; ++i) {
        labels.push_back(static_cast<std::uint8_t>(count()));
        if (weighted) weights.push_back(number());
        for (std::size_t j = 0; j < features; ++j) values.push_back(static_cast<float>(number()));
    }
    for (float& value : asked) value = static_cast<float>(number());
    chosen.classes = classes;
    chosen.weights = weights;
    const auto model = sonde::fit_decision_tree({values.data(), rows, features}, labels, chosen);
    print(model);
    std::vector<double> shares(features), probabilities(classes);
    for (std::size_t i = 0; i < queries; ++i) {
        const sonde::Row row{asked.data() + i * features, features};
        static_cast<void>(model.probabilities(row, probabilities));
        static_cast<void>(model.attribute(row, shares));
        double sum = 0;
        for (const double share : shares) sum += share;
        for (const double probability : probabilities) std::printf("%.9g ", probability);
        std::printf("%zu %.17g\n", model.predict(row).value_or(classes), sum);
    }
}
