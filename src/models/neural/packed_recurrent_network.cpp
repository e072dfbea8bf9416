// SPDX-License-Identifier: Apache-2.0
#include "models/neural/packed_recurrent_network.hpp"

#include <algorithm>
#include <utility>

#include "models/neural/cell_kernel.hpp"
#include "models/neural/recurrent_numbers.hpp"

namespace sonde::detail {

PackedRecurrentNetwork::PackedRecurrentNetwork(const RecurrentNetwork& network)
    : cell_{network.cell()}, head_{network.head()} {
    for (const RecurrentLayer& layer : network.layers()) {
        const std::size_t sums = gates_of(cell_) * layer.units;
        Panels input{layer.inputs, sums}, state{layer.units, sums};
        std::vector<float> bias(input.padded());
        layers_.push_back({layer.units, std::move(input), std::move(state), bias, bias});
    }
    fill(numbers_of<float>(network));
}

RecurrentState PackedRecurrentNetwork::begin() const {
    std::size_t units = 0, sums = 0;
    for (const Layer& layer : layers_) {
        units += layer.units;
        sums = std::max(sums, layer.input.padded());
    }
    RecurrentState state{};
    state.hidden.resize(units);
    state.cell.resize(cell_ == Cell::lstm ? units : 0);
    state.input.resize(sums);
    state.state.resize(sums);
    return state;
}

void PackedRecurrentNetwork::step(std::span<const float> row, RecurrentState& state,
                                  InstructionSet set) const noexcept {
    const float* inputs = row.data();
    float *hidden = state.hidden.data(), *cell = state.cell.data();
    const auto sum = [set](const Panels& weights, const std::vector<float>& bias, const float* from,
                           float* to) {
        multiply(from, weights.rows(), 1, weights, weights.all(), to, weights.padded(), set);
        activate(Activation::linear, bias.data(), to, bias.size(), set);
    };
    for (const Layer& layer : layers_) {
        float *input = state.input.data(), *through = state.state.data();
        sum(layer.input, layer.input_bias, inputs, input);
        sum(layer.state, layer.state_bias, hidden, through);
        if (cell_ == Cell::gru) {
            gru_step(CellStep<float>{input, through, hidden, layer.units, input, hidden, nullptr, nullptr},
                     set);
        } else {
            lstm_step(CellStep<float>{input, through, cell, layer.units, input, cell, through, hidden}, set);
            cell += layer.units;
        }
        inputs = hidden;
        hidden += layer.units;
    }
}

void PackedRecurrentNetwork::outputs(const RecurrentState& state, std::span<float> out,
                                     InstructionSet set) const noexcept {
    const std::size_t units = layers_.back().units;
    const auto take = [&](std::size_t, std::size_t first, std::size_t size, const float* y) {
        std::copy_n(y, size, out.data() + first);
    };
    head_.run({state.hidden.data() + (state.hidden.size() - units), 1, units}, take, set);
}

void PackedRecurrentNetwork::fill(std::span<const LayerNumbers<float>> numbers) noexcept {
    for (Layer& layer : layers_) {
        layer.input.fill_transposed(numbers[0].weights.data());
        layer.state.fill_transposed(numbers[1].weights.data());
        std::copy(numbers[0].bias.begin(), numbers[0].bias.end(), layer.input_bias.begin());
        std::copy(numbers[1].bias.begin(), numbers[1].bias.end(), layer.state_bias.begin());
        numbers = numbers.subspan(2);
    }
    head_.fill(numbers);
}

}  // namespace sonde::detail
