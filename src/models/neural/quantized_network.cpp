// SPDX-License-Identifier: Apache-2.0
#include "models/neural/quantized_network.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "models/neural/layer_norm.hpp"
#include "models/neural/network_checks.hpp"
#include "sonde/core/error.hpp"

namespace sonde::detail {

namespace {

constexpr std::string_view where = "QuantizedNetwork";
constexpr std::size_t width = BytePanels::width;
constexpr std::size_t most_rows = 48;  // that go through the layers together
constexpr std::size_t rows_of_kernels = 8;
constexpr int largest_weight = 127;

std::size_t rounded_up(std::size_t size, std::size_t unit) { return (size + unit - 1) / unit * unit; }

}  // namespace

/// What is between two layers, of all rows that go through them together.
struct QuantizedNetwork::Room {
    static constexpr std::size_t most_floats = 6144, most_bytes = 32768;
    static_assert(most_floats >= Network::max_width && most_bytes >= Network::max_width);

    alignas(64) float floats[most_floats];
    alignas(64) std::uint8_t bytes[most_bytes];
    alignas(64) std::int32_t sums[most_rows * width];
    ByteRange ranges[most_rows];
};

QuantizedNetwork::QuantizedNetwork(const Network& network) {
    for (const DenseLayer& layer : network.layers()) layers_.push_back(quantized(layer));
    prepare();
}

QuantizedNetwork::Layer QuantizedNetwork::quantized(const DenseLayer& layer) {
    constexpr double tiny = 1e-30;  // what is less counts as 0: no subnormal scale
    Layer made{BytePanels{layer.inputs, layer.outputs},
               {},
               {},
               layer.bias,
               layer.gain,
               layer.shift,
               layer.activation};
    for (std::size_t j = 0; j < layer.outputs; ++j) {
        const std::span weights{layer.weights.data() + j * layer.inputs, layer.inputs};
        double largest = 0;
        for (const float weight : weights) largest = std::max(largest, std::abs(static_cast<double>(weight)));
        const auto scale = static_cast<float>(largest < tiny ? 0 : largest / largest_weight);
        for (std::size_t i = 0; scale > 0 && i < weights.size(); ++i)
            made.weights.at(i, j) = static_cast<std::int8_t>(
                std::lround(static_cast<double>(weights[i]) / static_cast<double>(scale)));
        made.scales.push_back(scale);
    }
    return made;
}

void QuantizedNetwork::prepare() {
    floats_ = part;
    for (Layer& layer : layers_) {
        const std::size_t padded = layer.weights.count() * width;
        layer.scales.resize(padded);
        layer.bias.resize(padded);
        layer.totals.assign(padded, 0.0F);
        for (std::size_t j = 0; j < layer.weights.columns(); ++j)
            for (std::size_t i = 0; i < layer.weights.rows(); ++i)
                layer.totals[j] += static_cast<float>(layer.weights.at(i, j));  // exact: below 2^24
        bytes_ = std::max(bytes_, rounded_up(layer.weights.rows(), 64));
        // The last outputs are handed over in parts, unless a norm has to see all of them.
        if (&layer != &layers_.back() || !layer.gain.empty()) floats_ = std::max(floats_, padded);
    }
}

void QuantizedNetwork::run(MatrixView rows, const Take& take, InstructionSet set) const noexcept {
    std::size_t together = std::min({most_rows, Room::most_floats / floats_, Room::most_bytes / bytes_});
    if (together > rows_of_kernels) together = together / rows_of_kernels * rows_of_kernels;
    for (std::size_t first = 0; first < rows.rows(); first += together) {
        const std::size_t size = std::min(together, rows.rows() - first);
        run_some({rows.row(first).data(), size, rows.cols(), rows.stride()}, first, take, set);
    }
}

void QuantizedNetwork::run_some(MatrixView rows, std::size_t first_row, const Take& take,
                                InstructionSet set) const noexcept {
    Room room;
    const std::size_t count = rows.rows();
    MatrixView values = rows;
    for (const Layer& layer : layers_) {
        for (std::size_t row = 0; row < count; ++row)
            room.ranges[row] =
                quantize(values.row(row).data(), layer.weights.rows(), room.bytes + row * bytes_, set);
        if (&layer == &layers_.back() && layer.gain.empty())
            return finish_last(count, first_row, take, room, set);
        finish_panels(layer, 0, layer.weights.count(), count, floats_, room, set);
        values = {room.floats, count, layer.weights.columns(), floats_};
        for (std::size_t row = 0; !layer.gain.empty() && row < count; ++row) {
            float* z = room.floats + row * floats_;
            normalize(z, layer.gain, layer.shift);
            apply(layer.activation, z, layer.bias.size(), set);
        }
    }
    for (std::size_t row = 0; row < count; ++row) take(first_row + row, 0, outputs(), values.row(row).data());
}

/// Some panels' outputs, or what a norm makes them of, as the floats of the room. \param stride  of those
void QuantizedNetwork::finish_panels(const Layer& layer, std::size_t first, std::size_t last,
                                     std::size_t count, std::size_t stride, Room& room,
                                     InstructionSet set) const noexcept {
    const Activation activation = layer.gain.empty() ? layer.activation : Activation::linear;
    for (std::size_t panel = first; panel < last; ++panel) {
        multiply_bytes(room.bytes, bytes_, count, layer.weights.panel(panel), room.sums, set);
        const ColumnScales columns{layer.scales.data() + panel * width, layer.totals.data() + panel * width,
                                   layer.bias.data() + panel * width};
        float* to = room.floats + (panel - first) * width;
        for (std::size_t row = 0; row < count; ++row, to += stride)
            finish(room.sums + row * width, columns, room.ranges[row], activation, to, set);
    }
}

void QuantizedNetwork::finish_last(std::size_t count, std::size_t first_row, const Take& take, Room& room,
                                   InstructionSet set) const noexcept {
    constexpr std::size_t panels = part / width;
    const Layer& layer = layers_.back();
    for (std::size_t panel = 0; panel < layer.weights.count(); panel += panels) {
        const std::size_t first = panel * width, size = std::min(part, outputs() - first);
        finish_panels(layer, panel, std::min(panel + panels, layer.weights.count()), count, part, room, set);
        for (std::size_t row = 0; row < count; ++row)
            take(first_row + row, first, size, room.floats + row * part);
    }
}

void QuantizedNetwork::write(ByteWriter& writer) const {
    writer.u64(layers_.size());
    for (const Layer& layer : layers_) {
        const std::size_t rows = layer.weights.rows(), columns = layer.weights.columns();
        writer.u64(rows);
        writer.u64(columns);
        writer.u8(static_cast<std::uint8_t>(layer.activation));
        std::string weights;
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t i = 0; i < rows; ++i) weights += static_cast<char>(layer.weights.at(i, j));
        writer.text(weights);
        writer.f32s(std::span{layer.scales}.first(columns));
        writer.f32s(std::span{layer.bias}.first(columns));
        writer.f32s(layer.gain);
        writer.f32s(layer.shift);
    }
}

