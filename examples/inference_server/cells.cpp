// SPDX-License-Identifier: Apache-2.0
#include "cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace demo {

CellShares shares_of_cells(std::span<const double, Network::inputs> errors) noexcept {
    constexpr std::size_t width = grid * cell_side;
    CellShares shares{};
    for (std::size_t pixel = 0; pixel < errors.size(); ++pixel)
        shares[pixel / width / cell_side * grid + pixel % width / cell_side] += errors[pixel];
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (sum > 0)
        for (double& share : shares) share /= sum;
    return shares;
}

Cells main_cells(const CellShares& shares) noexcept {
    std::array<std::size_t, cell_count> order{};
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return shares[a] > shares[b]; });
    const double half = 0.5 * std::accumulate(shares.begin(), shares.end(), 0.0);
    Cells chosen;
    double held = 0;
    for (std::size_t i = 0; i < order.size() && held < half; held += shares[order[i++]]) chosen.set(order[i]);
    return chosen;
}

std::string map_row(const CellShares& values, std::size_t row) {
    std::string text;
    for (std::size_t column = 0; column < grid; ++column)
        text += fmt::format("{:>4.0f}", 100 * values[row * grid + column]);
    return text;
}

}  // namespace demo
