// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace sonde::testing {

/// Bit patterns that are not a finite double. Made from bits, so that `-ffast-math` cannot reason them
/// away, and read through `volatile`, so that they are not known at compile time.
inline constexpr std::array<std::uint64_t, 6> not_finite_bits = {
    0x7ff0'0000'0000'0000U,  // infinity
    0xfff0'0000'0000'0000U,  // -infinity
    0x7ff8'0000'0000'0000U,  // quiet NaN
    0xfff8'0000'0000'0000U,  // quiet NaN, negative
    0x7ff0'0000'0000'0001U,  // signalling NaN
    0xffff'ffff'ffff'ffffU,  // NaN, all bits
};

/// The double with these bits.
inline double from_bits(std::uint64_t bits) {
    volatile std::uint64_t hidden = bits;
    return std::bit_cast<double>(std::uint64_t{hidden});
}

/// The float with these bits.
inline float float_from_bits(std::uint32_t bits) {
    volatile std::uint32_t hidden = bits;
    return std::bit_cast<float>(std::uint32_t{hidden});
}

inline double nan() { return from_bits(0x7ff8'0000'0000'0000U); }
inline double infinity() { return from_bits(0x7ff0'0000'0000'0000U); }

}  // namespace sonde::testing
