// SPDX-License-Identifier: Apache-2.0
#include "cells.hpp"

#include <numeric>

#include "support/catch.hpp"

namespace {

using Errors = std::array<double, demo::Network::inputs>;

}  // namespace

TEST_CASE("Cells: an error counts for the cell that its pixel lies in", "[demo]") {
    for (std::size_t row = 0; row < 28; ++row)
        for (std::size_t column = 0; column < 28; ++column) {
            Errors errors{};
            errors[28 * row + column] = 0.25;
            demo::CellShares expected{};
            expected[row / 7 * 4 + column / 7] = 1;
            REQUIRE(demo::shares_of_cells(errors) == expected);
        }
}

TEST_CASE("Cells: shares sum to 1, and are zeros where there is no error", "[demo]") {
    Errors errors{};
    CHECK(demo::shares_of_cells(errors) == demo::CellShares{});
    std::iota(errors.begin(), errors.end(), 0.0);
    const auto shares = demo::shares_of_cells(errors);
    CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == Approx(1).epsilon(1e-12));
    // The mean of the numbers in the top left cell is 3 * 28 + 3 = 87; of all 784, 391.5.
    CHECK(shares[0] == Approx(87.0 / 391.5 / 16).epsilon(1e-12));
}

TEST_CASE("Cells: the main ones are the fewest that hold half", "[demo]") {
    CHECK(demo::main_cells({}).none());
    demo::CellShares shares{};
    shares[3] = 0.3;
    shares[5] = 0.25;
    shares[7] = 0.45;
    CHECK(demo::main_cells(shares) == demo::Cells{(1U << 3) | (1U << 7)});
    shares[7] = 0.6;
    CHECK(demo::main_cells(shares) == demo::Cells{1U << 7});
    shares.fill(1.0 / 16);
    CHECK(demo::main_cells(shares).count() == 8);
}
