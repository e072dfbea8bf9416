// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/block_tree.hpp"
#include "models/byte_kernel.hpp"
#include "models/neighbour.hpp"
#include "models/neighbour_kernel.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

/// The points of a tree in bytes, of which far more are compared with a row at once than of floats; few are left for
/// which digits matter.
///
/// A point less the middle of all is q + u steps, q whole numbers and u what rounding took; a row is r + v. Their
/// distance differs from |q - r|, which whole numbers give exactly, by at most |u| + |v|. So once the distance of k
/// points is known, any whose |q - r| is farther by more than that is none of the nearest k.
///
/// The nearest boxes are looked at first, then all blocks by four rows side by side, which takes less than finding
/// out which may be left out. Rows far outside of the points, and points of which one feature dwarfs the distances, are
/// no good for bytes: the search says so.
/// Memory: 5 bytes per point and feature, 4 per point. Threading: immutable.
class NeighbourBytes {
public:
    static constexpr std::size_t most_rows = 16, most_dimension = 512, most_wanted = 160;

    /// Of no use.
    NeighbourBytes() = default;
    /// \param set  one that this machine has
    NeighbourBytes(const BlockTree& tree, InstructionSet set);

    /// Whether it is of any.
    [[nodiscard]] bool useful() const noexcept { return !lanes_.empty(); }

    /// How many rows are best sought for together.
    [[nodiscard]] static std::size_t together(std::size_t count) noexcept;

    /// \param tree            that of the points
    /// \param rows            at most `together(count)`
    /// \param count           in [1, most_wanted]; at most as many as there are but for what is excluded
    /// \param found           takes what is found, for all rows but those that are returned
    /// \param first_excluded  as `NeighbourIndex::nearest` has it
    /// \returns  a bit per row for which bytes are of no use
    [[nodiscard]] std::uint32_t nearest(const BlockTree& tree, MatrixView rows, std::size_t count,
                                        const FoundNeighbours& found,
                                        std::uint32_t first_excluded) const noexcept;

private:
    class Search;

    void fill(const BlockTree& tree);
    [[nodiscard]] BytePanel panel(std::size_t block) const noexcept;
    [[nodiscard]] const float* point(std::size_t position) const noexcept {
        return values_.data() + position * dimension_;
    }

    ByteKernels kernels_;
    NeighbourKernels floats_{};
    std::size_t dimension_ = 0, groups_ = 0;  // groups: of four features
    double by_ = 0, error_ = 0;               // steps by distance; the largest |u|
    std::vector<double> middle_;
    std::vector<ByteLanes> lanes_;
    std::vector<std::int32_t> norms_;
    std::vector<float> values_;  // point after point
};

}  // namespace sonde::detail