QuantizedNetwork::Layer QuantizedNetwork::read_layer(ByteReader& reader) {
    const std::uint64_t rows = reader.u64(), columns = reader.u64();
    if (rows < 1 || rows > Network::max_width || columns < 1 || columns > Network::max_width)
        fail_format(where, "a layer has a width outside [1, 4096]");
    const auto activation = static_cast<Activation>(reader.choice(4));
    const std::string_view weights = reader.text();
    if (weights.size() != rows * columns) fail_format(where, "weights are missing");
    Layer layer{BytePanels{static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)},
                reader.f32s(),
                {},
                reader.f32s(),
                reader.f32s(),
                reader.f32s(),
                activation};
    for (std::size_t n = 0; n < weights.size(); ++n) {
        const auto weight = static_cast<std::int8_t>(weights[n]);
        if (weight < -largest_weight) fail_format(where, "a weight is below -127");
        layer.weights.at(n % rows, n / rows) = weight;
    }
    check_numbers(where, "scales", layer.scales, columns);
    for (const float scale : layer.scales)
        if (scale < 0) fail_format(where, "a scale is below 0");
    const bool norm = !layer.gain.empty() || !layer.shift.empty();
    check_numbers(where, "biases", layer.bias, columns);
    check_numbers(where, "gains", layer.gain, norm ? columns : 0);
    check_numbers(where, "shifts", layer.shift, norm ? columns : 0);
    return layer;
}

QuantizedNetwork QuantizedNetwork::read(ByteReader& reader, std::uint16_t) try {
    const std::uint64_t count = reader.u64();
    if (count < 1 || count > Network::max_layers)
        fail_format(where, "the number of layers is outside [1, 64]");
    QuantizedNetwork network;
    for (std::uint64_t i = 0; i < count; ++i) {
        network.layers_.push_back(read_layer(reader));
        if (i > 0 && network.layers_[i].weights.rows() != network.layers_[i - 1].weights.columns())
            fail_format(where, "the inputs of a layer are not the outputs before");
    }
    network.prepare();
    return network;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde::detail
