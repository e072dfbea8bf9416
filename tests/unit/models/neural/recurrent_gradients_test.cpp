// SPDX-License-Identifier: Apache-2.0
#include "models/neural/recurrent_gradients.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using detail::CarriedStates;
using detail::LayerNumbers;
using detail::Matrix;
using detail::RecurrentGradients;

namespace {

constexpr std::size_t steps = 5, segments = 3;

template <class S>
void fill(Matrix<S>& values, std::uint64_t seed) {
    Rng rng{seed};
    for (S& value : values.values) value = static_cast<S>(rng.normal());
}

template <class S>
Matrix<S> noise(std::size_t cols, std::uint64_t seed) {
    Matrix<S> values;
    values.resize(steps * segments, cols);
    fill(values, seed);
    return values;
}

/// States as they may be in the middle of a sequence.
template <class S>
CarriedStates<S> some_states(const RecurrentNetwork& network) {
    CarriedStates<S> states{network, segments};
    for (std::size_t i = 0; i < states.hidden.size(); ++i) {
        fill(states.hidden[i], 21 + i);
        fill(states.cell[i], 31 + i);
    }
    return states;
}

RecurrentNetwork network_with(Cell cell, std::size_t layers, Activation last, bool deep_head) {
    const RecurrentNetwork drawn = random_recurrent_network(cell, 4, 5, layers, 3, 7);
    std::vector<LayerShape> head{{3, last, deep_head}};
    if (deep_head) head.insert(head.begin(), {6, Activation::tanh});
    return {cell, {drawn.layers().begin(), drawn.layers().end()}, random_network(5, head, 8)};
}

/// How far gradients are from differences of fourth order, by the size of both, at most.
double worst_difference(const RecurrentNetwork& network, Loss loss) {
    constexpr double step = 3e-5;
    const auto inputs = noise<double>(network.inputs(), 11);
    auto targets = noise<double>(network.outputs(), 12);
    if (loss == Loss::cross_entropy)
        for (double& t : targets.values) t = 1 / (1 + std::exp(-t));
    auto numbers = detail::numbers_of<double>(network);
    RecurrentGradients<double> pass{network};
    const auto loss_now = [&] {
        auto states = some_states<double>(network);
        pass.forward(numbers, inputs, states, nullptr);
        return pass.loss(loss, targets);
    };
    loss_now();
    auto gradients = pass.backward(numbers, loss, targets);
    REQUIRE(gradients.size() == numbers.size());
    double worst = 0;
    for (std::size_t layer = 0; layer < numbers.size(); ++layer)
        for (std::size_t part = 0; part < LayerNumbers<double>::parts; ++part) {
            auto& values = *numbers[layer].all(part);
            const auto& found = *gradients[layer].all(part);
            REQUIRE(found.size() == values.size());
            for (std::size_t i = 0; i < values.size(); ++i) {
                const double before = values[i];
                const auto difference = [&](double by) {
                    values[i] = before + by;
                    const double above = loss_now();
                    values[i] = before - by;
                    return above - loss_now();
                };
                const double expected = (8 * difference(step) - difference(2 * step)) / (12 * step);
                values[i] = before;
                const double size = std::max({std::abs(expected), std::abs(found[i]), 1e-3});
                worst = std::max(worst, std::abs(found[i] - expected) / size);
            }
        }
    return worst;
}

}  // namespace

TEST_CASE("RecurrentGradients: of every cell, depth and loss they are finite differences", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const std::size_t layers = GENERATE(1U, 2U);
    const bool deep_head = GENERATE(false, true);
    for (const Loss loss : {Loss::squared, Loss::absolute, Loss::huber, Loss::cross_entropy}) {
        const auto last = loss == Loss::cross_entropy ? Activation::sigmoid : Activation::linear;
        CHECK(worst_difference(network_with(cell, layers, last, deep_head), loss) < 1e-6);
    }
}

TEST_CASE("RecurrentGradients: in float they are those in double", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const RecurrentNetwork network = random_recurrent_network(cell, 20, 37, 2, 9, 3);
    const auto inputs = noise<float>(20, 11), targets = noise<float>(9, 12);
    const auto wide = [](const Matrix<float>& m) {
        return Matrix<double>{m.rows, m.cols, {m.values.begin(), m.values.end()}};
    };
    const auto numbers = detail::numbers_of<float>(network);
    const auto wide_numbers = detail::numbers_of<double>(network);
    auto states = some_states<float>(network);
    auto wide_states = some_states<double>(network);
    RecurrentGradients<float> pass{network};
    RecurrentGradients<double> wide_pass{network};
    const auto wide_inputs = wide(inputs), wide_targets = wide(targets);
    pass.forward(numbers, inputs, states, nullptr);
    wide_pass.forward(wide_numbers, wide_inputs, wide_states, nullptr);
    CHECK(pass.loss(Loss::squared, targets) ==
          Approx(wide_pass.loss(Loss::squared, wide_targets)).epsilon(1e-6));
    auto found = pass.backward(numbers, Loss::squared, targets);
    auto expected = wide_pass.backward(wide_numbers, Loss::squared, wide_targets);
    double most = 0;
    const auto compare = [&](const std::vector<float>& a, const std::vector<double>& b) {
        REQUIRE(a.size() == b.size());
        for (std::size_t i = 0; i < a.size(); ++i)
            most = std::max(most, std::abs(static_cast<double>(a[i]) - b[i]));
    };
    for (std::size_t layer = 0; layer < found.size(); ++layer)
        for (std::size_t part = 0; part < LayerNumbers<float>::parts; ++part)
            compare(*found[layer].all(part), *expected[layer].all(part));
    for (std::size_t i = 0; i < 2; ++i) {
        compare(states.hidden[i].values, wide_states.hidden[i].values);
        compare(states.cell[i].values, wide_states.cell[i].values);
    }
    CHECK(most < 2e-6);
}

TEST_CASE("RecurrentGradients: two windows with the state carried are one", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const RecurrentNetwork network = random_recurrent_network(cell, 4, 5, 2, 3);
    const auto inputs = noise<double>(4, 11);
    const auto numbers = detail::numbers_of<double>(network);
    RecurrentGradients<double> pass{network};
    CarriedStates<double> states{network, segments}, carried = states;
    const auto whole = pass.forward(numbers, inputs, states, nullptr);
    std::vector<double> parts;
    for (const std::size_t first : {std::size_t{0}, std::size_t{2}}) {
        const std::size_t count = (first == 0 ? 2 : 3) * segments, from = first * segments;
        const Matrix<double> window{count, 4, {inputs.row(from), inputs.row(from + count)}};
        const auto& outputs = pass.forward(numbers, window, carried, nullptr).values;
        parts.insert(parts.end(), outputs.begin(), outputs.end());
    }
    CHECK(parts == whole.values);
    CHECK(carried.hidden[1].values == states.hidden[1].values);
    CHECK(carried.cell[1].values == states.cell[1].values);
}
