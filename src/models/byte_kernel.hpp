// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/block_tree.hpp"
#include "models/instruction_set.hpp"

namespace sonde::detail {

/// Four features of each point of a block, unsigned; those past the last feature are 0.
struct alignas(64) ByteLanes {
    std::uint8_t of[4 * block_points];
};

/// The points of a block: p' = p + 128 as bytes hold it.
struct BytePanel {
    const ByteLanes* lanes;
    const std::int32_t* norms;  ///< |p|^2 of each
    std::size_t groups;         ///< of four features
};

/// What a row x came to with each point of a block: |p|^2 - 2 unit x.p', exactly.
struct ByteSums {
    alignas(64) std::int32_t of[block_points];
};

/// Kernels of a search in bytes, for machines that multiply bytes faster than floats.
struct ByteKernels {
    /// \param row      4 * groups signed bytes; of seven bits where the unit is 2
    /// \param at_most  what is sought
    /// \returns  a bit per point whose sum is at most so much; when there is none, `sums` means nothing
    std::uint64_t (*one)(const BytePanel& panel, const std::int8_t* row, std::int32_t at_most,
                         ByteSums& sums) noexcept = nullptr;
    /// The same of four rows.
    void (*four)(const BytePanel& panel, const std::int8_t* const* rows, const std::int32_t* at_most,
                 ByteSums* sums, std::uint64_t* found) noexcept = nullptr;
    int unit = 0;  ///< of rows, in those of points: 1 or 2
};

/// \param set  one that this machine has
/// \returns  null pointers where floats are as fast
[[nodiscard]] ByteKernels byte_kernels(InstructionSet set) noexcept;

}  // namespace sonde::detail
