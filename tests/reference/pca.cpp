// SPDX-License-Identifier: Apache-2.0
// What pca_test.py compares with scikit-learn. Reads `rows features components` (0: all, weighted; else residual) and
// the rows; writes the number of components, the variances, then a score per row.
#include "sonde/models/pca.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_pca.hpp"

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
    const auto form = choice == 0 ? sonde::PcaForm::weighted : sonde::PcaForm::residual;
    const sonde::PcaModel model = sonde::fit_pca(data, {.form = form, .components = choice});
    std::printf("%zu\n", model.components());
    for (const double x : model.variances()) std::printf("%.17g\n", x);
    for (std::size_t i = 0; i < rows; ++i) std::printf("%.17g\n", model.score(data.row(i)).value);
}
