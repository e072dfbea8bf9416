// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sonde/core/bits.hpp"

namespace sonde::detail {

// Buckets that grow with the value: every power of two is cut into 2^P buckets of equal width, so that
// a bucket is at most 2^-P of its values wide and its middle is at most 2^-(P+1) off. The number of the
// bucket is a few bits of the value; no logarithm is taken.

/// The bucket of a whole number. Below 2^(P+1) every number has its own. Cost: about 1 ns.
[[nodiscard]] constexpr std::size_t log_linear_index(std::uint64_t value, unsigned P) noexcept {
    const auto shift = bit_width(value | (std::uint64_t{1} << P)) - 1 - P;
    return static_cast<std::size_t>((std::uint64_t{shift} << P) + (value >> shift));
}

/// The smallest whole number in a bucket.
[[nodiscard]] constexpr std::uint64_t log_linear_lower(std::size_t index, unsigned P) noexcept {
    const std::uint64_t octave = index >> P;
    if (octave < 2) return index;
    return (index - ((octave - 1) << P)) << (octave - 1);
}

/// The largest whole number in a bucket.
[[nodiscard]] constexpr std::uint64_t log_linear_upper(std::size_t index, unsigned P) noexcept {
    const std::uint64_t octave = index >> P;
    return log_linear_lower(index, P) + (octave < 2 ? 0 : (std::uint64_t{1} << (octave - 1)) - 1);
}

/// The whole number in the middle of a bucket, the lower one of two.
[[nodiscard]] constexpr std::uint64_t log_linear_center(std::size_t index, unsigned P) noexcept {
    const std::uint64_t lower = log_linear_lower(index, P);
    return lower + (log_linear_upper(index, P) - lower) / 2;
}

/// How many buckets the whole numbers up to `largest` take.
[[nodiscard]] constexpr std::size_t log_linear_size(std::uint64_t largest, unsigned P) noexcept {
    return log_linear_index(largest, P) + 1;
}

/// The bucket of a positive, normal double; the numbers of neighbours follow on each other.
/// Cost: one shift. \param P  at most 52
[[nodiscard]] inline std::uint64_t log_linear_bits(double magnitude, unsigned P) noexcept {
    return bit_cast<std::uint64_t>(magnitude) >> (52 - P);
}

/// The smallest double in that bucket; that of the next bucket is the end of this one.
[[nodiscard]] inline double log_linear_value(std::uint64_t bits, unsigned P) noexcept {
    return bit_cast<double>(bits << (52 - P));
}

/// How far off a bucket's value in `middle` can be, as a share of the true value: 1 / (2^(P+1) + 1).
[[nodiscard]] constexpr double log_linear_error(unsigned P) noexcept {
    return 1 / (static_cast<double>(std::uint64_t{2} << P) + 1);
}

/// The value whose relative distance to both ends is the same: 2ab / (a + b), for magnitudes in
/// [1e-150, 1e150], where no product over- or underflows however `-ffast-math` turns the terms around.
[[nodiscard]] constexpr double log_linear_middle(double a, double b) noexcept {
    return a + (b - a) * (a / (a + b));
}

}  // namespace sonde::detail
