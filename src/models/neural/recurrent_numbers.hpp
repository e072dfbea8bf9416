// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "models/neural/parameters.hpp"
#include "sonde/models/neural/recurrent_network.hpp"

namespace sonde::detail {

/// The numbers of a recurrent network: of each layer what its inputs meet, then what its states meet; then its head's.
template <class S>
[[nodiscard]] std::vector<LayerNumbers<S>> numbers_of(const RecurrentNetwork& network) {
    std::vector<LayerNumbers<S>> numbers;
    const auto add = [&](const std::vector<float>& weights, const std::vector<float>& bias) {
        numbers.push_back({{weights.begin(), weights.end()}, {bias.begin(), bias.end()}, {}, {}});
    };
    for (const RecurrentLayer& layer : network.layers()) {
        add(layer.input_weights, layer.input_bias);
        add(layer.state_weights, layer.state_bias);
    }
    for (LayerNumbers<S>& layer : numbers_of<S>(network.head())) numbers.push_back(std::move(layer));
    return numbers;
}

/// The network with other numbers. \throws TrainingDiverged  one that a network refuses
[[nodiscard]] RecurrentNetwork with_numbers(const RecurrentNetwork& network,
                                            std::span<const LayerNumbers<float>> numbers);

}  // namespace sonde::detail
