// SPDX-License-Identifier: Apache-2.0
// What isolation_forest_test.py compares with scikit-learn. Reads `queries features` and the queries, then, with
//   fit         `rows trees weighted` and the rows (with weighted 1, each with its weight in front)
//   trees       `trees sample_size`, then of each tree its number of nodes and a line `left right feature threshold
//               samples` per node
//   file PATH   nothing
// and writes a line `score sum_of_shares` per query, then `default_threshold`, 0: not calibrated.
#include "sonde/models/isolation_forest.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "sonde/models/fit_isolation_forest.hpp"

namespace {

using sonde::IsolationForestModel;

double number() {
    double value = 0;
    if (std::scanf("%lf", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

std::int64_t whole() {
    long long value = 0;
    if (std::scanf("%lld", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

std::size_t count() { return static_cast<std::size_t>(whole()); }

IsolationForestModel fitted(std::size_t features) {
    const std::size_t rows = count();
    sonde::IsolationForestOptions options;
    options.trees = count();
    const bool weighted = count() != 0;
    std::vector<float> values;
    std::vector<double> weights;
    for (std::size_t i = 0; i < rows; ++i) {
        if (weighted) weights.push_back(number());
        for (std::size_t j = 0; j < features; ++j) values.push_back(static_cast<float>(number()));
    }
    options.weights = weights;
    return sonde::fit_isolation_forest({values.data(), rows, features}, options);
}

IsolationForestModel from_trees(std::size_t features) {
    std::vector<sonde::IsolationTree> trees(count());
    const std::size_t sample_size = count();
    for (auto& tree : trees) {
        for (std::size_t left = count(); left > 0; --left) {
            tree.children_left.push_back(whole());
            tree.children_right.push_back(whole());
            tree.feature.push_back(whole());
            tree.threshold.push_back(number());
            tree.n_node_samples.push_back(whole());
        }
    }
    return {trees, features, sample_size};
}

IsolationForestModel from_file(const char* path) {
    std::ifstream file{path, std::ios::binary};
    const std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
    return sonde::from_bytes<IsolationForestModel>(std::as_bytes(std::span{bytes}));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return EXIT_FAILURE;
    const std::string_view mode{argv[1]};
    const std::size_t queries = count(), features = count();
    std::vector<float> values(queries * features);
    for (float& value : values) value = static_cast<float>(number());
    const auto model = mode == "file" && argc > 2 ? from_file(argv[2])
                       : mode == "trees"          ? from_trees(features)
                                                  : fitted(features);
    const sonde::MatrixView rows{values.data(), queries, features};
    std::vector<sonde::Score> scores(queries);
    model.score_batch(rows, scores);
    std::vector<double> shares(features);
    for (std::size_t i = 0; i < queries; ++i) {
        double sum = 0;
        static_cast<void>(model.attribute(rows.row(i), shares));
        for (const double share : shares) sum += share;
        std::printf("%.17g %.17g\n", scores[i].value, sum);
    }
    std::printf("%.17g\n", model.calibration().count() > 0 ? model.default_threshold() : 0.0);
}
