// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/block_tree.hpp"
#include "models/dbscan_cores.hpp"
#include "models/eps_search.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

/// The rows of a DBSCAN, in blocks. Every block can be worked on by another thread.
class DbscanRows {
public:
    /// \param rows, weights, search  must outlive this
    DbscanRows(MatrixView rows, std::span<const double> weights, double min_points, const EpsSearch& search);

    [[nodiscard]] const BlockTree& tree() const noexcept { return tree_; }

    /// Finds out how dense it is about the rows of a block. A row that has enough is not looked at again.
    /// \param out  of all rows
    void find_density(std::size_t block, std::span<Density> out) const noexcept;

    /// Gives each row of a block that is reached but no core row the least label that reaches it.
    /// \param least   of the core rows in each node
    /// \param labels  of all rows: those of core rows are read
    void find_border(std::size_t block, std::span<const Density> density, const DbscanCores& cores,
                     std::span<const std::int32_t> least, std::span<std::int32_t> labels) const noexcept;

private:
    [[nodiscard]] Box box(std::size_t node) const noexcept { return {tree_.low(node), tree_.high(node)}; }
    [[nodiscard]] std::uint64_t hits(std::size_t block, std::uint64_t wanted,
                                     std::uint32_t row) const noexcept;
    [[nodiscard]] double weight_of(std::uint64_t points, std::span<const std::uint32_t> ids) const noexcept;
    [[nodiscard]] double weight_of(const BlockNode& node) const noexcept;

    MatrixView rows_;
    std::span<const double> weights_;
    double min_points_;
    const EpsSearch& search_;
    BlockTree tree_;
    std::vector<std::uint32_t> leaves_;  // of each block: its node
};

}  // namespace sonde::detail
