// SPDX-License-Identifier: Apache-2.0
#include "models/neural/adam_kernel.hpp"

#include <algorithm>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sonde::detail {
namespace {

#define SONDE_KERNEL "models/neural/adam_kernel.inc"
#include "models/for_each_set.inc"

}  // namespace

void adam_step(const AdamStep<float>& by, const float* gradient, float* first, float* second, float* weight,
               std::size_t size, InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512) return avx512::adam(by, gradient, first, second, weight, size);
    if (set == InstructionSet::avx2) return avx2::adam(by, gradient, first, second, weight, size);
#endif
    baseline::adam(by, gradient, first, second, weight, size);
}

}  // namespace sonde::detail
