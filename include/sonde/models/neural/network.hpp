// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"

namespace sonde {

/// What a layer makes of its sums.
enum class Activation : std::uint8_t {
    linear,
    relu,
    leaky_relu,  ///< 0.01 x below 0
    tanh,
    sigmoid,
};

/// A dense layer and what follows it: activation(norm(W x + b)), with norm(z) = gain (z - mean) / sqrt(variance +
/// 1e-5) + shift over the outputs where there is one (Ba, Kiros, Hinton: Layer normalization, 2016).
struct DenseLayer {
    std::size_t inputs = 0, outputs = 0;
    Activation activation = Activation::linear;
    /// The share of its outputs that training leaves out, in [0, 1) (Srivastava et al., JMLR 15, 2014).
    double dropout = 0;
    std::vector<float> weights{};        ///< a row of `inputs` per output, as PyTorch has them
    std::vector<float> bias{};           ///< one per output
    std::vector<float> gain{}, shift{};  ///< of the layer norm, one per output; both empty: none
};

/// What a layer is to be: `random_network` fills it.
struct LayerShape {
    std::size_t outputs = 1;
    Activation activation = Activation::relu;
    bool layer_norm = false;
    double dropout = 0;
};

/// Dense layers, one after the other: what is trained, stored and loaded.
/// Threading: immutable.
class Network {
public:
    static constexpr Format format{"NNET", 1};
    /// Of inputs and outputs of a layer; and of layers.
    static constexpr std::size_t max_width = 4096, max_layers = 64;

    /// \throws std::invalid_argument  no layer or more than 64, a width of 0 or above 4096, inputs that are not the
    ///         outputs before, sizes that do not fit, a dropout outside [0, 1), a number that is not finite or above
    ///         1e15
    explicit Network(std::vector<DenseLayer> layers);

    [[nodiscard]] std::span<const DenseLayer> layers() const noexcept { return layers_; }
    [[nodiscard]] std::size_t inputs() const noexcept { return layers_.front().inputs; }
    [[nodiscard]] std::size_t outputs() const noexcept { return layers_.back().outputs; }
    /// Of the widest layer, inputs or outputs.
    [[nodiscard]] std::size_t width() const noexcept;
    /// How many numbers are trained.
    [[nodiscard]] std::size_t parameters() const noexcept;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a network
    [[nodiscard]] static Network read(ByteReader& reader, std::uint16_t version);

private:
    std::vector<DenseLayer> layers_;
};

/// A network to begin a training with. Weights are uniform in +-sqrt(6 / inputs) before a ReLU (He et al., ICCV
/// 2015), else in +-sqrt(6 / (inputs + outputs)) (Glorot, Bengio, AISTATS 2010); biases are 0. The same seed gives the
/// same network.
/// \throws std::invalid_argument  as `Network`
[[nodiscard]] Network random_network(std::size_t inputs, std::span<const LayerShape> shapes,
                                     std::uint64_t seed = 1);

}  // namespace sonde
