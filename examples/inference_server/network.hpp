// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace demo {

/// 28 x 28 pixels, row after row: 0 is paper, 255 is ink.
using Image = std::array<std::uint8_t, 784>;

/// What the network says of an image.
struct Prediction {
    std::array<float, 10> logits{};  ///< unnormalized log-probabilities: what the output detector looks at
    std::size_t digit = 0;
    float confidence = 0;  ///< the digit's softmax probability
};

/// The model that the demo serves: 784 - 32 (ReLU) - 10 (softmax), trained by train/train_network.py.
/// Threading: immutable.
class Network {
public:
    static constexpr std::size_t inputs = 784, hidden = 32, outputs = 10;

    /// \throws sonde::FormatError  not a network of this shape, truncated or corrupted
    [[nodiscard]] static Network from_bytes(std::span<const std::byte> file);
    [[nodiscard]] static Network load(const std::filesystem::path& path);

    /// Cost: about 5 us. Allocates nothing.
    [[nodiscard]] Prediction classify(const Image& image) const noexcept;

private:
    Network() = default;

    std::vector<float> hidden_weights_;  // [inputs x hidden], so that a blank pixel skips a whole row
    std::array<float, hidden> hidden_biases_{};
    std::vector<float> output_weights_;  // [outputs x hidden]
    std::array<float, outputs> output_biases_{};
};

}  // namespace demo
