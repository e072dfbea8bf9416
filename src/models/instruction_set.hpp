// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sonde::detail {

/// Which instructions a scoring kernel is compiled for. `baseline` has four lanes: SSE2 on x86-64, NEON on ARM64;
/// `avx2` means FMA too, `avx512` means F, VL, DQ and BW. `scalar` is what the others are held against.
/// `avx512_vnni` adds products of bytes: for kernels written for it, never the answer of `fastest_set`.
enum class InstructionSet : std::uint8_t { scalar, baseline, avx2, avx512, avx512_vnni };

/// Whether this machine, and this build, has it.
[[nodiscard]] bool has(InstructionSet set) noexcept;
/// The fastest that this machine has. Cost: some ns.
[[nodiscard]] InstructionSet fastest_set() noexcept;
/// The same for what has kernels with products of bytes.
[[nodiscard]] InstructionSet fastest_byte_set() noexcept;

}  // namespace sonde::detail
