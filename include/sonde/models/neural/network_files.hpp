// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sonde/models/neural/network.hpp"
#include "sonde/models/neural/recurrent_network.hpp"
#include "sonde/models/neural/safetensors.hpp"

namespace sonde {

// Networks as safetensors files, to and from PyTorch and Keras: the numbers as tensors, and what is made of them as
// JSON in the metadata under `sonde.layers`, which docs/model_files.md describes. tools/export/ has the scripts that
// write such files. What sonde itself stores is better kept by `to_bytes`, which has a checksum.

/// The network in a file, for `AutoencoderModel` and `train`.
/// Every tensor of the file must be named by one layer, once. Memory: of the order of the file.
/// \throws FormatError  as `read_safetensors`; no description, one that does not fit the tensors, or one with recurrent
///         layers; what `Network` refuses
[[nodiscard]] Network network_from_safetensors(std::span<const std::byte> file);

/// \copydoc network_from_safetensors
/// The file's first layers are recurrent, all GRU or all LSTM; the rest is the head.
/// \throws FormatError  likewise; what `RecurrentNetwork` refuses
[[nodiscard]] RecurrentNetwork recurrent_network_from_safetensors(std::span<const std::byte> file);

/// The file that `network_from_safetensors` reads; tensors are named as an nn.Sequential of PyTorch names them:
/// `0.weight`, `0.bias`, and `0.gain`, `0.shift` for the layer norm.
/// \param type  16 bits halve the file and round every number: to 3 digits (`f16`) or 2 (`bf16`)
/// \throws std::invalid_argument  a number beyond the type
[[nodiscard]] std::vector<std::byte> to_safetensors(const Network& network,
                                                    ElementType type = ElementType::f32);

/// \copydoc to_safetensors(const Network&, ElementType)
/// Those of recurrent layers are `0.weight_ih`, `0.weight_hh`, `0.bias_ih`, `0.bias_hh`.
[[nodiscard]] std::vector<std::byte> to_safetensors(const RecurrentNetwork& network,
                                                    ElementType type = ElementType::f32);

}  // namespace sonde
