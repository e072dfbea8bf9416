// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "models/neural/network_checks.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "Network";

void check_width(std::string_view what, std::size_t width) {
    if (width < 1 || width > Network::max_width)
        fail(where, what, static_cast<double>(width), "in [1, 4096]");
}

void check(const DenseLayer& layer) {
    check_width("inputs", layer.inputs);
    check_width("outputs", layer.outputs);
    if (layer.activation > Activation::sigmoid)
        fail(where, "activation", static_cast<double>(layer.activation), "one of the enumerators");
    if (!is_finite(layer.dropout) || layer.dropout < 0 || layer.dropout >= 1)
        fail(where, "dropout", layer.dropout, "in [0, 1)");
    detail::check_numbers(where, "weights", layer.weights, layer.inputs * layer.outputs);
    detail::check_numbers(where, "biases", layer.bias, layer.outputs);
    const bool norm = !layer.gain.empty() || !layer.shift.empty();
    detail::check_numbers(where, "gains", layer.gain, norm ? layer.outputs : 0);
    detail::check_numbers(where, "shifts", layer.shift, norm ? layer.outputs : 0);
}

}  // namespace

void detail::check_numbers(std::string_view who, std::string_view what, std::span<const float> values,
                           std::size_t expected) {
    constexpr float largest = 1e15F;
    if (values.size() != expected)
        fail(who, "number of " + std::string{what}, static_cast<double>(values.size()),
             "what the widths ask for");
    for (const float value : values)
        if (!is_finite(value) || std::abs(value) > largest)
            fail(who, what, static_cast<double>(value), "finite, in [-1e15, 1e15]");
}

Network::Network(std::vector<DenseLayer> layers) : layers_{std::move(layers)} {
    if (layers_.empty() || layers_.size() > max_layers)
        fail(where, "number of layers", static_cast<double>(layers_.size()), "in [1, 64]");
    for (const DenseLayer& layer : layers_) check(layer);
    for (std::size_t i = 1; i < layers_.size(); ++i)
        if (layers_[i].inputs != layers_[i - 1].outputs)
            fail(where, "inputs of layer " + std::to_string(i), static_cast<double>(layers_[i].inputs),
                 "the outputs of the layer before");
}

std::size_t Network::width() const noexcept {
    std::size_t width = inputs();
    for (const DenseLayer& layer : layers_) width = std::max(width, layer.outputs);
    return width;
}

std::size_t Network::parameters() const noexcept {
    std::size_t count = 0;
    for (const DenseLayer& layer : layers_)
        count += layer.weights.size() + layer.bias.size() + layer.gain.size() + layer.shift.size();
    return count;
}

void Network::write(ByteWriter& writer) const {
    writer.u64(layers_.size());
    for (const DenseLayer& layer : layers_) {
        writer.u64(layer.inputs);
        writer.u64(layer.outputs);
        writer.u8(static_cast<std::uint8_t>(layer.activation));
        writer.f64(layer.dropout);
        for (const auto* values : {&layer.weights, &layer.bias, &layer.gain, &layer.shift})
            writer.f32s(*values);
    }
}

Network Network::read(ByteReader& reader, std::uint16_t) try {
    const std::uint64_t count = reader.u64();
    if (count > max_layers) fail_format(where, "too many layers");
    std::vector<DenseLayer> layers;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t inputs = reader.u64(), outputs = reader.u64();
        if (inputs > max_width || outputs > max_width) fail_format(where, "a layer that is too wide");
        DenseLayer layer{static_cast<std::size_t>(inputs), static_cast<std::size_t>(outputs)};
        layer.activation = static_cast<Activation>(reader.choice(4));
        layer.dropout = reader.finite();
        for (auto* values : {&layer.weights, &layer.bias, &layer.gain, &layer.shift}) *values = reader.f32s();
        layers.push_back(std::move(layer));
    }
    return Network{std::move(layers)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

Network random_network(std::size_t inputs, std::span<const LayerShape> shapes, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<DenseLayer> layers;
    for (const LayerShape& shape : shapes) {
        check_width("inputs", inputs);
        check_width("outputs", shape.outputs);
        DenseLayer layer{inputs, shape.outputs, shape.activation, shape.dropout};
        const bool he = shape.activation == Activation::relu || shape.activation == Activation::leaky_relu;
        const double range = std::sqrt(6 / static_cast<double>(he ? inputs : inputs + shape.outputs));
        layer.weights.resize(inputs * shape.outputs);
        for (float& weight : layer.weights) weight = static_cast<float>(range * (2 * rng.uniform() - 1));
        layer.bias.assign(shape.outputs, 0.0F);
        layer.gain.assign(shape.layer_norm ? shape.outputs : 0, 1.0F);
        layer.shift.assign(layer.gain.size(), 0.0F);
        layers.push_back(std::move(layer));
        inputs = shape.outputs;
    }
    return Network{std::move(layers)};
}

}  // namespace sonde
