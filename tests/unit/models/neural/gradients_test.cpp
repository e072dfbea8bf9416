// SPDX-License-Identifier: Apache-2.0
#include "models/neural/gradients.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"
#include "support/finite_differences.hpp"

using namespace sonde;
using detail::Gradients;
using detail::LayerNumbers;
using detail::Matrix;

namespace {

Matrix<double> noise(std::size_t rows, std::size_t cols, std::uint64_t seed) {
    Rng rng{seed};
    Matrix<double> values;
    values.resize(rows, cols);
    for (double& value : values.values) value = rng.normal();
    return values;
}

double worst_difference(const Network& network, Loss loss, std::uint64_t dropout_seed) {
    const auto inputs = noise(7, network.inputs(), 11);
    auto targets = noise(7, network.outputs(), 12);
    if (loss == Loss::cross_entropy)
        for (double& t : targets.values) t = 1 / (1 + std::exp(-t));
    auto numbers = detail::numbers_of<double>(network);
    Rng rng{9};  // biases of 0 would leave a ReLU at its kink when all of its inputs are dropped
    for (auto& layer : numbers)
        for (std::size_t part = 1; part < LayerNumbers<double>::parts; ++part)
            for (double& value : *layer.all(part)) value += 0.3 * rng.normal();
    Gradients<double> pass{network};
    const auto loss_now = [&] {
        Rng dropped{dropout_seed};  // the same outputs every time
        pass.forward(numbers, inputs, dropout_seed == 0 ? nullptr : &dropped);
        return pass.loss(loss, targets);
    };
    loss_now();
    return testing::worst_difference(numbers, pass.backward(numbers, loss, targets), loss_now);
}

}  // namespace

TEST_CASE("Gradients: of every layer and loss they are finite differences", "[models]") {
    const auto activation = GENERATE(Activation::linear, Activation::relu, Activation::leaky_relu,
                                     Activation::tanh, Activation::sigmoid);
    const bool norm = GENERATE(false, true);
    const double dropout = GENERATE(0.0, 0.3);
    for (const Loss loss : {Loss::squared, Loss::absolute, Loss::huber, Loss::cross_entropy}) {
        const auto last = loss == Loss::cross_entropy ? Activation::sigmoid : activation;
        const std::vector<LayerShape> shapes{
            {6, activation, norm, dropout}, {5, activation, norm, dropout}, {3, last, norm, 0}};
        CHECK(worst_difference(random_network(4, shapes, 3), loss, dropout > 0 ? 5 : 0) < 1e-6);
    }
}

TEST_CASE("Gradients: in float they are those in double", "[models]") {
    const std::vector<LayerShape> shapes{
        {40, Activation::relu, true}, {70, Activation::tanh}, {33, Activation::sigmoid}};
    const Network network = random_network(50, shapes, 4);
    const auto x = noise(19, 50, 13), t = noise(19, 33, 14);
    Matrix<float> inputs{19, 50, {x.values.begin(), x.values.end()}},
        targets{19, 33, {t.values.begin(), t.values.end()}};
    const Matrix<double> wide_x{19, 50, {inputs.values.begin(), inputs.values.end()}},
        wide_t{19, 33, {targets.values.begin(), targets.values.end()}};
    const auto numbers = detail::numbers_of<float>(network);
    const auto wide = detail::numbers_of<double>(network);
    Gradients<float> pass{network};
    Gradients<double> wide_pass{network};
    pass.forward(numbers, inputs, nullptr);
    wide_pass.forward(wide, wide_x, nullptr);
    CHECK(pass.loss(Loss::squared, targets) == Approx(wide_pass.loss(Loss::squared, wide_t)).epsilon(1e-6));
    auto found = pass.backward(numbers, Loss::squared, targets);
    auto expected = wide_pass.backward(wide, Loss::squared, wide_t);
    for (std::size_t layer = 0; layer < found.size(); ++layer)
        for (std::size_t part = 0; part < LayerNumbers<float>::parts; ++part)
            for (std::size_t i = 0; i < found[layer].all(part)->size(); ++i)
                if (std::abs(static_cast<double>((*found[layer].all(part))[i]) -
                             (*expected[layer].all(part))[i]) > 1e-6)
                    FAIL("layer " << layer << " part " << part << " number " << i);
}
