// SPDX-License-Identifier: Apache-2.0
// What lof_test.py compares with scikit-learn. Reads `rows features neighbours queries`, the rows, then the queries;
// writes the score of each query, then the density of each row, then which scores 1, 5 and 25 % of the rows exceed.
#include "sonde/models/lof.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_lof.hpp"

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
    const sonde::LofModel model = sonde::fit_lof({values.data(), rows, features}, {.neighbours = neighbours});
    std::vector<sonde::Score> scores(queries);
    model.score_batch({asked.data(), queries, features}, scores);
    for (const auto& score : scores) std::printf("%.17g\n", score.value);
    for (const auto& known : model.known()) std::printf("%.17g\n", known.density);
    for (const double share : {0.01, 0.05, 0.25})
        std::printf("%.17g\n", model.calibration().threshold(share));
}
