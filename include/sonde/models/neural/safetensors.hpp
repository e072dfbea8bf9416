// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sonde {

/// What a number is stored as; in memory it is a float.
enum class ElementType : std::uint8_t {
    f32,   ///< IEEE 754 binary32
    bf16,  ///< bfloat16: the upper half of a float
    f16,   ///< IEEE 754 binary16: at most 65504
};

/// A named array of numbers, row-major.
struct Tensor {
    std::string name{};
    std::vector<std::size_t> shape{};  ///< the last dimension runs fastest; empty: one number
    std::vector<float> values{};       ///< as many as the product of `shape`
    ElementType type = ElementType::f32;
};

/// A line of a file's free text.
struct TensorFileEntry {
    std::string key{}, value{};
};

/// What a safetensors file holds.
struct TensorFile {
    std::vector<Tensor> tensors{};
    std::vector<TensorFileEntry> metadata{};
};

/// What a file in the format of https://huggingface.co/docs/safetensors holds: 8 bytes with the size of the header, the
/// header as JSON, the numbers. Believes nothing: a file is taken whole or not at all.
///
/// Refused is what the format forbids: a header above 100 MB or beyond the end, one that is not strict JSON in UTF-8, a
/// key twice, a shape whose product is not the size of its bytes, bytes that two tensors share, or none. And what no
/// model of ours can use: other types than `ElementType`, more than 8 dimensions, a number that is not finite.
/// Memory: of the order of the file, nothing by a size that only the header claims. Cost: O(bytes).
/// \returns  the tensors in the order of their bytes, the metadata in the order of the header
/// \throws FormatError  not such a file; the message says where and why
[[nodiscard]] TensorFile read_safetensors(std::span<const std::byte> file);

/// The file that holds these, byte by byte what the format's own library writes: wide types first, then by name, the
/// header padded with spaces to a multiple of 8. Numbers are rounded to the nearest of their type.
/// \throws std::invalid_argument  a name or key not UTF-8 or there twice, a tensor called `__metadata__`; values that
///         are not as many as the shape says; a number not finite or beyond its type; a header above 100 MB
[[nodiscard]] std::vector<std::byte> write_safetensors(const TensorFile& file);

}  // namespace sonde
