// SPDX-License-Identifier: Apache-2.0
#include "models/instruction_set.hpp"

namespace sonde::detail {

bool has(InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set == InstructionSet::avx512_vnni)
        return __builtin_cpu_supports("avx512vnni") && has(InstructionSet::avx512);
    if (set == InstructionSet::avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
               has(InstructionSet::avx2);
    if (set == InstructionSet::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return true;
#else
    return set == InstructionSet::scalar || set == InstructionSet::baseline;
#endif
}

InstructionSet fastest_set() noexcept {
    if (has(InstructionSet::avx512)) return InstructionSet::avx512;
    return has(InstructionSet::avx2) ? InstructionSet::avx2 : InstructionSet::baseline;
}

InstructionSet fastest_byte_set() noexcept {
    return has(InstructionSet::avx512_vnni) ? InstructionSet::avx512_vnni : fastest_set();
}

}  // namespace sonde::detail
