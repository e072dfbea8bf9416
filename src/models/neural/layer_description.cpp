// SPDX-License-Identifier: Apache-2.0
#include "models/neural/layer_description.hpp"

#include <algorithm>
#include <charconv>

#include "core/json.hpp"
#include "sonde/models/neural/recurrent_network.hpp"

namespace sonde::detail {

namespace {

constexpr std::array<std::string_view, 3> type_names{"dense", "gru", "lstm"};
constexpr std::array<std::string_view, 5> activation_names{"linear", "relu", "leaky_relu", "tanh", "sigmoid"};
constexpr std::size_t max_layers = Network::max_layers + RecurrentNetwork::max_layers;
constexpr std::size_t dense_roles = 4;

/// The place of a name in a list; its size where it is not there.
template <std::size_t n>
std::size_t place(const std::array<std::string_view, n>& names, std::string_view name) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

template <std::size_t n>
std::size_t read_choice(JsonReader& json, const std::array<std::string_view, n>& names,
                        std::string_view what) {
    const std::string name = json.text();
    const std::size_t found = place(names, name);
    if (found == n) json.fail(std::string{what}.append(" \"" + shown(name) + "\" is not known"));
    return found;
}

void check(const JsonReader& json, const LayerDescription& layer) {
    const bool dense = layer.type == LayerType::dense;
    for (std::size_t role = 0; role < role_names.size(); ++role)
        if (!layer.tensors[role].empty() && dense != (role < dense_roles))
            json.fail(std::string{"a "}
                          .append(type_names[static_cast<std::size_t>(layer.type)])
                          .append(" layer with ")
                          .append(role_names[role]));
    const auto need = [&](Role role) {
        if (layer.tensor(role).empty())
            json.fail(std::string{"a layer without "}.append(role_names[static_cast<std::size_t>(role)]));
    };
    if (dense) {
        need(Role::weight);
        if (layer.tensor(Role::gain).empty() != layer.tensor(Role::shift).empty())
            json.fail("a layer with gain or shift alone");
    } else {
        need(Role::weight_ih);
        need(Role::weight_hh);
        if (layer.activation != Activation::linear || layer.dropout != 0)
            json.fail("a recurrent layer with activation or dropout");
    }
}

LayerDescription read_layer(JsonReader& json) {
    LayerDescription layer;
    bool typed = false;
    auto member = [&](const std::string& key) {
        if (const std::size_t role = place(role_names, key); role < role_names.size()) {
            layer.tensors[role] = json.text();
            if (layer.tensors[role].empty()) json.fail("a tensor without a name");
        } else if (key == "type") {
            typed = true;
            layer.type = static_cast<LayerType>(read_choice(json, type_names, "the type"));
        } else if (key == "activation") {
            layer.activation = static_cast<Activation>(read_choice(json, activation_names, "the activation"));
        } else if (key == "dropout") {
            layer.dropout = json.number();
        } else {
            json.fail("the key \"" + shown(key) + "\" is not known");
        }
    };
    json.object(member);
    if (!typed) json.fail("a layer without type");
    check(json, layer);
    return layer;
}

std::string layer_json(const LayerDescription& layer) {
    const auto quoted = [](std::string_view name) { return json_text(name); };
    std::string json = R"({"type":)" + quoted(type_names[static_cast<std::size_t>(layer.type)]);
    for (std::size_t role = 0; role < role_names.size(); ++role)
        if (!layer.tensors[role].empty())
            json += ',' + quoted(role_names[role]) + ':' + quoted(layer.tensors[role]);
    if (layer.activation != Activation::linear)
        json += R"(,"activation":)" + quoted(activation_names[static_cast<std::size_t>(layer.activation)]);
    if (layer.dropout != 0) {
        char text[32];
        const auto end = std::to_chars(text, text + sizeof text, layer.dropout).ptr;
        json.append(R"(,"dropout":)").append(text, end);
    }
    return json += '}';
}

}  // namespace

std::vector<LayerDescription> read_layers(std::string_view text) {
    std::vector<LayerDescription> layers;
    JsonReader json{text, "sonde.layers"};
    auto element = [&] {
        if (layers.size() == max_layers) json.fail("more than 80 layers");
        layers.push_back(read_layer(json));
    };
    json.array(element);
    json.finish();
    return layers;
}

std::string layers_json(std::span<const LayerDescription> layers) {
    std::string json;
    for (const LayerDescription& layer : layers)
        json.append(json.empty() ? "[" : ",").append(layer_json(layer));
    return json.append("]");
}

}  // namespace sonde::detail
