// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/matrix_view.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/tree_nodes.hpp"

namespace sonde::detail {

/// Draws samples of rows, without replacement. Allocates only when it is made.
class RowSampler {
public:
    /// \param weights  of the rows, 0 or above; empty: all alike
    RowSampler(std::size_t rows, std::size_t sample_size, std::span<const double> weights);

    /// Valid until the next call.
    [[nodiscard]] std::span<std::uint32_t> draw(Rng& rng) noexcept;

private:
    struct Candidate {
        double time;
        std::uint32_t row;
    };
    void draw_evenly(Rng& rng) noexcept;
    void draw_by_weight(Rng& rng) noexcept;

    std::size_t rows_;
    std::span<const double> weights_;
    std::vector<std::uint32_t> sample_;
    std::vector<bool> is_drawn_;         // without weights
    std::vector<Candidate> candidates_;  // with weights: a heap
};

/// Grows one isolation tree after the other. Allocates only when it is made.
class IsolationTreeGrower {
public:
    IsolationTreeGrower(MatrixView rows, std::size_t sample_size);

    /// \param sample  of the rows; gets another order
    /// \returns       the tree, node values being depth + c(rows in the node); valid until the next call
    [[nodiscard]] std::span<const GrownNode> grow(std::span<std::uint32_t> sample, Rng& rng) noexcept;

private:
    struct Split {
        std::uint32_t feature;
        float least, largest;
    };
    [[nodiscard]] bool find_split(std::span<const std::uint32_t> sample, std::size_t& constant, Split& split,
                                  Rng& rng) noexcept;
    std::uint32_t grow_node(std::span<std::uint32_t> sample, std::size_t depth, std::size_t constant,
                            Rng& rng) noexcept;

    MatrixView rows_;
    std::size_t depth_limit_;
    std::vector<std::uint32_t> features_;  // those known to be constant in the node first
    std::vector<GrownNode> nodes_;
};

}  // namespace sonde::detail
