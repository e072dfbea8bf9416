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

/// Packed centroids: panels of 16, each feature by feature. Looks at memory that somebody else owns.
struct CentroidPanels {
    static constexpr std::size_t width = 16;

    const CentroidLanes* lanes = nullptr;  ///< panel p, feature d: lanes[p * dimension + d]
    std::size_t clusters = 0, dimension = 0;

    [[nodiscard]] std::size_t panels() const noexcept { return (clusters + width - 1) / width; }
};

/// The memory behind `CentroidPanels`. The last panel is filled up with copies of the last centroid: no value
/// is so far away that no row can be there.
[[nodiscard]] std::vector<CentroidLanes> pack(MatrixView centroids);

/// The nearest centroid, the first of equally near ones, and the square of its distance summed up in float:
/// feature after feature, so that the same row gives the same bits in any batch.
struct Nearest {
    std::uint32_t cluster;
    float squares;  ///< at most the largest float, also where the sum overflows
};

/// \param rows  as many features as the centroids; a row with NaN or infinity gives some cluster
/// \param out   one per row
/// \param set   one that this machine has
void nearest(const CentroidPanels& panels, MatrixView rows, std::span<Nearest> out,
             InstructionSet set) noexcept;

/// How many rows are best handed to `nearest` at a time: what it keeps on the stack.
inline constexpr std::size_t nearest_block = 64;

}  // namespace sonde::detail
