// SPDX-License-Identifier: Apache-2.0
// What knn_test.py compares with scikit-learn. Reads `rows features neighbours queries`, the rows, then the queries;
// writes a line `farthest mean` per query, then one per row, that without itself, in the order of scores.
#include "sonde/models/knn.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_knn.hpp"

namespace {

std::size_t count() {
    std::size_t value = 0;
    if (std::scanf("%zu", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

std::vector<float> numbers(std::size_t size) {
    std::vector<float> values(size);
    for (float& value : values)
        if (std::scanf("%f", &value) != 1) std::exit(EXIT_FAILURE);
    return values;
}

}  // namespace

int main() {
    const std::size_t rows = count(), features = count(), neighbours = count(), queries = count();
    const auto values = numbers(rows * features), asked = numbers(queries * features);
    const sonde::MatrixView training{values.data(), rows, features}, query{asked.data(), queries, features};
    const auto farthest = sonde::fit_knn(training, {.neighbours = neighbours});
    const auto mean =
        sonde::fit_knn(training, {.neighbours = neighbours, .aggregate = sonde::KnnAggregate::mean});
    std::vector<sonde::Score> far(queries), means(queries);
    farthest.score_batch(query, far);
    mean.score_batch(query, means);
    for (std::size_t i = 0; i < queries; ++i) std::printf("%.17g %.17g\n", far[i].value, means[i].value);
    // The share of training rows above a threshold says where the threshold is among their scores.
    for (const double share : {0.01, 0.05, 0.25})
        std::printf("%.17g %.17g\n", farthest.calibration().threshold(share),
                    mean.calibration().threshold(share));
}
