// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/instruction_set.hpp"
#include "models/neural/dense_kernel.hpp"
#include "models/neural/packed_network.hpp"
#include "models/neural/parameters.hpp"
#include "sonde/models/neural/recurrent_network.hpp"

namespace sonde::detail {

/// Where a sequence is, and room for a step.
struct RecurrentState {
    std::vector<float> hidden, cell;  ///< the layers' one after the other; `cell` is empty for a GRU
    std::vector<float> input, state;  ///< the sums of a layer
};

/// A recurrent network as kernels take it, to serve one row after the other. Steps do not allocate.
/// Threading: immutable, but for `fill`.
class PackedRecurrentNetwork {
public:
    explicit PackedRecurrentNetwork(const RecurrentNetwork& network);

    /// Of a sequence that begins.
    [[nodiscard]] RecurrentState begin() const;
    /// \param row    as many numbers as the network has inputs
    /// \param state  of `begin`
    void step(std::span<const float> row, RecurrentState& state,
              InstructionSet set = fastest_set()) const noexcept;
    /// The outputs after the last step. \param out  as many as the network has
    void outputs(const RecurrentState& state, std::span<float> out,
                 InstructionSet set = fastest_set()) const noexcept;

    /// Takes other numbers, in the order of `numbers_of`. No allocation.
    void fill(std::span<const LayerNumbers<float>> numbers) noexcept;

private:
    struct Layer {
        std::size_t units;
        Panels input, state;
        std::vector<float> input_bias, state_bias;  // padded
    };

    Cell cell_;
    std::vector<Layer> layers_;
    PackedNetwork head_;
};

}  // namespace sonde::detail
