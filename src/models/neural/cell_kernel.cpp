// SPDX-License-Identifier: Apache-2.0
#include "models/neural/cell_kernel.hpp"

#include <cstdint>

namespace sonde::detail {
namespace {

#define SONDE_KERNEL "models/neural/cell_kernel.inc"
#include "models/for_each_set.inc"

}  // namespace

void gru_step(const CellStep<float>& step, InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512) return avx512::gru_step(step);
    if (set == InstructionSet::avx2) return avx2::gru_step(step);
#endif
    baseline::gru_step(step);
}

void lstm_step(const CellStep<float>& step, InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512) return avx512::lstm_step(step);
    if (set == InstructionSet::avx2) return avx2::lstm_step(step);
#endif
    baseline::lstm_step(step);
}

}  // namespace sonde::detail
