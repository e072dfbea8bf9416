// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "models/instruction_set.hpp"

namespace sonde::detail {

/// Each feature's smallest and largest value.
struct CutBox {
    const float *low, *high;
};

/// How a row lies to a box, in weighted units.
struct Outside {
    double beyond;  ///< sum over the features of how far the row is outside
    double sides;   ///< sum of the box's sides
};

/// What a `CutTree` spends its time with. Cost: O(dimension). Threading: immutable.
struct CutKernels {
    /// Doubles, as sides of 6e38 and weights of 1e30 would overflow floats.
    Outside (*outside)(const float* row, const float* low, const float* high, const double* weights,
                       std::size_t dimension) noexcept;
    /// Makes [low, high] the box around two others; false: it was.
    bool (*unite)(CutBox left, CutBox right, float* low, float* high, std::size_t dimension) noexcept;
};
[[nodiscard]] CutKernels cut_kernels(InstructionSet set = fastest_set()) noexcept;

/// How far a value is outside of [low, high].
[[nodiscard]] inline double beyond(float value, float low, float high) noexcept {
    const auto x = static_cast<double>(value);
    const double under = static_cast<double>(low) - x, over = x - static_cast<double>(high);
    const double most = under > over ? under : over;
    return most > 0 ? most : 0;
}

}  // namespace sonde::detail
