// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/dbscan_cores.hpp"
#include "models/eps_search.hpp"
#include "models/union_find.hpp"
#include "sonde/core/function_ref.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

/// Joins core rows that are within eps of each other, and so on: single linkage cut at eps.
///
/// The tree is walked against itself from the leaves up, so that whole nodes soon are one set each: two of the same
/// set are never looked at again, two of different sets only until the first hit.
class DbscanJoin {
public:
    /// \param rows  what the tree was built from; all three must outlive this
    DbscanJoin(const DbscanCores& cores, MatrixView rows, const EpsSearch& search);

    /// \param done  told after each block; what it throws ends it
    void run(FunctionRef<void()> done);

    /// Which set a core row is in: the position of the first of them in the tree.
    [[nodiscard]] std::uint32_t set_of(std::uint32_t position) noexcept { return sets_.find(position); }

private:
    [[nodiscard]] bool leaf(std::size_t node) const noexcept;
    [[nodiscard]] bool same(std::size_t a, std::size_t b) noexcept;
    [[nodiscard]] std::uint64_t hits(std::size_t block, std::uint32_t position) const noexcept;
    void unite_all(std::size_t node) noexcept;
    void look_again(std::size_t node) noexcept;
    void inside(std::size_t node, FunctionRef<void()> done);
    void inside_leaf(std::size_t node) noexcept;
    void between(std::size_t a, std::size_t b, double squares) noexcept;
    void between_leaves(std::size_t a, std::size_t b) noexcept;
    bool join_row(std::uint32_t position, std::size_t leaf) noexcept;

    const DbscanCores& cores_;
    const BlockTree& tree_;
    MatrixView rows_;
    const EpsSearch& search_;
    UnionFind sets_;
    std::vector<std::uint8_t> one_;  // of each node: its rows are known to be one set
};

}  // namespace sonde::detail
