// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sonde::detail {

/// The largest magnitude that the streaming statistics take, about 3e144: the sum of 2^61 squared
/// differences of such values still is a finite double, so no state can overflow into infinity or NaN.
inline constexpr double largest_value = 0x1p480;

/// How many of them a state may have seen: no stream gets that far, but damaged bytes may claim it.
inline constexpr std::uint64_t largest_count = std::uint64_t{1} << 61;

/// True when `x` is a number that the statistics can take: finite, and smaller than `largest_value`.
/// Works on the bits, like `is_finite`, so that it holds under `-ffast-math`. Cost: about 1 ns.
[[nodiscard]] inline bool in_range(const double& x) noexcept {
    std::uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    asm("" : "+r"(bits));
    return (bits & 0x7fff'ffff'ffff'ffffU) < (std::uint64_t{1023 + 480} << 52);
}

/// `x`, rounded here and now: the optimizer may not fold it into what follows. Under `-ffast-math`
/// `(x - shift) - mean` would else become `x - (shift + mean)` and lose the digits it was to save.
/// Cost: none beside that.
[[nodiscard]] inline double rounded(double x) noexcept {
#if defined(__x86_64__)
    asm("" : "+x"(x));
#elif defined(__aarch64__)
    asm("" : "+w"(x));
#else
    asm("" : "+m"(x));
#endif
    return x;
}

/// A probability, whatever was handed in: clamped to [0, 1], NaN becomes 0.
[[nodiscard]] inline double probability(const double& q) noexcept {
    if (!in_range(q)) return 0;
    return q < 0 ? 0 : q > 1 ? 1 : q;
}

}  // namespace sonde::detail
