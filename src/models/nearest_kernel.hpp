// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/instruction_set.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/kmeans.hpp"

namespace sonde::detail {

/// Fewer centroids are not packed: most of a panel would be empty.
inline constexpr std::size_t least_packed = 8;

/// Centroids for `nearest`. Takes at most two and a half times the memory of the centroids.
[[nodiscard]] PackedCentroids pack_centred(MatrixView centroids);

/// The centroid with the smallest squared distance computed in double, the first of several.
struct Nearest {
    std::uint32_t cluster;
    double squares;  ///< -1: the row has a value that is not finite, and `cluster` is 0
};

/// \param centroids  as they were packed
/// \param rows       as many features as the centroids; a row gives the same bits alone and in every batch
/// \param out        one per row
/// \param set        one that this machine has
void nearest(MatrixView centroids, const PackedCentroids& packed, MatrixView rows, std::span<Nearest> out,
             InstructionSet set) noexcept;

}  // namespace sonde::detail
