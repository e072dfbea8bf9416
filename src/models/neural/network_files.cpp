// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/network_files.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "core/json.hpp"
#include "models/neural/layer_description.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

namespace {

using namespace detail;

constexpr std::string_view where = "network_from_safetensors";

/// The tensors of a file, each of which one layer takes.
class Tensors {
public:
    explicit Tensors(std::vector<Tensor> tensors) : tensors_{std::move(tensors)} {
        std::sort(tensors_.begin(), tensors_.end(),
                  [](const Tensor& a, const Tensor& b) { return a.name < b.name; });
        taken_.resize(tensors_.size());
    }

    /// The sizes of a matrix, neither 0: they are no more than its numbers.
    [[nodiscard]] std::pair<std::size_t, std::size_t> matrix(const std::string& name) const {
        const Tensor& tensor = tensors_[find(name)];
        if (tensor.shape.size() != 2 || tensor.shape[0] == 0 || tensor.shape[1] == 0)
            fail_format(where, "tensor \"" + shown(name) + "\" is no matrix with numbers");
        return {tensor.shape[0], tensor.shape[1]};
    }

    /// The numbers of a matrix.
    [[nodiscard]] std::vector<float> take(const std::string& name) {
        const std::size_t at = find(name);
        if (taken_[at]) fail_format(where, "tensor \"" + shown(name) + "\" is named twice");
        taken_[at] = true;
        return std::move(tensors_[at].values);
    }

    /// The numbers of a vector of `size`; as many zeros where it has no name.
    [[nodiscard]] std::vector<float> vector(const std::string& name, std::size_t size) {
        if (name.empty()) return std::vector<float>(size);
        if (tensors_[find(name)].shape != std::vector{size})
            fail_format(where, "tensor \"" + shown(name) + "\" is no vector of " + std::to_string(size));
        return take(name);
    }

    void finish() const {
        const auto left = std::find(taken_.begin(), taken_.end(), false);
        if (left == taken_.end()) return;
        const Tensor& tensor = tensors_[static_cast<std::size_t>(left - taken_.begin())];
        fail_format(where, "tensor \"" + shown(tensor.name) + "\" belongs to no layer");
    }

private:
    [[nodiscard]] std::size_t find(const std::string& name) const {
        const auto found =
            std::lower_bound(tensors_.begin(), tensors_.end(), name,
                             [](const Tensor& tensor, const std::string& key) { return tensor.name < key; });
        if (found == tensors_.end() || found->name != name)
            fail_format(where, "no tensor \"" + shown(name) + "\", which a layer names");
        return static_cast<std::size_t>(found - tensors_.begin());
    }

