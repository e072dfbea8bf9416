// SPDX-License-Identifier: Apache-2.0
// What kmeans_family_test.py compares with scikit-learn. Reads `what rows features clusters batch`, then the rows.
// With what = silhouette each row has its label in front, and the silhouette is written; with minibatch the inertia
// of fits with the seeds 1 to 10 is written, a line each.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "sonde/models/choose_clusters.hpp"
#include "sonde/models/minibatch_kmeans.hpp"

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
    char what[16] = {};
    if (std::scanf("%15s", what) != 1) return EXIT_FAILURE;
    const std::size_t rows = count(), features = count(), clusters = count(), batch = count();
    const bool labelled = std::string_view{what} == "silhouette";
    std::vector<float> values;
    std::vector<std::uint32_t> labels;
    for (std::size_t i = 0; i < rows; ++i) {
        if (labelled) labels.push_back(static_cast<std::uint32_t>(count()));
        for (std::size_t j = 0; j < features; ++j) values.push_back(number());
    }
    const sonde::MatrixView data{values.data(), rows, features};
    if (labelled) {
        std::printf("%.17g\n", sonde::silhouette(data, labels));
        return EXIT_SUCCESS;
    }
    for (std::uint64_t seed = 1; seed <= 10; ++seed)
        std::printf("%.17g\n",
                    sonde::fit_minibatch_kmeans(data, {.clusters = clusters, .batch = batch, .seed = seed})
                        .inertia());
}
