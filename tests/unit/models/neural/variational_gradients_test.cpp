// SPDX-License-Identifier: Apache-2.0
#include "models/neural/variational_gradients.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"
#include "support/finite_differences.hpp"

using namespace sonde;
using detail::Matrix;
using detail::VariationalGradients;

namespace {

constexpr std::size_t features = 5, code = 2;

Network encoder(double dropout = 0) {
    return random_network(features, std::vector<LayerShape>{{4, Activation::tanh, false, dropout},
                                                            {2 * code, Activation::linear}});
}
Network decoder() {
    return random_network(code,
                          std::vector<LayerShape>{{4, Activation::tanh}, {features, Activation::sigmoid}}, 2);
}

Matrix<double> inputs() {
    Rng rng{3};
    Matrix<double> values;
    values.resize(7, features);
    for (double& value : values.values) value = rng.uniform();
    return values;
}

auto numbers_of(const Network& first, const Network& second) {
    auto numbers = detail::numbers_of<double>(first);
    for (auto& layer : detail::numbers_of<double>(second)) numbers.push_back(std::move(layer));
    return numbers;
}

}  // namespace

TEST_CASE("VariationalGradients: they are finite differences, with draws and without", "[models]") {
    const bool drawn = GENERATE(true, false);
    const double dropout = drawn ? GENERATE(0.0, 0.3) : 0.0;
    for (const Loss loss : {Loss::squared, Loss::cross_entropy}) {
        const Network down = encoder(dropout), up = decoder();
        auto numbers = numbers_of(down, up);
        VariationalGradients<double> pass{down, up, 0.7};
        const auto rows = inputs();
        const auto loss_now = [&] {
            Rng rng{5};  // the same draws every time
            pass.forward(numbers, rows, drawn ? &rng : nullptr);
            return pass.loss(loss, rows);
        };
        loss_now();
        CHECK(testing::worst_difference(numbers, pass.backward(numbers, loss, rows), loss_now) < 1e-6);
    }
}

TEST_CASE("VariationalGradients: the divergence is that of two normal distributions", "[models]") {
    // By quadrature of p log(p / q), p normal with mean m and log variance l, q the standard one.
    const double m = 0.7, l = -0.4, s = std::exp(l / 2), step = 1e-3;
    double expected = 0;
    for (double x = -12; x < 12; x += step) {
        const double p =
            std::exp(-(x - m) * (x - m) / (2 * s * s)) / (s * std::sqrt(2 * 3.14159265358979323846));
        expected += step * p * ((x * x - (x - m) * (x - m) / (s * s)) / 2 - std::log(s));
    }
    // An encoder whose outputs are its biases, for one number; a decoder that gives back nothing of it.
    const Network down{{{.inputs = 1, .outputs = 2, .weights = {0, 0}, .bias = {0.7F, -0.4F}}}};
    const Network up{{{.inputs = 1, .outputs = 1, .weights = {0}, .bias = {0}}}};
    VariationalGradients<double> pass{down, up, 2};
    Matrix<double> row;
    row.resize(1, 1);
    pass.forward(numbers_of(down, up), row, nullptr);
    CHECK(pass.loss(Loss::squared, row) == Approx(2 * expected).epsilon(1e-6));
}
