// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/models/neural/network.hpp"

namespace sonde {

/// How a recurrent layer takes a step, from its sums a = W x + b and u = U h + c, a block of `units` per gate. As
/// PyTorch's nn.GRU and nn.LSTM define them, the order of the gates too.
enum class Cell : std::uint8_t {
    /// r, z = sigmoid(a + u), n = tanh(a + r u), h' = (1 - z) n + z h (Cho et al., EMNLP 2014).
    gru,
    /// i, f, o = sigmoid(a + u), g = tanh(a + u), in the order i, f, g, o; c' = f c + i g, h' = o tanh(c')
    /// (Hochreiter, Schmidhuber, Neural Computation 9, 1997; Gers et al. 2000 for f).
    lstm,
};

/// How many gates a cell has: 3 of a GRU, 4 of an LSTM.
[[nodiscard]] constexpr std::size_t gates_of(Cell cell) noexcept { return cell == Cell::gru ? 3 : 4; }

/// The numbers of a recurrent layer, as PyTorch has them.
struct RecurrentLayer {
    std::size_t inputs = 0, units = 0;
    std::vector<float> input_weights{};  ///< W, `weight_ih`: [gates x units, inputs]
    std::vector<float> state_weights{};  ///< U, `weight_hh`: [gates x units, units]
    std::vector<float> input_bias{},
        state_bias{};  ///< b and c, `bias_ih` and `bias_hh`: one per gate and unit
};

/// Recurrent layers, one on the states of the other, and dense layers on the states of the last: what is trained,
/// stored and loaded. It takes a row per step and gives outputs for each.
/// Threading: immutable.
class RecurrentNetwork {
public:
    static constexpr Format format{"RNET", 1};
    /// Of a recurrent layer; and of such layers.
    static constexpr std::size_t max_units = 1024, max_layers = 16;

    /// \throws std::invalid_argument  a cell that is no enumerator, no recurrent layer or more than 16, a width of 0,
    ///         inputs above 4096, units above 1024, inputs that are not the units before, sizes that do not fit, a
    ///         number that is not finite or above 1e15
    RecurrentNetwork(Cell cell, std::vector<RecurrentLayer> layers, Network head);

    [[nodiscard]] Cell cell() const noexcept { return cell_; }
    [[nodiscard]] std::span<const RecurrentLayer> layers() const noexcept { return layers_; }
    [[nodiscard]] const Network& head() const noexcept { return head_; }
    [[nodiscard]] std::size_t inputs() const noexcept { return layers_.front().inputs; }
    [[nodiscard]] std::size_t outputs() const noexcept { return head_.outputs(); }
    /// How many numbers are trained.
    [[nodiscard]] std::size_t parameters() const noexcept;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a recurrent network
    [[nodiscard]] static RecurrentNetwork read(ByteReader& reader, std::uint16_t version);

private:
    Cell cell_;
    std::vector<RecurrentLayer> layers_;
    Network head_;
};

/// A network to begin a training with: `layers` recurrent layers of `units`, and a linear layer. Numbers of the former
/// are uniform in +-1 / sqrt(units), biases too, as PyTorch 1.13 begins (nn/modules/rnn.py); the last is that of
/// `random_network`. The same seed gives the same network.
/// \throws std::invalid_argument  as `RecurrentNetwork`
[[nodiscard]] RecurrentNetwork random_recurrent_network(Cell cell, std::size_t inputs, std::size_t units,
                                                        std::size_t layers, std::size_t outputs,
                                                        std::uint64_t seed = 1);

}  // namespace sonde
