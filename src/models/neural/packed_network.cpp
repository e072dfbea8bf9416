// SPDX-License-Identifier: Apache-2.0
#include "models/neural/packed_network.hpp"

#include <algorithm>
#include <utility>

#include "models/neural/layer_norm.hpp"

namespace sonde::detail {

namespace {

constexpr std::size_t most_rows = 40;        // that go through the layers together
constexpr std::size_t stack_floats = 10240;  // for what is between two layers: 40 kB
constexpr std::size_t widest = Network::max_width + PackedNetwork::part;
static_assert(stack_floats >= 2 * widest);

}  // namespace

PackedNetwork::PackedNetwork(const Network& network) {
    for (const DenseLayer& layer : network.layers()) {
        Panels weights{layer.inputs, layer.outputs};
        std::vector<float> bias(weights.padded());
        room_ = std::max(room_, weights.padded());
        layers_.push_back({std::move(weights), std::move(bias), layer.gain, layer.shift, layer.activation});
    }
    // The outputs are handed over in parts, unless a norm has to see all of them.
    if (layers_.back().gain.empty()) {
        room_ = 0;
        for (std::size_t i = 0; i + 1 < layers_.size(); ++i)
            room_ = std::max(room_, layers_[i].weights.padded());
    }
    fill(numbers_of<float>(network));
}

void PackedNetwork::fill(std::span<const LayerNumbers<float>> numbers) noexcept {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        layers_[i].weights.fill_transposed(numbers[i].weights.data());
        std::copy(numbers[i].bias.begin(), numbers[i].bias.end(), layers_[i].bias.begin());
        std::copy(numbers[i].gain.begin(), numbers[i].gain.end(), layers_[i].gain.begin());
        std::copy(numbers[i].shift.begin(), numbers[i].shift.end(), layers_[i].shift.begin());
    }
}

void PackedNetwork::run(MatrixView rows, const Take& take, InstructionSet set) const noexcept {
    const std::size_t fit =
        room_ == 0 ? most_rows : std::clamp(stack_floats / (2 * room_), std::size_t{1}, most_rows);
    const std::size_t unit = rows_at_once(set);
    const std::size_t together = fit >= unit ? fit / unit * unit : fit;
    for (std::size_t first = 0; first < rows.rows(); first += together) {
        const std::size_t size = std::min(together, rows.rows() - first);
        run_some({rows.row(first).data(), size, rows.cols(), rows.stride()}, first, take, set);
    }
}

void PackedNetwork::run_some(MatrixView rows, std::size_t first_row, const Take& take,
                             InstructionSet set) const noexcept {
    alignas(64) float between[stack_floats];
    const bool whole = !layers_.back().gain.empty();
    const float* inputs = rows.data();
    std::size_t stride = rows.stride();
    float *to = between, *other = between + rows.rows() * room_;
    for (std::size_t i = 0; i + (whole ? 0 : 1) < layers_.size(); ++i) {
        const Layer& layer = layers_[i];
        multiply(inputs, stride, rows.rows(), layer.weights, layer.weights.all(), to, room_, set);
        for (std::size_t row = 0; row < rows.rows(); ++row) finish(layer, to + row * room_, set);
        inputs = to;
        stride = room_;
        std::swap(to, other);
    }
    if (!whole) return finish_last(inputs, stride, rows.rows(), first_row, take, set);
    for (std::size_t row = 0; row < rows.rows(); ++row)
        take(first_row + row, 0, layers_.back().weights.columns(), inputs + row * room_);
}

void PackedNetwork::finish(const Layer& layer, float* y, InstructionSet set) const noexcept {
    if (layer.gain.empty()) return activate(layer.activation, layer.bias.data(), y, layer.bias.size(), set);
    activate(Activation::linear, layer.bias.data(), y, layer.bias.size(), set);
    normalize(y, layer.gain, layer.shift);
    static constexpr float none[Panels::width] = {};
    for (std::size_t i = 0; i < layer.bias.size(); i += Panels::width)
        activate(layer.activation, none, y + i, Panels::width, set);
}

void PackedNetwork::finish_last(const float* inputs, std::size_t stride, std::size_t count,
                                std::size_t first_row, const Take& take, InstructionSet set) const noexcept {
    alignas(64) float outputs[most_rows * part];
    const Layer& layer = layers_.back();
    const Panels& weights = layer.weights;
    for (std::size_t panel = 0; panel < weights.count(); panel += part / Panels::width) {
        const PanelRange range{panel, std::min(panel + part / Panels::width, weights.count())};
        const std::size_t first = panel * Panels::width, padded = (range.last - range.first) * Panels::width,
                          size = std::min(padded, weights.columns() - first);
        multiply(inputs, stride, count, weights, range, outputs, part, set);
        for (std::size_t row = 0; row < count; ++row) {
            activate(layer.activation, layer.bias.data() + first, outputs + row * part, padded, set);
            take(first_row + row, first, size, outputs + row * part);
        }
    }
}

}  // namespace sonde::detail
