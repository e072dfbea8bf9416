// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/instruction_set.hpp"
#include "sonde/models/neural/network.hpp"

namespace sonde::detail {

struct PanelRange;

/// A matrix to multiply rows with, 32 columns at a time: element (i, j) is in panel j / 32, at i * 32 + j % 32 of it.
/// Columns past the last are 0.
class Panels {
public:
    static constexpr std::size_t width = 32;

    Panels() = default;
    /// Room for a matrix, of zeros. \param rows  what is multiplied with; \param columns  what comes out
    Panels(std::size_t rows, std::size_t columns);

    /// \param values  as many rows as this has, `columns` floats each
    void fill(const float* values) noexcept;
    /// \param values  a row of this many floats, as many as this has rows, per column
    void fill_transposed(const float* values) noexcept;

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] PanelRange all() const noexcept;
    /// `columns`, rounded up to whole panels: what kernels write of a row.
    [[nodiscard]] std::size_t padded() const noexcept { return count_ * width; }
    [[nodiscard]] const float* panel(std::size_t index) const noexcept { return lanes_[index * rows_].lane; }

private:
    struct alignas(64) Lanes {
        float lane[width];
    };
    std::size_t rows_ = 0, columns_ = 0, count_ = 0;
    std::vector<Lanes> lanes_;
};

/// Which panels of a matrix.
struct PanelRange {
    std::size_t first, last;
};

/// How many rows a kernel multiplies at once: a multiple of them wastes nothing.
[[nodiscard]] std::size_t rows_at_once(InstructionSet set) noexcept;

/// out = rows * panels. A row gives the same bits alone and among others, whatever the range.
/// \param rows   each `stride` floats after the one before
/// \param range  of the panels
/// \param out    32 floats per panel of the range and row, rows `out_stride` floats apart
/// \param set    one that this machine has
void multiply(const float* rows, std::size_t stride, std::size_t count, const Panels& panels,
              PanelRange range, float* out, std::size_t out_stride, InstructionSet set) noexcept;

/// y = activation(y + bias), in place. Sigmoid and tanh are off by 3e-7 at most.
/// \param size  of both; a multiple of 32
void activate(Activation activation, const float* bias, float* y, std::size_t size,
              InstructionSet set) noexcept;

/// The sum of -t log y - (1 - t) log(1 - y), each off by 3e-7 at most; no logarithm is below -87.
/// \param y  in [0, 1]
[[nodiscard]] double sum_cross_entropy(const float* y, const float* t, std::size_t size,
                                       InstructionSet set) noexcept;

}  // namespace sonde::detail
