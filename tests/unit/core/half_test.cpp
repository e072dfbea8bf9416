// SPDX-License-Identifier: Apache-2.0
#include "core/half.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

#include "support/catch.hpp"

using namespace sonde::detail;

namespace {

/// What IEEE 754 says a finite pattern means, as a double.
double meaning(unsigned bits, int fraction_bits, int bias) {
    const int exponent = static_cast<int>((bits & 0x7FFF) >> fraction_bits);
    const int fraction = static_cast<int>(bits & ((1U << fraction_bits) - 1));
    const double significand = exponent == 0 ? fraction : fraction + (1 << fraction_bits);
    const double size = std::ldexp(significand, (exponent == 0 ? 1 : exponent) - bias - fraction_bits);
    return (bits & 0x8000) != 0 ? -size : size;
}

std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }
std::uint16_t pattern(unsigned bits) { return static_cast<std::uint16_t>(bits); }

/// A float just beyond `value`, away from 0 or towards it.
float beside(float value, int steps) {
    return std::bit_cast<float>(bits_of(value) + static_cast<std::uint32_t>(steps));
}

}  // namespace

TEST_CASE("half: all 65,536 patterns mean what IEEE 754 says, and come back", "[core]") {
    for (unsigned bits = 0; bits < 0x1'0000; ++bits) {
        const float value = from_half(pattern(bits));
        const bool finite = (bits & 0x7C00) != 0x7C00, nan = !finite && (bits & 0x3FF) != 0;
        if (nan) {
            REQUIRE((bits_of(value) & 0x7FFF'FFFF) > 0x7F80'0000);
            REQUIRE((to_half(value) & 0x7FFF) > 0x7C00);
            continue;
        }
        if (finite)
            REQUIRE(bits_of(value) == bits_of(static_cast<float>(meaning(bits, 10, 15))));
        else
            REQUIRE(bits_of(value) == (bits == 0x7C00 ? 0x7F80'0000 : 0xFF80'0000));
        REQUIRE(to_half(value) == bits);
    }
}

TEST_CASE("half: a number between two goes to the nearer one, the middle to the even one", "[core]") {
    for (unsigned bits = 0; bits < 0x7C00; ++bits) {
        // Above the largest, 65504, lies what would be 65536: infinity's pattern.
        const double next = bits == 0x7BFF ? 65536 : meaning(bits + 1, 10, 15);
        const auto middle =
            static_cast<float>((meaning(bits, 10, 15) + next) / 2);  // exact: it has 12 digits
        const unsigned even = bits + (bits & 1);
        for (const unsigned sign : {0U, 0x8000U}) {
            const float signed_middle = sign == 0 ? middle : -middle;
            REQUIRE(to_half(signed_middle) == (sign | even));
            REQUIRE(to_half(beside(signed_middle, -1)) == (sign | bits));
            REQUIRE(to_half(beside(signed_middle, 1)) == (sign | (bits + 1)));
        }
    }
    CHECK(to_half(1e30F) == 0x7C00);
    CHECK(to_half(-1e30F) == 0xFC00);
    CHECK(to_half(1e-30F) == 0);
}

TEST_CASE("bfloat16: all 65,536 patterns mean what IEEE 754 says, and come back", "[core]") {
    for (unsigned bits = 0; bits < 0x1'0000; ++bits) {
        const float value = from_bfloat16(pattern(bits));
        const bool finite = (bits & 0x7F80) != 0x7F80, nan = !finite && (bits & 0x7F) != 0;
        if (nan) {
            REQUIRE((bits_of(value) & 0x7FFF'FFFF) > 0x7F80'0000);
            REQUIRE((to_bfloat16(value) & 0x7FFF) > 0x7F80);
            continue;
        }
        if (finite &&
            (bits & 0x7F80) != 0)  // a subnormal is one of float's too, which -ffast-math takes for 0
            REQUIRE(bits_of(value) == bits_of(static_cast<float>(meaning(bits, 7, 127))));
        REQUIRE(to_bfloat16(value) == bits);
    }
}

TEST_CASE("bfloat16: a number between two goes to the nearer one, the middle to the even one", "[core]") {
    for (unsigned bits = 0; bits < 0x7F80; ++bits) {
        const float middle = std::bit_cast<float>((std::uint32_t{bits} << 16) + 0x8000);
        REQUIRE(to_bfloat16(middle) == bits + (bits & 1));
        REQUIRE(to_bfloat16(beside(middle, -1)) == bits);
        REQUIRE(to_bfloat16(beside(middle, 1)) == bits + 1);
    }
}
