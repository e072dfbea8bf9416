// SPDX-License-Identifier: Apache-2.0
// What mahalanobis_test.py compares with scikit-learn. Reads `rows features estimate` and the rows; writes
// `shrinkage support`, the mean, the covariance's lower triangle, then a score per row.
#include "sonde/models/mahalanobis.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_mahalanobis.hpp"

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
    const std::size_t rows = count(), features = count(), choice = count();
    std::vector<float> values;
    for (std::size_t i = 0; i < rows * features; ++i) values.push_back(number());
    const sonde::MatrixView data{values.data(), rows, features};
    const sonde::MahalanobisModel model =
        sonde::fit_mahalanobis(data, {.estimate = static_cast<sonde::CovarianceEstimate>(choice)});
    std::printf("%.17g %llu\n", model.shrinkage(), static_cast<unsigned long long>(model.support()));
    for (const double x : model.mean()) std::printf("%.17g\n", x);
    for (const double x : model.covariance()) std::printf("%.17g\n", x);
    for (std::size_t i = 0; i < rows; ++i) std::printf("%.17g\n", model.score(data.row(i)).value);
}