    std::vector<Tensor> tensors_;
    std::vector<bool> taken_;
};

DenseLayer dense_layer(const LayerDescription& layer, Tensors& tensors) {
    if (layer.type != LayerType::dense) fail_format(where, "a recurrent layer where a dense one must be");
    const auto [outputs, inputs] = tensors.matrix(layer.tensor(Role::weight));
    DenseLayer dense{inputs, outputs, layer.activation, layer.dropout};
    dense.weights = tensors.take(layer.tensor(Role::weight));
    dense.bias = tensors.vector(layer.tensor(Role::bias), outputs);
    if (!layer.tensor(Role::gain).empty()) {
        dense.gain = tensors.vector(layer.tensor(Role::gain), outputs);
        dense.shift = tensors.vector(layer.tensor(Role::shift), outputs);
    }
    return dense;
}

Network dense_network(std::span<const LayerDescription> layers, Tensors& tensors) {
    std::vector<DenseLayer> dense;
    for (const LayerDescription& layer : layers) dense.push_back(dense_layer(layer, tensors));
    return Network{std::move(dense)};
}

RecurrentLayer recurrent_layer(const LayerDescription& layer, Tensors& tensors) {
    const auto [sums, inputs] = tensors.matrix(layer.tensor(Role::weight_ih));
    const auto [state_sums, units] = tensors.matrix(layer.tensor(Role::weight_hh));
    if (sums != state_sums) fail_format(where, "weight_ih and weight_hh of unequal heights");
    RecurrentLayer recurrent{inputs, units};
    recurrent.input_weights = tensors.take(layer.tensor(Role::weight_ih));
    recurrent.state_weights = tensors.take(layer.tensor(Role::weight_hh));
    recurrent.input_bias = tensors.vector(layer.tensor(Role::bias_ih), sums);
    recurrent.state_bias = tensors.vector(layer.tensor(Role::bias_hh), sums);
    return recurrent;
}

RecurrentNetwork recurrent_network(std::span<const LayerDescription> layers, Tensors& tensors) {
    std::vector<RecurrentLayer> recurrent;
    std::size_t count = 0;
    while (count < layers.size() && layers[count].type != LayerType::dense) {
        if (layers[count].type != layers.front().type) fail_format(where, "GRU and LSTM in one network");
        recurrent.push_back(recurrent_layer(layers[count++], tensors));
    }
    const bool lstm = !layers.empty() && layers.front().type == LayerType::lstm;
    return {lstm ? Cell::lstm : Cell::gru, std::move(recurrent),
            dense_network(layers.subspan(count), tensors)};
}

/// What `build` makes of the described layers and the tensors of a file.
template <class Build>
auto from_file(std::span<const std::byte> bytes, Build build) try {
    TensorFile file = read_safetensors(bytes);
    for (const TensorFileEntry& entry : file.metadata) {
        if (entry.key != layers_key) continue;
        Tensors tensors{std::move(file.tensors)};
        auto network = build(read_layers(entry.value), tensors);
        tensors.finish();
        return network;
    }
    fail_format(where, "no sonde.layers in the metadata");
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

/// Collects a network for a file.
class FileBuilder {
public:
    explicit FileBuilder(ElementType type) : type_{type} {}

    LayerDescription& layer(LayerType type) {
        layers_.push_back({type});
        return layers_.back();
    }

    /// Adds a tensor to the last layer.
    void tensor(Role role, std::vector<std::size_t> shape, const std::vector<float>& values) {
        std::string name = std::to_string(layers_.size() - 1) + '.';
        name += role_names[static_cast<std::size_t>(role)];
        file_.tensors.push_back({name, std::move(shape), values, type_});
        layers_.back().tensor(role) = std::move(name);
    }

    [[nodiscard]] std::vector<std::byte> bytes() {
        file_.metadata.push_back({std::string{layers_key}, layers_json(layers_)});
        return write_safetensors(file_);
    }

private:
    ElementType type_;
    TensorFile file_;
    std::vector<LayerDescription> layers_;
};

void add(FileBuilder& builder, const Network& network) {
    for (const DenseLayer& dense : network.layers()) {
        LayerDescription& layer = builder.layer(LayerType::dense);
        layer.activation = dense.activation;
        layer.dropout = dense.dropout;
        builder.tensor(Role::weight, {dense.outputs, dense.inputs}, dense.weights);
        builder.tensor(Role::bias, {dense.outputs}, dense.bias);
        if (dense.gain.empty()) continue;
        builder.tensor(Role::gain, {dense.outputs}, dense.gain);
        builder.tensor(Role::shift, {dense.outputs}, dense.shift);
    }
}

}  // namespace

Network network_from_safetensors(std::span<const std::byte> file) { return from_file(file, dense_network); }

RecurrentNetwork recurrent_network_from_safetensors(std::span<const std::byte> file) {
    return from_file(file, recurrent_network);
}

std::vector<std::byte> to_safetensors(const Network& network, ElementType type) {
    FileBuilder builder{type};
    add(builder, network);
    return builder.bytes();
}

std::vector<std::byte> to_safetensors(const RecurrentNetwork& network, ElementType type) {
    FileBuilder builder{type};
    for (const RecurrentLayer& recurrent : network.layers()) {
        builder.layer(network.cell() == Cell::gru ? LayerType::gru : LayerType::lstm);
        const std::size_t sums = recurrent.input_bias.size();
        builder.tensor(Role::weight_ih, {sums, recurrent.inputs}, recurrent.input_weights);
        builder.tensor(Role::weight_hh, {sums, recurrent.units}, recurrent.state_weights);
        builder.tensor(Role::bias_ih, {sums}, recurrent.input_bias);
        builder.tensor(Role::bias_hh, {sums}, recurrent.state_bias);
    }
    add(builder, network.head());
    return builder.bytes();
}

}  // namespace sonde
