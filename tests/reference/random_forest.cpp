// SPDX-License-Identifier: Apache-2.0
// What random_forest_test.py compares with scikit-learn. Reads `rows features queries seed balanced entropy`, the rows
// (each with its label in front) and the queries; writes the default threshold, a line of importances, then the score
// of each query.
#include "sonde/models/random_forest.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_random_forest.hpp"

namespace {

double number() {
    double value = 0;
    if (std::scanf("%lf", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

std::size_t count() { return static_cast<std::size_t>(number()); }

}  // namespace

int main() {
    const std::size_t rows = count(), features = count(), queries = count();
    sonde::RandomForestOptions options{.seed = count()};
    options.balanced = count() != 0;
    options.criterion = count() != 0 ? sonde::SplitCriterion::entropy : sonde::SplitCriterion::gini;
    std::vector<std::uint8_t> labels;
    std::vector<float> values, asked(queries * features);
    for (std::size_t i = 0; i < rows; ++i) {
        labels.push_back(static_cast<std::uint8_t>(count()));
        for (std::size_t j = 0; j < features; ++j) values.push_back(static_cast<float>(number()));
    }
    for (float& value : asked) value = static_cast<float>(number());
    const auto model = sonde::fit_random_forest({values.data(), rows, features}, labels, options);
    std::vector<sonde::Score> scores(queries);
    model.score_batch({asked.data(), queries, features}, scores);
    std::printf("%.17g\n", model.default_threshold());
    for (const double importance : model.importances()) std::printf("%.9g ", importance);
    std::printf("\n");
    for (const auto& score : scores) std::printf("%.9g\n", score.value);
}
