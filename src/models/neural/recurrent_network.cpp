// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/recurrent_network.hpp"

#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "models/neural/network_checks.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "RecurrentNetwork";

void check_shape(Cell cell, std::size_t inputs, std::size_t units) {
    if (cell > Cell::lstm) fail(where, "cell", static_cast<double>(cell), "one of the enumerators");
    if (inputs < 1 || inputs > Network::max_width)
        fail(where, "inputs", static_cast<double>(inputs), "in [1, 4096]");
    if (units < 1 || units > RecurrentNetwork::max_units)
        fail(where, "units", static_cast<double>(units), "in [1, 1024]");
}

void check(Cell cell, const RecurrentLayer& layer) {
    check_shape(cell, layer.inputs, layer.units);
    const std::size_t sums = gates_of(cell) * layer.units;
    detail::check_numbers(where, "input weights", layer.input_weights, sums * layer.inputs);
    detail::check_numbers(where, "state weights", layer.state_weights, sums * layer.units);
    detail::check_numbers(where, "input biases", layer.input_bias, sums);
    detail::check_numbers(where, "state biases", layer.state_bias, sums);
}

void check_count(std::size_t layers) {
    if (layers < 1 || layers > RecurrentNetwork::max_layers)
        fail(where, "number of recurrent layers", static_cast<double>(layers), "in [1, 16]");
}

}  // namespace

RecurrentNetwork::RecurrentNetwork(Cell cell, std::vector<RecurrentLayer> layers, Network head)
    : cell_{cell}, layers_{std::move(layers)}, head_{std::move(head)} {
    check_count(layers_.size());
    for (const RecurrentLayer& layer : layers_) check(cell_, layer);
    for (std::size_t i = 1; i < layers_.size(); ++i)
        if (layers_[i].inputs != layers_[i - 1].units)
            fail(where, "inputs of layer " + std::to_string(i), static_cast<double>(layers_[i].inputs),
                 "the units of the layer before");
    if (head_.inputs() != layers_.back().units)
        fail(where, "inputs of the head", static_cast<double>(head_.inputs()),
             "the units of the last recurrent layer");
}

std::size_t RecurrentNetwork::parameters() const noexcept {
    std::size_t count = head_.parameters();
    for (const RecurrentLayer& layer : layers_)
        count += layer.input_weights.size() + layer.state_weights.size() + layer.input_bias.size() +
                 layer.state_bias.size();
    return count;
}

void RecurrentNetwork::write(ByteWriter& writer) const {
    writer.u8(static_cast<std::uint8_t>(cell_));
    writer.u64(layers_.size());
    for (const RecurrentLayer& layer : layers_) {
        writer.u64(layer.inputs);
        writer.u64(layer.units);
        for (const auto* values :
             {&layer.input_weights, &layer.state_weights, &layer.input_bias, &layer.state_bias})
            writer.f32s(*values);
    }
    write_object(writer, head_);
}

RecurrentNetwork RecurrentNetwork::read(ByteReader& reader, std::uint16_t) try {
    const auto cell = static_cast<Cell>(reader.choice(1));
    const std::uint64_t count = reader.u64();
    if (count > max_layers) fail_format(where, "too many layers");
    std::vector<RecurrentLayer> layers;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t inputs = reader.u64(), units = reader.u64();
        if (inputs > Network::max_width || units > max_units) fail_format(where, "a layer that is too wide");
        RecurrentLayer layer{static_cast<std::size_t>(inputs), static_cast<std::size_t>(units)};
        for (auto* values :
             {&layer.input_weights, &layer.state_weights, &layer.input_bias, &layer.state_bias})
            *values = reader.f32s();
        layers.push_back(std::move(layer));
    }
    return RecurrentNetwork{cell, std::move(layers), read_object<Network>(reader)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

RecurrentNetwork random_recurrent_network(Cell cell, std::size_t inputs, std::size_t units,
                                          std::size_t layers, std::size_t outputs, std::uint64_t seed) {
    check_count(layers);
    check_shape(cell, inputs, units);
    Rng rng{seed};
    const double range = 1 / std::sqrt(static_cast<double>(units));
    const auto draw = [&](std::vector<float>& values, std::size_t size) {
        values.resize(size);
        for (float& value : values) value = static_cast<float>(range * (2 * rng.uniform() - 1));
    };
    std::vector<RecurrentLayer> drawn;
    for (std::size_t i = 0; i < layers; ++i) {
        RecurrentLayer layer{i == 0 ? inputs : units, units};
        const std::size_t sums = gates_of(cell) * units;
        draw(layer.input_weights, sums * layer.inputs);
        draw(layer.state_weights, sums * units);
        draw(layer.input_bias, sums);
        draw(layer.state_bias, sums);
        drawn.push_back(std::move(layer));
    }
    const LayerShape linear{outputs, Activation::linear};
    return {cell, std::move(drawn), random_network(units, {&linear, 1}, rng.next())};
}

}  // namespace sonde
