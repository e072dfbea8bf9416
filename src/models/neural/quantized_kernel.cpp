// SPDX-License-Identifier: Apache-2.0
#include "models/neural/quantized_kernel.hpp"

#include "models/neural/byte_panels.hpp"

namespace sonde::detail {
namespace {

#define SONDE_KERNEL "models/neural/quantized_kernel.inc"
#include "models/for_each_set.inc"

}  // namespace

ByteRange quantize(const float* row, std::size_t size, std::uint8_t* bytes, InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512) return avx512::quantize(row, size, bytes);
    if (set == InstructionSet::avx2) return avx2::quantize(row, size, bytes);
#endif
    return baseline::quantize(row, size, bytes);
}

void finish(const std::int32_t* sums, const ColumnScales& columns, ByteRange range, Activation activation,
            float* y, InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512) return avx512::finish(sums, columns, range, activation, y);
    if (set == InstructionSet::avx2) return avx2::finish(sums, columns, range, activation, y);
#endif
    baseline::finish(sums, columns, range, activation, y);
}

void apply(Activation activation, float* y, std::size_t size, InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512) return avx512::apply(activation, y, size);
    if (set == InstructionSet::avx2) return avx2::apply(activation, y, size);
#endif
    baseline::apply(activation, y, size);
}

float sum_in_order(ReconstructionError error, const float* x, const float* y, std::size_t size,
                   InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512) return avx512::sum_in_order(error, x, y, size);
    if (set == InstructionSet::avx2) return avx2::sum_in_order(error, x, y, size);
#endif
    return baseline::sum_in_order(error, x, y, size);
}

}  // namespace sonde::detail
