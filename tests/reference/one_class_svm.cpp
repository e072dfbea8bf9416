// SPDX-License-Identifier: Apache-2.0
// What one_class_svm_test.py compares with scikit-learn. Reads `rows features nu gamma tolerance weighted` (gamma 0:
// the linear kernel), then the rows, with weighted 1 each with its weight in front; writes `rho vectors converged`,
// then a line `decision score` per row.
#include "sonde/models/one_class_svm.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_one_class_svm.hpp"

namespace {

double number() {
    double value = 0;
    if (std::scanf("%lf", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

}  // namespace

int main() {
    const auto rows = static_cast<std::size_t>(number()), features = static_cast<std::size_t>(number());
    sonde::OneClassSvmOptions options;
    options.nu = number();
    options.gamma = number();
    if (options.gamma <= 0) options.kernel = sonde::SvmKernel::linear;
    options.tolerance = number();
    const bool weighted = number() > 0;
    std::vector<double> weights;
    std::vector<float> values;
    for (std::size_t i = 0; i < rows; ++i) {
        if (weighted) weights.push_back(number());
        for (std::size_t j = 0; j < features; ++j) values.push_back(static_cast<float>(number()));
    }
    options.weights = weights;
    const sonde::MatrixView data{values.data(), rows, features};
    const sonde::OneClassSvmModel model = sonde::fit_one_class_svm(data, options);
    std::printf("%.17g %zu %d\n", model.rho(), model.expansion().coefficients().size(),
                model.converged() ? 1 : 0);
    for (std::size_t i = 0; i < rows; ++i)
        std::printf("%.17g %.17g\n", model.decision(data.row(i)).value_or(0), model.score(data.row(i)).value);
}
