// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <span>
#include <string>

#include "network.hpp"

namespace demo {

/// An image seen from afar: 4 x 4 cells of 7 x 7 pixels, row after row.
inline constexpr std::size_t grid = 4, cell_count = grid * grid, cell_side = 7;

/// How much of an image's error lies in each cell.
using CellShares = std::array<double, cell_count>;
/// A choice of cells.
using Cells = std::bitset<cell_count>;

/// \param errors  one per pixel, at least 0
/// \returns       shares that sum to 1; zeros where there is no error
[[nodiscard]] CellShares shares_of_cells(std::span<const double, Network::inputs> errors) noexcept;

/// The fewest cells that hold at least half of the error; none where there is no error.
[[nodiscard]] Cells main_cells(const CellShares& shares) noexcept;

/// A row of cells as percentages, each four characters wide. \param values  in [0, 1] \param row  0 is the topmost
[[nodiscard]] std::string map_row(const CellShares& values, std::size_t row);

}  // namespace demo
