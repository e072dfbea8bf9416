// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace sonde {

/// True for everything but NaN and the infinities, under `-ffast-math` too.
///
/// `std::isfinite` is always true in a host that is built with `-ffast-math`. Here the exponent's
/// bits are loaded as an integer, and the empty `asm` hides from the optimizer where they came from.
/// Cost: about 1 ns. Threading: thread-safe.
[[nodiscard]] inline bool is_finite(const double& x) noexcept {
    std::uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    asm("" : "+r"(bits));
    return (bits & 0x7ff0'0000'0000'0000U) != 0x7ff0'0000'0000'0000U;
}

/// \copydoc is_finite(const double&)
[[nodiscard]] inline bool is_finite(const float& x) noexcept {
    std::uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    asm("" : "+r"(bits));
    return (bits & 0x7f80'0000U) != 0x7f80'0000U;
}

/// True when every element is finite. Branch-free, so that it vectorizes. Cost: O(n).
[[nodiscard]] inline bool all_finite(std::span<const float> row) noexcept {
    std::uint32_t bad = 0;
    for (const float& x : row) {
        std::uint32_t bits;
        __builtin_memcpy(&bits, &x, sizeof bits);
        bad |= static_cast<std::uint32_t>((bits & 0x7f80'0000U) == 0x7f80'0000U);
    }
    asm("" : "+r"(bad));
    return bad == 0;
}

/// The quantile function of the standard normal distribution: the z with P(Z <= z) = p.
/// Relative error below 1e-15 (Wichura, Algorithm AS 241, Applied Statistics 37, 1988).
/// \param p  clamped to [1e-300, 1 - 2^-53]
[[nodiscard]] double normal_quantile(double p) noexcept;

/// The quantile function of the chi-squared distribution with `degrees` of freedom, by Newton steps
/// on the regularized incomplete gamma function from Wilson and Hilferty's start (PNAS 17, 1931).
/// Relative error below 1e-10. \param p  clamped to [1e-300, 1 - 2^-53]. \param degrees  at least 1
[[nodiscard]] double chi_squared_quantile(double p, double degrees) noexcept;

namespace detail {

// The compilers' builtins: <cmath> costs 10,000 lines in every file that includes us.
[[nodiscard]] inline double sqrt(double x) noexcept { return __builtin_sqrt(x); }
[[nodiscard]] inline double abs(double x) noexcept { return __builtin_fabs(x); }
[[nodiscard]] inline double log(double x) noexcept { return __builtin_log(x); }
[[nodiscard]] inline double exp(double x) noexcept { return __builtin_exp(x); }
[[nodiscard]] inline double exp2(double x) noexcept { return __builtin_exp2(x); }
[[nodiscard]] inline double expm1(double x) noexcept { return __builtin_expm1(x); }
[[nodiscard]] inline double floor(double x) noexcept { return __builtin_floor(x); }
[[nodiscard]] inline double ceil(double x) noexcept { return __builtin_ceil(x); }

}  // namespace detail
}  // namespace sonde
