// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace sonde::detail {

// Numbers of 16 bits: IEEE 754 binary16 (1 sign bit, 5 of exponent, 10 of fraction) and bfloat16, the upper half of a
// float. By integers, so that they are right under -ffast-math, which takes subnormals for 0. NaN stays NaN.

[[nodiscard]] inline float from_bfloat16(std::uint16_t bits) noexcept {
    return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

/// The nearest one, of two as near the one with an even fraction; infinity beyond the largest.
[[nodiscard]] inline std::uint16_t to_bfloat16(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7FFF'FFFF) > 0x7F80'0000) return static_cast<std::uint16_t>((bits >> 16) | 0x40);
    return static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

[[nodiscard]] inline float from_half(std::uint16_t half) noexcept {
    const std::uint32_t sign = std::uint32_t{half & 0x8000U} << 16, exponent = (half >> 10) & 31U,
                        fraction = half & 0x3FFU;
    std::uint32_t bits = 0;
    if (exponent == 31) {
        bits = 0x7F80'0000 | (fraction << 13);
    } else if (exponent != 0) {
        bits = ((exponent + 127 - 15) << 23) | (fraction << 13);
    } else if (fraction != 0) {  // fraction x 2^-24; a float's exponent reaches so low
        const auto shift =
            static_cast<std::uint32_t>(std::countl_zero(fraction)) - 21;  // makes bit 10 the first
        bits = ((127 - 14 - shift) << 23) | (((fraction << shift) & 0x3FF) << 13);
    }
    return std::bit_cast<float>(sign | bits);
}

/// \copydoc to_bfloat16
[[nodiscard]] inline std::uint16_t to_half(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000, size = bits & 0x7FFF'FFFF;
    if (size > 0x7F80'0000) return static_cast<std::uint16_t>(sign | 0x7E00);
    std::uint32_t half = 0x7C00;  // infinity
    if (size < 0x3300'0000) {
        half = 0;                                        // below 2^-25, half the least one
    } else if (size < 0x3880'0000) {                     // below 2^-14: a multiple of 2^-24
        const std::uint32_t shift = 126 - (size >> 23);  // of the significand, 1.fraction, down to that unit
        const std::uint32_t significand = (size & 0x7F'FFFF) | 0x80'0000, unit = 1U << shift;
        const std::uint32_t kept = significand >> shift;
        half = (significand + unit / 2 - 1 + (kept & 1)) >> shift;
    } else if (size < 0x4780'0000) {  // below 2^16; rounding may carry into the exponent, up to infinity
        half = (size - ((127U - 15U) << 23) + 0xFFF + ((size >> 13) & 1)) >> 13;
    }
    return static_cast<std::uint16_t>(sign | half);
}

}  // namespace sonde::detail
