// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/block_tree.hpp"
#include "models/instruction_set.hpp"

namespace sonde::detail {

/// Which squared distances, summed up in float, can belong to points whose true one is at most a bound.
/// Of boxes the same is true, with the distance to their nearest corner, edge or side.
struct FloatBound {
    float above;  ///< what float sums above it is farther away than the bound
    float below;  ///< what float sums below it is nearer
};

/// How far a sum of squares in float may be off, as a part of it, where it is neither tiny nor huge: a difference and
/// its square are rounded 3 times, a sum of d terms d times, and no term is negative. 2^20 roundings add up to 6 %, so
/// that their product counts too.
[[nodiscard]] inline double float_slack(std::size_t dimension) noexcept {
    return static_cast<double>(dimension + 8) * 0x1.1p-24;
}

/// Below, squares that float loses, those under 1e-38, could add up to something: 2^20 of them are 1e-32.
inline constexpr float least_sure_float = 1e-24F;

/// \param squares  at least 0
[[nodiscard]] FloatBound float_bound(double squares, std::size_t dimension) noexcept;

/// Squared distances of one row to the points of a block, in float, without expanding the square: no offset of the
/// data costs digits. They are the same bits for the same row, whichever kernel of a set finds them; the largest float
/// where they overflow.
struct BlockSums {
    alignas(64) float of[block_points];
};

/// \returns  a bit per point that is at most `above`; when there is none, `sums` means nothing
using SumsKernel = std::uint64_t (*)(const float* panel, const float* row, std::size_t dimension, float above,
                                     BlockSums& sums) noexcept;
/// As SumsKernel, only the points that are at most `reach` times as far as the nearest of them.
using NearestKernel = std::uint64_t (*)(const float* panel, const float* row, std::size_t dimension,
                                        float above, float reach, BlockSums& sums) noexcept;
/// As SumsKernel, of four rows.
using FourSumsKernel = void (*)(const float* panel, const float* const* rows, std::size_t dimension,
                                const float* above, BlockSums* sums, std::uint64_t* found) noexcept;
/// Squared distances of a row to two boxes; `boxes` as those of siblings in a `BlockTree`.
using BoxesKernel = void (*)(const float* boxes, const float* row, std::size_t dimension,
                             float* squares) noexcept;

/// How many values are at most so much.
using CountKernel = std::size_t (*)(const std::int32_t* values, std::size_t size,
                                    std::int32_t at_most) noexcept;
/// The squared distance of two rows in float, off by no more than `float_slack`.
using PairKernel = float (*)(const float* x, const float* y, std::size_t dimension) noexcept;

struct NeighbourKernels {
    SumsKernel sums;
    NearestKernel nearest;
    FourSumsKernel four;
    BoxesKernel boxes;
    CountKernel count;
    PairKernel pair;
};

/// \param set  one that this machine has
[[nodiscard]] NeighbourKernels neighbour_kernels(InstructionSet set) noexcept;

}  // namespace sonde::detail
