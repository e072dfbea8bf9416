// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/instruction_set.hpp"
#include "sonde/models/neural/autoencoder.hpp"
#include "sonde/models/neural/network.hpp"

// What a quantized network does in floats. It is compiled to round as IEEE 754 has it, whatever the build (no fused or
// regrouped operations; CMakeLists.txt), and adds up in one order: the same bits on every instruction set.
namespace sonde::detail {

/// What the bytes of a row stand for: low + step * byte.
struct ByteRange {
    float low = 0, step = 0;
};

/// Bytes of seven bits for the values of a row, the least as 0, the largest as 127. Off by half a step at most, and
/// what float makes of it. Where the range is not finite: all 0, with low of infinity.
/// \param size   at least 1
/// \param bytes  `size` of them, and zeros up to the next multiple of 4
ByteRange quantize(const float* row, std::size_t size, std::uint8_t* bytes, InstructionSet set) noexcept;

/// What sums of products stand for, of 32 columns each.
struct ColumnScales {
    const float* scales;  ///< what a weight of 1 stands for
    const float* totals;  ///< the sum of the weights
    const float* bias;
};

/// y = activation(scale * (step * sum + low * total) + bias), of 32 columns.
void finish(const std::int32_t* sums, const ColumnScales& columns, ByteRange range, Activation activation,
            float* y, InstructionSet set) noexcept;

/// y = activation(y), in place. \param size  a multiple of 32
void apply(Activation activation, float* y, std::size_t size, InstructionSet set) noexcept;

/// The sum of errors.
[[nodiscard]] float sum_in_order(ReconstructionError error, const float* x, const float* y, std::size_t size,
                                 InstructionSet set) noexcept;

}  // namespace sonde::detail
