// SPDX-License-Identifier: Apache-2.0
#include "models/neighbour_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using detail::block_points;
using detail::BlockSums;
using detail::InstructionSet;

namespace {

struct alignas(64) Lanes {
    float of[block_points];
};

/// A block, four rows and two boxes, all about `offset`.
struct Case {
    Case(std::uint64_t seed, std::size_t size, double scale, double offset) : dimension{size}, panel(size) {
        Rng rng{seed};
        const auto draw = [&] { return static_cast<float>(offset + scale * rng.normal()); };
        for (auto& lanes : panel)
            for (float& value : lanes.of) value = draw();
        for (std::size_t i = 0; i < 4 * dimension; ++i) rows.push_back(draw());
        boxes.resize(4 * dimension);
        for (std::size_t i = 0; i < 2 * dimension; ++i) {
            const float a = draw(), b = draw();
            const std::size_t at = i / dimension * 2 * dimension + i % dimension;
            boxes[at] = std::min(a, b);
            boxes[at + dimension] = std::max(a, b);
        }
    }
    [[nodiscard]] const float* row(std::size_t number) const { return rows.data() + number * dimension; }
    [[nodiscard]] double squares(std::size_t number, std::size_t point) const {
        double sum = 0;
        for (std::size_t i = 0; i < dimension; ++i)
            sum += std::pow(static_cast<double>(row(number)[i]) - static_cast<double>(panel[i].of[point]), 2);
        return sum;
    }
    [[nodiscard]] double squares_to_box(std::size_t box) const {
        double sum = 0;
        for (std::size_t i = 0; i < dimension; ++i) {
            const auto x = static_cast<double>(row(0)[i]);
            const auto low = static_cast<double>(boxes[2 * box * dimension + i]);
            const auto high = static_cast<double>(boxes[(2 * box + 1) * dimension + i]);
            sum += std::pow(std::max({low - x, x - high, 0.0}), 2);
        }
        return sum;
    }

    std::size_t dimension;
    std::vector<Lanes> panel;
    std::vector<float> rows, boxes;
};

std::vector<InstructionSet> sets() {
    std::vector<InstructionSet> all;
    for (const auto set :
         {InstructionSet::scalar, InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512})
        if (detail::has(set)) all.push_back(set);
    return all;
}

}  // namespace

TEST_CASE(
    "neighbour kernel: sums are within the slack, their bits those of the bound, on every instruction set",
    "[models]") {
    const std::size_t dimension = GENERATE(1U, 2U, 7U, 16U, 17U, 100U);
    const double offset = GENERATE(0.0, 1000.0);
    const double slack = detail::float_slack(dimension);
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const Case c{seed, dimension, 1, offset};
        const float above = static_cast<float>(c.squares(0, seed));
        const float bounds[4] = {above, above / 2, -1, 1e30F};
        for (const InstructionSet set : sets()) {
            const auto kernels = detail::neighbour_kernels(set);
            std::array<BlockSums, 4> sums;
            std::array<std::uint64_t, 4> found{};
            const float* const rows[4] = {c.row(0), c.row(1), c.row(2), c.row(3)};
            kernels.four(c.panel[0].of, rows, dimension, bounds, sums.data(), found.data());
            for (std::size_t row = 0; row < 4; ++row) {
                BlockSums alone;
                CHECK(kernels.sums(c.panel[0].of, rows[row], dimension, bounds[row], alone) == found[row]);
                CHECK(std::memcmp(&alone, &sums[row], sizeof alone) == 0);
                for (std::size_t i = 0; i < block_points; ++i) {
                    const double sum = static_cast<double>(alone.of[i]);
                    if (std::abs(sum - c.squares(row, i)) > slack * c.squares(row, i)) FAIL("sum of " << i);
                    if ((found[row] >> i & 1) != (alone.of[i] <= bounds[row] ? 1U : 0U)) FAIL("bit of " << i);
                }
            }
        }
    }
}

