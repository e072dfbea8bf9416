// SPDX-License-Identifier: Apache-2.0
// What svc_test.py compares with scikit-learn. Reads `rows features c gamma tolerance anomaly_weight weighted` (gamma
// 0: the linear kernel), then the rows, each with its label in front and, with weighted 1, its weight before that;
// writes `slope offset vectors converged`, then a line `decision score` per row.
#include "sonde/models/svc.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sonde/models/fit_svc.hpp"

namespace {

double number() {
    double value = 0;
    if (std::scanf("%lf", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

}  // namespace

int main() {
    const auto rows = static_cast<std::size_t>(number()), features = static_cast<std::size_t>(number());
    sonde::SvcOptions options;
    options.c = number();
    options.gamma = number();
    if (options.gamma <= 0) options.kernel = sonde::SvmKernel::linear;
    options.tolerance = number();
    options.class_weights.anomaly = number();
    const bool weighted = number() > 0;
    std::vector<double> weights;
    std::vector<float> values;
    std::vector<std::uint8_t> labels;
    for (std::size_t i = 0; i < rows; ++i) {
        if (weighted) weights.push_back(number());
        labels.push_back(number() > 0 ? 1 : 0);
        for (std::size_t j = 0; j < features; ++j) values.push_back(static_cast<float>(number()));
    }
    options.weights = weights;
    const sonde::MatrixView data{values.data(), rows, features};
    const sonde::SvcModel model = sonde::fit_svc(data, labels, options);
    const auto scaling = model.probability().value_or(sonde::PlattScaling{});
    std::printf("%.17g %.17g %zu %d\n", scaling.slope, scaling.offset,
                model.expansion().coefficients().size(), model.converged() ? 1 : 0);
    for (std::size_t i = 0; i < rows; ++i)
        std::printf("%.17g %.17g\n", model.decision(data.row(i)).value_or(0), model.score(data.row(i)).value);
}
