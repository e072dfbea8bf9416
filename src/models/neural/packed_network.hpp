// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/instruction_set.hpp"
#include "models/neural/dense_kernel.hpp"
#include "models/neural/parameters.hpp"
#include "sonde/core/function_ref.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/neural/network.hpp"

namespace sonde::detail {

/// A network as kernels take it, to serve. Some rows go through all layers together, so that what lies between two
/// layers stays in the cache; of the outputs only a part is there at a time.
/// No allocation; at most 64 kB of stack. Threading: immutable, but for `fill`.
class PackedNetwork {
public:
    /// Outputs that are there at a time.
    static constexpr std::size_t part = 4 * Panels::width;

    explicit PackedNetwork(const Network& network);

    /// Takes other numbers, a layer's after the other. No allocation.
    void fill(std::span<const LayerNumbers<float>> numbers) noexcept;

    /// Takes outputs `first` to `first + size - 1` of a row, by its number; parts of a row come in order. Does not
    /// throw.
    using Take =
        FunctionRef<void(std::size_t row, std::size_t first, std::size_t size, const float* outputs)>;

    /// \param rows  as many columns as the network has inputs. A row gives the same bits alone and among others.
    void run(MatrixView rows, const Take& take, InstructionSet set = fastest_set()) const noexcept;

private:
    struct Layer {
        Panels weights;
        std::vector<float> bias, gain, shift;  // bias: padded
        Activation activation;
    };

    void run_some(MatrixView rows, std::size_t first_row, const Take& take,
                  InstructionSet set) const noexcept;
    void finish(const Layer& layer, float* y, InstructionSet set) const noexcept;
    void finish_last(const float* inputs, std::size_t stride, std::size_t count, std::size_t first_row,
                     const Take& take, InstructionSet set) const noexcept;

    std::vector<Layer> layers_;
    std::size_t room_ = 0;  // floats of a row between two layers
};

}  // namespace sonde::detail
