// SPDX-License-Identifier: Apache-2.0
// What kmeans_test.py compares with scikit-learn. Reads `rows features clusters restarts weighted`, the rows
// (with weighted 1, each with its weight in front), then the first centres unless restarts is above 0; writes
// `inertia iterations clusters`, then a line `cluster score` per row.
#include "sonde/models/kmeans.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_kmeans.hpp"

namespace {

float number() {
    float value = 0;
    if (std::scanf("%f", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

std::size_t count() {
    std::size_t value = 0;
    if (std::scanf("%zu", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

}  // namespace

int main() {
    const std::size_t rows = count(), features = count(), clusters = count(), restarts = count();
    const bool weighted = count() != 0;
    std::vector<double> weights;
    std::vector<float> values, centres;
    for (std::size_t i = 0; i < rows; ++i) {
        if (weighted) weights.push_back(static_cast<double>(number()));
        for (std::size_t j = 0; j < features; ++j) values.push_back(number());
    }
    sonde::KMeansOptions options{.clusters = clusters, .weights = weights};
    if (restarts > 0) {
        options.restarts = restarts;
    } else {
        for (std::size_t i = 0; i < clusters * features; ++i) centres.push_back(number());
        options.initial = {centres.data(), clusters, features};
    }
    const sonde::MatrixView data{values.data(), rows, features};
    const sonde::KMeansModel model = sonde::fit_kmeans(data, options);
    std::printf("%.17g %llu %zu\n", model.inertia(), static_cast<unsigned long long>(model.iterations()),
                model.clusters());
    for (std::size_t i = 0; i < rows; ++i)
        std::printf("%zu %.17g\n", model.assign(data.row(i)).value_or(clusters),
                    model.score(data.row(i)).value);
}
