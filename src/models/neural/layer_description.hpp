// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/models/neural/network.hpp"

namespace sonde::detail {

/// Where the metadata of a safetensors file says what its tensors are.
inline constexpr std::string_view layers_key = "sonde.layers";

enum class LayerType : std::uint8_t { dense, gru, lstm };

/// What a tensor is to its layer: of a dense one, then of a recurrent one.
enum class Role : std::uint8_t { weight, bias, gain, shift, weight_ih, weight_hh, bias_ih, bias_hh };
inline constexpr std::array<std::string_view, 8> role_names{"weight",    "bias",      "gain",    "shift",
                                                            "weight_ih", "weight_hh", "bias_ih", "bias_hh"};

/// A layer without its numbers: the names of its tensors, "" where it has none.
struct LayerDescription {
    LayerType type = LayerType::dense;
    std::array<std::string, role_names.size()> tensors{};
    Activation activation = Activation::linear;
    double dropout = 0;

    [[nodiscard]] std::string& tensor(Role role) { return tensors[static_cast<std::size_t>(role)]; }
    [[nodiscard]] const std::string& tensor(Role role) const {
        return tensors[static_cast<std::size_t>(role)];
    }
};

/// \throws FormatError  not an array of at most 80 layers, each of a known type with the tensors that it needs
[[nodiscard]] std::vector<LayerDescription> read_layers(std::string_view json);

/// What `read_layers` reads, without what is so by default.
[[nodiscard]] std::string layers_json(std::span<const LayerDescription> layers);

}  // namespace sonde::detail
