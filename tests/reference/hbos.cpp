// SPDX-License-Identifier: Apache-2.0
// What hbos_test.py compares with numpy. Reads `rows features bins` and the rows; writes a score per row.
#include "sonde/models/hbos.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_hbos.hpp"

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
    const sonde::HbosModel model = sonde::fit_hbos(data, {.bins = choice});
    for (std::size_t i = 0; i < rows; ++i) std::printf("%.17g\n", model.score(data.row(i)).value);
}
