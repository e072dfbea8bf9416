// SPDX-License-Identifier: Apache-2.0
// What dbscan_test.py compares with scikit-learn. Reads `rows features eps min_points weighted queries`, the rows
// (with weighted 1, each with its weight in front), then the queries; writes `clusters eps`, a line `label core` per
// row, then a line `score assigned` per query.
#include "sonde/models/dbscan.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_dbscan.hpp"

namespace {

double number() {
    double value = 0;
    if (std::scanf("%lf", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

std::size_t count() {
    std::size_t value = 0;
    if (std::scanf("%zu", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

}  // namespace

int main() {
    const std::size_t rows = count(), features = count();
    sonde::DbscanOptions options;
    options.eps = number();
    options.min_points = count();
    const bool weighted = count() != 0;
    const std::size_t queries = count();
    std::vector<double> weights;
    std::vector<float> values, asked;
    for (std::size_t i = 0; i < rows; ++i) {
        if (weighted) weights.push_back(number());
        for (std::size_t j = 0; j < features; ++j) values.push_back(static_cast<float>(number()));
    }
    for (std::size_t i = 0; i < queries * features; ++i) asked.push_back(static_cast<float>(number()));
    options.weights = weights;
    const sonde::MatrixView data{values.data(), rows, features}, ask{asked.data(), queries, features};
    const sonde::DbscanClusters found = sonde::dbscan_clusters(data, options);
    std::printf("%zu %.17g\n", found.clusters, found.eps);
    std::vector<int> core(rows);
    for (const std::uint32_t row : found.core_rows) core[row] = 1;
    for (std::size_t i = 0; i < rows; ++i) std::printf("%d %d\n", static_cast<int>(found.labels[i]), core[i]);
    if (found.core_rows.empty()) return 0;
    const sonde::DbscanModel model = sonde::dbscan_model(data, found);
    for (std::size_t i = 0; i < queries; ++i) {
        const auto cluster = model.assign(ask.row(i));
        std::printf("%.17g %d\n", model.score(ask.row(i)).value, cluster ? static_cast<int>(*cluster) : -1);
    }
}
