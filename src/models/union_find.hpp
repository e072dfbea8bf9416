// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace sonde::detail {

/// Sets that only ever grow together. A set goes by its smallest member; paths are halved as they are walked
/// (Tarjan, van Leeuwen: Worst-case analysis of set union algorithms, J. ACM 31, 1984).
/// Cost: amortized O(log n) a call, in practice some steps; 4 bytes a member. Threading: single-writer.
class UnionFind {
public:
    /// Each of 0 ... count - 1 alone; at most 2^32 - 1 of them.
    explicit UnionFind(std::size_t count) : parents_(count) {
        std::iota(parents_.begin(), parents_.end(), std::uint32_t{0});
    }

    /// The smallest member of the set that `member` is in.
    [[nodiscard]] std::uint32_t find(std::uint32_t member) noexcept {
        while (parents_[member] != member) {
            parents_[member] = parents_[parents_[member]];
            member = parents_[member];
        }
        return member;
    }

    /// Makes one set of two. \returns its smallest member
    std::uint32_t unite(std::uint32_t a, std::uint32_t b) noexcept {
        a = find(a);
        b = find(b);
        if (b < a) return parents_[a] = b;
        return parents_[b] = a;
    }

private:
    std::vector<std::uint32_t> parents_;
};

}  // namespace sonde::detail
