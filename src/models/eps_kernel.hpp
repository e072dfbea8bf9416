// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/instruction_set.hpp"

namespace sonde::detail {

/// Points that are compared at a time: a panel holds `eps_width` floats of each feature, one per point.
inline constexpr std::size_t eps_width = 64;

/// What a squared distance computed in float says of the true one: at most `within`: it is at most eps squared;
/// above `near`: it is not; between: it has to be computed in double.
struct EpsBand {
    float within, near;
    bool sure;  ///< false: eps is so small or large that float says nothing
};

/// \param squares  eps squared, above 0
[[nodiscard]] EpsBand eps_band(double squares, std::size_t dimension) noexcept;

/// A bit per point of a panel. What is `within` is also `near`.
struct EpsHits {
    std::uint64_t within, near;
};

/// Which points of a panel are no farther than eps from `row`; without expanding the square, so that no offset of
/// the data costs digits. The bits of points that a panel does not have mean nothing.
using EpsHitsKernel = EpsHits (*)(const float* panel, const float* row, std::size_t dimension,
                                  EpsBand band) noexcept;
/// Which points of a panel may be no farther than eps from the box with the corners `low` and `high`.
using NearBoxKernel = std::uint64_t (*)(const float* panel, const float* low, const float* high,
                                        std::size_t dimension, EpsBand band) noexcept;

struct EpsKernels {
    EpsHitsKernel hits;
    NearBoxKernel near_box;
};

/// \param set  one that this machine has
[[nodiscard]] EpsKernels eps_kernels(InstructionSet set) noexcept;

}  // namespace sonde::detail
