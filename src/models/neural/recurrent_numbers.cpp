// SPDX-License-Identifier: Apache-2.0
#include "models/neural/recurrent_numbers.hpp"

#include <stdexcept>

#include "models/neural/epochs.hpp"

namespace sonde::detail {

RecurrentNetwork with_numbers(const RecurrentNetwork& network,
                              std::span<const LayerNumbers<float>> numbers) try {
    std::vector<RecurrentLayer> layers(network.layers().begin(), network.layers().end());
    for (RecurrentLayer& layer : layers) {
        layer.input_weights = numbers[0].weights;
        layer.input_bias = numbers[0].bias;
        layer.state_weights = numbers[1].weights;
        layer.state_bias = numbers[1].bias;
        numbers = numbers.subspan(2);
    }
    return {network.cell(), std::move(layers), with_numbers(network.head(), numbers)};
} catch (const std::invalid_argument&) {
    throw TrainingDiverged{"train: weights are beyond 1e15 or not finite"};
}

}  // namespace sonde::detail
