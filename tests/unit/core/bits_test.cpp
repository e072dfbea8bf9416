// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/bits.hpp"

#include <bit>
#include <limits>

#include "support/catch.hpp"

TEST_CASE("bit_width: that of the standard library, around every power of two", "[core][boundary]") {
    for (unsigned power = 0; power < 64; ++power) {
        const std::uint64_t value = std::uint64_t{1} << power;
        for (const std::uint64_t near : {value - (value > 1 ? 1U : 0U), value, value + 1})
            CHECK(sonde::detail::bit_width(near) == static_cast<unsigned>(std::bit_width(near)));
    }
    constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    CHECK(sonde::detail::bit_width(largest) == 64);
}

TEST_CASE("bit_cast: there and back, also before the program runs", "[core]") {
    static_assert(sonde::detail::bit_cast<std::uint64_t>(1.0) == 0x3ff0'0000'0000'0000);
    for (const double value : {0.0, -0.0, 1.5, -3e300, 5e-324}) {
        const auto bits = sonde::detail::bit_cast<std::uint64_t>(value);
        CHECK(bits == std::bit_cast<std::uint64_t>(value));
        CHECK(sonde::detail::bit_cast<double>(bits) == value);
    }
}
