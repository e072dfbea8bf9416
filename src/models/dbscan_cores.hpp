// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/block_tree.hpp"
#include "models/eps_search.hpp"

namespace sonde::detail {

/// What is within eps of a row: nobody else; somebody; enough for a core row.
enum class Density : std::uint8_t { alone, reached, core };

/// The core rows among the points of a tree: the same nodes with tighter boxes. Threading: immutable.
class DbscanCores {
public:
    static constexpr std::uint32_t none = 0xffff'ffffU;

    /// \param tree     must outlive this
    /// \param density  of all rows
    DbscanCores(const BlockTree& tree, std::span<const Density> density);

    [[nodiscard]] const BlockTree& tree() const noexcept { return tree_; }
    /// The core rows of a block: a bit each.
    [[nodiscard]] std::uint64_t points(std::size_t block) const noexcept { return points_[block]; }
    /// The position of the first core row in a node; `none`.
    [[nodiscard]] std::uint32_t first(std::size_t node) const noexcept { return first_[node]; }
    /// Around the core rows of a node that has some.
    [[nodiscard]] Box box(std::size_t node) const noexcept {
        const float* low = boxes_.data() + 2 * node * tree_.dimension();
        return {low, low + tree_.dimension()};
    }

    /// The least label of the core rows in each node; the largest number there is where there are none.
    [[nodiscard]] std::vector<std::int32_t> least(std::span<const std::int32_t> labels) const;

private:
    void enclose_points(std::size_t leaf) noexcept;
    void enclose_children(std::size_t node) noexcept;

    const BlockTree& tree_;
    std::vector<std::uint64_t> points_;
    std::vector<std::uint32_t> first_;
    std::vector<float> boxes_;
};

/// Calls `each` with the number of every bit, from the lowest on.
template <class Each>
void for_each_bit(std::uint64_t bits, const Each& each) {
    for (; bits != 0; bits &= bits - 1) each(static_cast<std::uint32_t>(__builtin_ctzll(bits)));
}

}  // namespace sonde::detail
