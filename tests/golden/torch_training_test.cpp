// SPDX-License-Identifier: Apache-2.0
#include "golden/torch_training.hpp"

#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

#include "models/neural/packed_network.hpp"
#include "sonde/models/neural/training.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

constexpr std::size_t rows = 8, features = 6;

/// From all numbers in PyTorch's order: weights, biases, gains and shifts, layer by layer.
Network network_of(const float* numbers) {
    std::vector<DenseLayer> layers{
        {6, 5, Activation::relu}, {5, 4, Activation::tanh}, {4, 6, Activation::sigmoid}};
    const auto take = [&](std::vector<float>& to, std::size_t count) {
        to.assign(numbers, numbers + count);
        numbers += count;
    };
    for (DenseLayer& layer : layers) {
        take(layer.weights, layer.inputs * layer.outputs);
        take(layer.bias, layer.outputs);
        if (layer.inputs != features) continue;
        take(layer.gain, layer.outputs);
        take(layer.shift, layer.outputs);
    }
    return Network{std::move(layers)};
}

std::vector<float> numbers_of(const Network& network) {
    std::vector<float> all;
    for (const DenseLayer& layer : network.layers())
        for (const auto* part : {&layer.weights, &layer.bias, &layer.gain, &layer.shift})
            all.insert(all.end(), part->begin(), part->end());
    return all;
}

double farthest(std::span<const float> a, std::span<const float> b) {
    REQUIRE(a.size() == b.size());
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    return most;
}

/// After so many epochs of one step each.
double off_after(std::span<const float> expected, TrainingOptions options) {
    options.learning_rate = 0.01;
    options.batch_rows = rows;
    const MatrixView all{golden::torch_rows, rows, features};
    // The last network is asked for, not the best: each loss here is less than the one before.
    const auto trained = train(network_of(golden::torch_start), all, all, 0, options);
    for (std::size_t i = 1; i < trained.history.size(); ++i)
        REQUIRE(trained.history[i].training < trained.history[i - 1].training);
    return farthest(numbers_of(trained.network), expected);
}

}  // namespace

TEST_CASE("Network: gives what PyTorch gives", "[golden]") {
    const detail::PackedNetwork packed{network_of(golden::torch_start)};
    std::vector<float> outputs(rows * features);
    const auto take = [&](std::size_t row, std::size_t first, std::size_t size, const float* y) {
        std::copy_n(y, size, outputs.data() + row * features + first);
    };
    packed.run({golden::torch_rows, rows, features}, take);
    CHECK(farthest(outputs, golden::torch_outputs) < 1e-6);
}

TEST_CASE("train: steps as PyTorch does", "[golden]") {
    CHECK(off_after(golden::torch_cross_entropy, {.loss = Loss::cross_entropy, .epochs = 1}) < 1e-5);
    CHECK(off_after(golden::torch_squared, {.epochs = 3}) < 1e-5);
    CHECK(off_after(golden::torch_absolute, {.loss = Loss::absolute, .epochs = 1}) < 1e-5);
    CHECK(off_after(golden::torch_huber, {.loss = Loss::huber, .epochs = 1}) < 1e-5);
    CHECK(off_after(golden::torch_decoupled, {.epochs = 3, .weight_decay = 0.1}) < 1e-5);
    CHECK(off_after(golden::torch_coupled, {.epochs = 3, .weight_decay = 0.1, .decoupled_decay = false}) <
          1e-5);
    CHECK(off_after(golden::torch_clipped, {.epochs = 3, .epsilon = 0.1, .clip_norm = 0.01}) < 1e-5);
}
