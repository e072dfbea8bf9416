// SPDX-License-Identifier: Apache-2.0
#include "golden/torch_recurrent.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "models/neural/packed_recurrent_network.hpp"
#include "sonde/models/neural/recurrent_training.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

constexpr std::size_t rows = 12, inputs = 2, units = 3, outputs = 2;
const MatrixView all_inputs{golden::recurrent_rows, rows, inputs},
    all_targets{golden::recurrent_targets, rows, outputs};

/// What PyTorch gave for a cell and a number of layers: numbers in its order.
struct Expected {
    Cell cell;
    std::size_t layers;
    std::span<const float> start, outputs, one_step, squared, decoupled;
};

const Expected cases[] = {
    {Cell::gru, 1, golden::gru_1_start, golden::gru_1_outputs, golden::gru_1_one_step, golden::gru_1_squared,
     golden::gru_1_decoupled},
    {Cell::gru, 2, golden::gru_2_start, golden::gru_2_outputs, golden::gru_2_one_step, golden::gru_2_squared,
     golden::gru_2_decoupled},
    {Cell::lstm, 1, golden::lstm_1_start, golden::lstm_1_outputs, golden::lstm_1_one_step,
     golden::lstm_1_squared, golden::lstm_1_decoupled},
    {Cell::lstm, 2, golden::lstm_2_start, golden::lstm_2_outputs, golden::lstm_2_one_step,
     golden::lstm_2_squared, golden::lstm_2_decoupled},
};

RecurrentNetwork network_of(const Expected& expected) {
    const float* numbers = expected.start.data();
    const auto take = [&](std::size_t count) {
        numbers += count;
        return std::vector<float>(numbers - count, numbers);
    };
    const std::size_t sums = gates_of(expected.cell) * units;
    std::vector<RecurrentLayer> layers;
    for (std::size_t i = 0; i < expected.layers; ++i) {
        RecurrentLayer layer{i == 0 ? inputs : units, units};
        layer.input_weights = take(sums * layer.inputs);
        layer.state_weights = take(sums * units);
        layer.input_bias = take(sums);
        layer.state_bias = take(sums);
        layers.push_back(std::move(layer));
    }
    DenseLayer head{units, outputs};
    head.weights = take(outputs * units);
    head.bias = take(outputs);
    return {expected.cell, std::move(layers), Network{{head}}};
}

std::vector<float> numbers_of(const RecurrentNetwork& network) {
    std::vector<float> all;
    const auto add = [&](const std::vector<float>& part) { all.insert(all.end(), part.begin(), part.end()); };
    for (const RecurrentLayer& layer : network.layers())
        for (const auto* part :
             {&layer.input_weights, &layer.state_weights, &layer.input_bias, &layer.state_bias})
            add(*part);
    add(network.head().layers()[0].weights);
    add(network.head().layers()[0].bias);
    return all;
}

double farthest(std::span<const float> a, std::span<const float> b) {
    REQUIRE(a.size() == b.size());
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    return most;
}

/// After some epochs in two segments.
double off_after(const Expected& expected, std::span<const float> numbers, std::size_t window,
                 TrainingOptions options) {
    options.learning_rate = 0.01;
    options.batch_rows = 2 * window;
    // The last network is asked for, not the best: each loss here is less than the one before.
    const auto trained = train(network_of(expected), all_inputs, all_targets, 0, window, options);
    for (std::size_t i = 1; i < trained.history.size(); ++i)
        REQUIRE(trained.history[i].training < trained.history[i - 1].training);
    return farthest(numbers_of(trained.network), numbers);
}

}  // namespace

TEST_CASE("RecurrentNetwork: gives what PyTorch gives", "[golden]") {
    for (const Expected& expected : cases) {
        const detail::PackedRecurrentNetwork packed{network_of(expected)};
        auto state = packed.begin();
        std::vector<float> found(rows * outputs);
        for (std::size_t i = 0; i < rows; ++i) {
            packed.step(all_inputs.row(i), state);
            packed.outputs(state, {found.data() + i * outputs, outputs});
        }
        CHECK(farthest(found, expected.outputs) < 1e-6);
    }
}

TEST_CASE("train: a recurrent network steps as PyTorch's", "[golden]") {
    for (const Expected& expected : cases) {
        CAPTURE(static_cast<int>(expected.cell), expected.layers);
        CHECK(off_after(expected, expected.one_step, 6, {.epochs = 1}) < 1e-5);
        CHECK(off_after(expected, expected.squared, 3, {.epochs = 3}) < 1e-5);
        CHECK(off_after(expected, expected.decoupled, 2,
                        {.loss = Loss::huber, .epochs = 1, .weight_decay = 0.1}) < 1e-5);
    }
}