TEST_CASE("neighbour kernel: the nearest of a block is among few, on every instruction set", "[models]") {
    const std::size_t dimension = GENERATE(1U, 3U, 40U);
    constexpr float largest = std::numeric_limits<float>::max();
    const double scale = GENERATE(1e-15, 1.0, 1e17, 3e37);
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const Case c{seed, dimension, scale, 0};
        std::size_t nearest = 0;
        for (std::size_t i = 0; i < block_points; ++i)
            if (c.squares(0, i) < c.squares(0, nearest)) nearest = i;
        for (const InstructionSet set : sets()) {
            const auto kernel = detail::neighbour_kernels(set).nearest;
            BlockSums sums;
            const auto found = kernel(c.panel[0].of, c.row(0), dimension, largest, 1.00002F, sums);
            CHECK((found >> nearest & 1) == 1);
            if (scale == 1) CHECK((found & (found - 1)) == 0);
            CHECK(kernel(c.panel[0].of, c.row(0), dimension, -1, 1.00002F, sums) == 0);
        }
    }
}

TEST_CASE("neighbour kernel: distances to boxes are within the slack, on every instruction set", "[models]") {
    const std::size_t dimension = GENERATE(1U, 2U, 4U, 16U, 19U, 70U);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Case c{seed, dimension, 1, seed % 2 == 0 ? 0.0 : 1000.0};
        for (const InstructionSet set : sets()) {
            float squares[2];
            detail::neighbour_kernels(set).boxes(c.boxes.data(), c.row(0), dimension, squares);
            for (std::size_t box = 0; box < 2; ++box)
                CHECK(static_cast<double>(squares[box]) ==
                      Approx(c.squares_to_box(box)).epsilon(detail::float_slack(dimension)).margin(0));
        }
    }
}

TEST_CASE("neighbour kernel: distances of pairs are within the slack, on every instruction set", "[models]") {
    const std::size_t dimension = GENERATE(1U, 7U, 16U, 45U, 130U);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Case c{seed, dimension, 1, seed % 2 == 0 ? 0.0 : 1000.0};
        double squares = 0;
        for (std::size_t i = 0; i < dimension; ++i)
            squares += std::pow(static_cast<double>(c.row(0)[i]) - static_cast<double>(c.row(1)[i]), 2);
        for (const InstructionSet set : sets())
            CHECK(static_cast<double>(detail::neighbour_kernels(set).pair(c.row(0), c.row(1), dimension)) ==
                  Approx(squares).epsilon(detail::float_slack(dimension)).margin(0));
    }
}

TEST_CASE("neighbour kernel: values are counted up to a bound, on every instruction set", "[models]") {
    std::vector<std::int32_t> values;
    for (std::int32_t i = 0; i < 77; ++i) values.push_back(i * 37 % 77 - 5);
    for (const InstructionSet set : sets()) {
        const auto count = detail::neighbour_kernels(set).count;
        for (const std::int32_t bound : {-6, -5, 0, 30, 71, 100})
            for (const std::size_t size : {0U, 1U, 15U, 16U, 77U})
                CHECK(count(values.data(), size, bound) ==
                      static_cast<std::size_t>(std::count_if(values.data(), values.data() + size,
                                                             [&](std::int32_t v) { return v <= bound; })));
    }
}

TEST_CASE("neighbour kernel: a bound in float is on both sides of that in double, or says nothing",
          "[models]") {
    const std::size_t dimension = GENERATE(1U, 100U, 1U << 20);
    const double u = 0x1p-24, roundings = std::pow(1 + u, static_cast<double>(dimension + 3));
    for (const double squares : {1.1e-24, 1e-3, 1.0, 12345.678, 1e37}) {
        const auto bound = detail::float_bound(squares, dimension);
        CHECK(static_cast<double>(bound.above) > squares * roundings);
        CHECK(static_cast<double>(bound.below) < squares / roundings);
        CHECK(static_cast<double>(bound.above) < squares * 1.1);
        CHECK(static_cast<double>(bound.below) > squares / 1.1);
    }
    CHECK(detail::float_bound(0, dimension).above >= 1e-24F);
    CHECK(detail::float_bound(0, dimension).below == 0);
    CHECK(detail::float_bound(2e37, dimension).above > 3.4e38F);
    CHECK(detail::float_bound(2e37, dimension).below == 0);
}
