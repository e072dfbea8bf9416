// SPDX-License-Identifier: Apache-2.0
#include "models/byte_kernel.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sonde::detail {
namespace {

#if defined(__x86_64__)
namespace vnni {
#include "models/byte_kernel_vnni.inc"
}  // namespace vnni
namespace avx2 {
#include "models/byte_kernel_avx2.inc"
}  // namespace avx2
#endif

}  // namespace

ByteKernels byte_kernels(InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set == InstructionSet::avx512_vnni) return {vnni::one, vnni::four, 1};
    if (set == InstructionSet::avx512 || set == InstructionSet::avx2) return {avx2::one, avx2::four, 2};
#endif
    (void)set;
    return {};
}

}  // namespace sonde::detail
