// SPDX-License-Identifier: Apache-2.0
// What ecod_test.py compares with numpy. Reads `rows features train` and the rows, of which the first are trained on;
// writes a score per row.
#include "sonde/models/ecod.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_ecod.hpp"

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
    const sonde::EcodModel model = sonde::fit_ecod({values.data(), choice, features});
    for (std::size_t i = 0; i < rows; ++i) std::printf("%.17g\n", model.score(data.row(i)).value);
}
