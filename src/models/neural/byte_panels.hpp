// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/instruction_set.hpp"

namespace sonde::detail {

/// A matrix of signed bytes to multiply rows of bytes with, 32 columns at a time: of the inputs 4 i to 4 i + 3 column j
/// is in panel j / 32, at 4 (j % 32) to 4 (j % 32) + 3 of its group i. What is not there is 0.
class BytePanels {
public:
    static constexpr std::size_t width = 32;  ///< columns of a panel
    static constexpr std::size_t group = 4;   ///< inputs that a processor multiplies and adds up at once
    struct alignas(64) Lanes {
        std::int8_t of[group * width];
    };

    BytePanels() = default;
    /// Zeros. \param rows  what is multiplied with; \param columns  what comes out
    BytePanels(std::size_t rows, std::size_t columns)
        : rows_{rows},
          columns_{columns},
          groups_{(rows + group - 1) / group},
          lanes_((columns + width - 1) / width * groups_) {}

    [[nodiscard]] std::int8_t& at(std::size_t row, std::size_t column) noexcept {
        return lanes_[column / width * groups_ + row / group].of[column % width * group + row % group];
    }
    [[nodiscard]] std::int8_t at(std::size_t row, std::size_t column) const noexcept {
        return const_cast<BytePanels*>(this)->at(row, column);
    }

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] std::size_t groups() const noexcept { return groups_; }
    [[nodiscard]] std::size_t count() const noexcept { return (columns_ + width - 1) / width; }
    [[nodiscard]] std::span<const Lanes> panel(std::size_t index) const noexcept {
        return {lanes_.data() + index * groups_, groups_};
    }

private:
    std::size_t rows_ = 0, columns_ = 0, groups_ = 0;
    std::vector<Lanes> lanes_;
};

/// out = rows * panel, exactly: the same on every instruction set, as long as sums fit 32 bits (130,000 inputs).
/// \param rows   bytes of seven bits, 4 * panel.size() of each; AVX2 adds two products up in 16 bits
/// \param stride from a row to the next
/// \param out    32 sums per row
/// \param set    one that this machine has
void multiply_bytes(const std::uint8_t* rows, std::size_t stride, std::size_t count,
                    std::span<const BytePanels::Lanes> panel, std::int32_t* out, InstructionSet set) noexcept;

}  // namespace sonde::detail
