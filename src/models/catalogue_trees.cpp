// SPDX-License-Identifier: Apache-2.0
// The lines of the catalogue for models made of trees.
#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "sonde/models/fit_decision_tree.hpp"
#include "sonde/models/fit_isolation_forest.hpp"
#include "sonde/models/fit_random_forest.hpp"

namespace sonde::detail {

namespace {

constexpr std::uint64_t most = std::uint64_t{1} << 20;

constexpr DetectorOption isolation_options[] = {
    {"trees", "how many", "100", "a whole number in [1, 1048576]"},
    {"sample-size", "rows that each tree is grown from", "256", "a whole number in [1, 1048576]"},
    seed_option,
};

AnyModel fit_one_isolation_forest(const TrainingData& data, const Settings& settings) {
    IsolationForestOptions options;
    options.progress = data.progress;
    options.executor = data.executor;
    settings.read("trees", options.trees, 1, most);
    settings.read("sample-size", options.sample_size, 1, most);
    settings.read("seed", options.seed, 0);
    return fit_isolation_forest(data.rows, options);
}

constexpr std::string_view criterion_names[] = {"gini", "entropy"};
constexpr DetectorOption criterion_option{"criterion", "what a split lowers", "gini", "gini or entropy"};
constexpr DetectorOption depth_option{"max-depth", "splits from the root to a leaf, at most; 0: no limit",
                                      "0", "a whole number in [0, 1048576]"};
constexpr DetectorOption leaf_option{"min-samples-leaf", "rows that a leaf must have", "1",
                                     "a whole number in [1, 1048576]"};

constexpr DetectorOption tree_options[] = {criterion_option, depth_option, leaf_option, seed_option};

AnyModel fit_one_decision_tree(const TrainingData& data, const Settings& settings) {
    DecisionTreeOptions options;
    options.progress = data.progress;
    options.balanced = true;  // anomalies are rare
    settings.read("criterion", options.criterion, criterion_names);
    settings.read("max-depth", options.max_depth, 0, most);
    settings.read("min-samples-leaf", options.min_samples_leaf, 1, most);
    settings.read("seed", options.seed, 0);
    return fit_decision_tree(data.rows, data.labels, options);
}

constexpr DetectorOption forest_options[] = {{"trees", "how many", "100", "a whole number in [1, 1048576]"},
                                             criterion_option,
                                             depth_option,
                                             leaf_option,
                                             seed_option};

AnyModel fit_one_random_forest(const TrainingData& data, const Settings& settings) {
    RandomForestOptions options;
    options.progress = data.progress;
    options.balanced = true;
    options.executor = data.executor;
    settings.read("trees", options.trees, 1, most);
    settings.read("criterion", options.criterion, criterion_names);
    settings.read("max-depth", options.max_depth, 0, most);
    settings.read("min-samples-leaf", options.min_samples_leaf, 1, most);
    settings.read("seed", options.seed, 0);
    return fit_random_forest(data.rows, data.labels, options);
}

}  // namespace

ModelEntry isolation_forest_entry() noexcept {
    return {"isolation-forest", "for mixed rows of any scale: how few random splits set a row apart",
            isolation_options, false, fit_one_isolation_forest};
}
ModelEntry decision_tree_entry() noexcept {
    return {"decision-tree", "with labels: rules that a person can read", tree_options, true,
            fit_one_decision_tree};
}
ModelEntry random_forest_entry() noexcept {
    return {"random-forest", "with labels: the probability of an anomaly, by many trees", forest_options,
            true, fit_one_random_forest};
}

}  // namespace sonde::detail
