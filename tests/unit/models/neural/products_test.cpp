// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "models/neural/parameters.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using sonde::testing::noise;

TEST_CASE("Products: of small matrices and of wide ones, transposed or not, they are those in double",
          "[models]") {
    const bool transposed = GENERATE(false, true), wide = GENERATE(false, true);
    // Wide: of a size that a build with SONDE_WITH_BLAS leaves to the BLAS.
    const std::size_t inputs = wide ? 2050 : 30, outputs = wide ? 2048 : 70, rows = 3;
    const auto a = noise(rows * inputs, 1), w = noise(inputs * outputs, 2);
    detail::Products<float> products;
    transposed ? products.keep_transposed(w.data(), inputs, outputs)
               : products.keep(w.data(), inputs, outputs);
    std::vector<float> out(rows * outputs);
    products.times_kept(a.data(), rows, out.data());
    double worst = 0;
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t j = 0; j < outputs; ++j) {
            double sum = 0, size = 0;
            for (std::size_t i = 0; i < inputs; ++i) {
                const float weight = transposed ? w[j * inputs + i] : w[i * outputs + j];
                const double term = static_cast<double>(a[row * inputs + i]) * static_cast<double>(weight);
                sum += term;
                size += std::abs(term);
            }
            worst = std::max(worst, std::abs(static_cast<double>(out[row * outputs + j]) - sum) / size);
        }
    CHECK(worst < 1e-6);
}
