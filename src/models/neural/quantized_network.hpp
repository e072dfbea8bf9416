// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/instruction_set.hpp"
#include "models/neural/byte_panels.hpp"
#include "models/neural/packed_network.hpp"
#include "models/neural/quantized_kernel.hpp"
#include "sonde/core/bytes.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/neural/network.hpp"

namespace sonde::detail {

/// A network with weights in bytes, to serve; `QuantizedAutoencoder` says how. Some rows go through all layers
/// together, as in `PackedNetwork`. No allocation; at most 64 kB of stack. Threading: immutable.
class QuantizedNetwork {
public:
    static constexpr Format format{"QNET", 1};
    /// Outputs that are there at a time.
    static constexpr std::size_t part = 4 * BytePanels::width;
    using Take = PackedNetwork::Take;

    explicit QuantizedNetwork(const Network& network);

    [[nodiscard]] std::size_t inputs() const noexcept { return layers_.front().weights.rows(); }
    [[nodiscard]] std::size_t outputs() const noexcept { return layers_.back().weights.columns(); }

    /// \param rows  as many columns as the network has inputs. A row gives the same bits alone and among others, on
    ///              every instruction set.
    void run(MatrixView rows, const Take& take, InstructionSet set = fastest_byte_set()) const noexcept;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a quantized network
    [[nodiscard]] static QuantizedNetwork read(ByteReader& reader, std::uint16_t version);

private:
    struct Layer {
        BytePanels weights;
        std::vector<float> scales, totals, bias;  // padded to whole panels
        std::vector<float> gain, shift;
        Activation activation;
    };
    struct Room;

    QuantizedNetwork() = default;
    static Layer quantized(const DenseLayer& layer);
    static Layer read_layer(ByteReader& reader);
    /// Derives the rest of the layers that are there.
    void prepare();
    void run_some(MatrixView rows, std::size_t first_row, const Take& take,
                  InstructionSet set) const noexcept;
    void finish_panels(const Layer& layer, std::size_t first, std::size_t last, std::size_t count,
                       std::size_t stride, Room& room, InstructionSet set) const noexcept;
    void finish_last(std::size_t count, std::size_t first_row, const Take& take, Room& room,
                     InstructionSet set) const noexcept;

    std::vector<Layer> layers_;
    std::size_t floats_ = 0, bytes_ = 0;  // of a row between two layers
};

}  // namespace sonde::detail
