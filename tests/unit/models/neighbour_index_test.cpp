// SPDX-License-Identifier: Apache-2.0
#include "models/neighbour_index.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sonde/core/concepts.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using detail::InstructionSet;
using detail::Neighbour;
using detail::NeighbourIndex;

namespace {

struct Points {
    Points(std::size_t rows, std::size_t cols, std::uint64_t seed, double scale = 1, double offset = 0)
        : dimension{cols} {
        Rng rng{seed};
        for (std::size_t i = 0; i < rows * cols; ++i)
            values.push_back(static_cast<float>(offset + scale * rng.normal()));
    }
    void make_whole() {
        for (float& value : values) value = std::round(value);
    }
    [[nodiscard]] MatrixView first(std::size_t rows) const { return {values.data(), rows, dimension}; }
    [[nodiscard]] MatrixView rows() const { return {values.data(), values.size() / dimension, dimension}; }

    std::size_t dimension;
    std::vector<float> values;
};

/// Row and squared distance of all points, the nearest first.
std::vector<std::pair<double, std::uint32_t>> sorted_by_distance(MatrixView points, Row row,
                                                                 std::uint32_t excluded) {
    std::vector<std::pair<double, std::uint32_t>> all;
    for (std::uint32_t i = 0; i < points.rows(); ++i) {
        long double squares = 0;
        for (std::size_t j = 0; j < row.size(); ++j) {
            const auto difference =
                static_cast<long double>(points.row(i)[j]) - static_cast<long double>(row[j]);
            squares += difference * difference;
        }
        if (i != excluded) all.emplace_back(static_cast<double>(squares), i);
    }
    std::sort(all.begin(), all.end());
    return all;
}

std::vector<InstructionSet> sets() {
    std::vector<InstructionSet> all;
    for (const auto set : {InstructionSet::scalar, InstructionSet::baseline, InstructionSet::avx2,
                           InstructionSet::avx512, InstructionSet::avx512_vnni})
        if (detail::has(set)) all.push_back(set);
    return all;
}

/// How many answers are not those of comparing all. `exact`: rows too, not only distances.
int wrong(const NeighbourIndex& index, MatrixView points, MatrixView queries, std::size_t count, bool exact,
          std::uint32_t first_excluded = NeighbourIndex::none) {
    int wrong = 0;
    std::size_t answered = 0;
    const auto check = [&](std::size_t query, std::span<const Neighbour> found) {
        ++answered;
        const auto excluded = first_excluded == NeighbourIndex::none
                                  ? NeighbourIndex::none
                                  : first_excluded + static_cast<std::uint32_t>(query);
        const auto all = sorted_by_distance(points, queries.row(query), excluded);
        wrong += static_cast<int>(found.size() != std::min(count, all.size()));
        for (std::size_t i = 0; i < std::min(found.size(), all.size()); ++i) {
            wrong += static_cast<int>(std::abs(found[i].squares - all[i].first) > 1e-13 * all[i].first);
            wrong += static_cast<int>(exact && found[i].row != all[i].second);
            wrong += static_cast<int>(index.tree().rows()[found[i].position] != found[i].row);
        }
        const Neighbour one = index.nearest(queries.row(query).data(), excluded);
        wrong += static_cast<int>(std::abs(one.squares - all[0].first) > 1e-13 * all[0].first);
        wrong += static_cast<int>(exact && one.row != all[0].second);
    };
    index.nearest(queries, count, check, first_excluded);
    return wrong + static_cast<int>(answered != queries.rows());
}

}  // namespace

TEST_CASE("NeighbourIndex: finds what comparing all finds, on every instruction set", "[models]") {
    const std::size_t dimension = GENERATE(1U, 2U, 3U, 8U, 17U, 40U);
    const double offset = GENERATE(0.0, 1e4);
    const Points points{700, dimension, 1, 1, offset}, queries{37, dimension, 2, 1.5, offset};
    for (const InstructionSet set : sets()) {
        const NeighbourIndex index{points.rows(), set};
        for (const std::size_t count : {1U, 5U, 64U})
            CHECK(wrong(index, points.rows(), queries.rows(), count, offset == 0) == 0);
        if (dimension != 3 && dimension != 8) CHECK(index.flat() == (dimension > 8));
    }
}

TEST_CASE("NeighbourIndex: of equally near points the first rows are found", "[models]") {
    const std::size_t dimension = GENERATE(1U, 2U, 10U);
    Points points{1000, dimension, 3, 1.5}, queries{40, dimension, 4, 2};
    points.make_whole();
    queries.make_whole();
    for (const InstructionSet set : sets()) {
        const NeighbourIndex index{points.rows(), set};
        for (const std::size_t count : {1U, 3U, 20U, 200U})
            CHECK(wrong(index, points.rows(), queries.rows(), count, true) == 0);
    }
}

TEST_CASE("NeighbourIndex: a row can be left out of its own search", "[models]") {
    const std::size_t dimension = GENERATE(2U, 30U);
    Points points{300, dimension, 5};
    const NeighbourIndex index{points.rows()};
    CHECK(wrong(index, points.rows(), points.rows(), 4, true, 0) == 0);
    const MatrixView last{points.values.data() + 290 * dimension, 10, dimension};
    CHECK(wrong(index, points.rows(), last, 299, true, 290) == 0);
}

TEST_CASE("NeighbourIndex: there may be fewer points than are asked for", "[models]") {
    const std::size_t count = GENERATE(1U, 2U, 5U, 64U, 65U);
    const Points points{count, 3, 6}, queries{9, 3, 7};
    const NeighbourIndex index{points.rows()};
    CHECK(wrong(index, points.rows(), queries.rows(), 100, true) == 0);
}

TEST_CASE("NeighbourIndex: a single point without itself has no neighbours", "[models]") {
    const std::vector<float> values{1, 2};
    const NeighbourIndex index{{values.data(), 1, 2}};
    std::size_t calls = 0;
    const auto check = [&](std::size_t, std::span<const Neighbour> found) { calls += found.empty() ? 1 : 0; };
    index.nearest({values.data(), 1, 2}, 3, check, 0);
    CHECK(calls == 1);
}

TEST_CASE("NeighbourIndex: as many neighbours as are allowed", "[models]") {
    const std::size_t dimension = GENERATE(2U, 30U);
    const Points points{3000, dimension, 8}, queries{10, dimension, 9};
    const NeighbourIndex index{points.rows()};
    CHECK(wrong(index, points.rows(), queries.rows(), NeighbourIndex::max_neighbours, true) == 0);
}

TEST_CASE("NeighbourIndex: tiny and huge values are told apart in double", "[models]") {
    const double scale = GENERATE(1e-37, 1e-20, 1e-13, 1e17, 1e19, 3e37);
    const std::size_t dimension = GENERATE(2U, 12U);
    const Points points{500, dimension, 10, scale}, queries{20, dimension, 11, scale};
    for (const InstructionSet set : sets()) {
        const NeighbourIndex index{points.rows(), set};
        CHECK(wrong(index, points.rows(), queries.rows(), 7, true) == 0);
    }
}

TEST_CASE("NeighbourIndex: the largest floats on opposite sides are far apart", "[models]") {
    std::vector<float> values;
    for (int i = 0; i < 200; ++i) values.push_back(i % 2 == 0 ? 3.4e38F : -3.4e38F);
    const MatrixView points{values.data(), 100, 2};
    const NeighbourIndex index{points};
    CHECK(wrong(index, points, points, 3, true) == 0);
    CHECK(wrong(index, points, points, 3, true, 0) == 0);
}

TEST_CASE("NeighbourIndex: of identical points the first ones, without looking at all", "[models]") {
    const std::vector<float> values(200'000 * 2, 1.0F), queries(2000 * 2, 1.0F);
    const NeighbourIndex index{{values.data(), 200'000, 2}};
    const auto check = [&](std::size_t query, std::span<const Neighbour> found) {
        for (std::uint32_t i = 0; i < 5; ++i)
            if (found[i].row != i + static_cast<std::uint32_t>(i >= query) || found[i].squares > 0)
                FAIL(query);
    };
    index.nearest({queries.data(), 2000, 2}, 5, check, 0);  // some s if all were looked at
}

TEST_CASE("NeighbourIndex: points within a distance are all found", "[models]") {
    const std::size_t dimension = GENERATE(1U, 3U, 20U);
    Points points{800, dimension, 12}, queries{20, dimension, 13};
    points.make_whole();  // many exactly at the distance
    queries.make_whole();
    for (const InstructionSet set : sets()) {
        const NeighbourIndex index{points.rows(), set};
        for (std::size_t i = 0; i < 20; ++i) {
            for (const double squares : {0.0, 1.0, 6.0, 30.0}) {
                std::vector<std::uint32_t> found, expected;
                const auto visit = [&](const Neighbour& neighbour) {
                    found.push_back(neighbour.row);
                    return true;
                };
                index.within(queries.rows().row(i).data(), squares, visit);
                std::sort(found.begin(), found.end());
                for (const auto& [distance, row] :
                     sorted_by_distance(points.rows(), queries.rows().row(i), NeighbourIndex::none))
                    if (distance <= squares) expected.push_back(row);
                std::sort(expected.begin(), expected.end());
                CHECK(found == expected);
            }
        }
    }
    int calls = 0;
    const auto stop = [&](const Neighbour&) { return ++calls < 3; };
    NeighbourIndex{points.rows()}.within(queries.values.data(), 1e9, stop);
    CHECK(calls == 3);
}

namespace {

bool multiplies_bytes(InstructionSet set) {
    return set != InstructionSet::scalar && set != InstructionSet::baseline;
}

}  // namespace

TEST_CASE("NeighbourIndex: bytes find what comparing all finds", "[models]") {
    const std::size_t dimension = GENERATE(9U, 12U, 67U, 300U);
    const double offset = GENERATE(0.0, 1e4);
    const Points points{1500, dimension, 21, 1, offset}, queries{45, dimension, 22, 1.2, offset};
    for (const InstructionSet set : sets()) {
        const NeighbourIndex index{points.rows(), set};
        CHECK(index.bytewise() == multiplies_bytes(set));
        for (const std::size_t count : {1U, 20U, 160U, 161U})
            CHECK(wrong(index, points.rows(), queries.rows(), count, offset == 0) == 0);
        CHECK(wrong(index, points.rows(), points.first(45), 20, offset == 0, 0) == 0);
    }
}

TEST_CASE("NeighbourIndex: bytes do not confuse points that they hold alike", "[models]") {
    // Clouds so small that all of one are the same bytes, and copies, of which the first are to be found.
    const std::size_t dimension = 20, clouds = 40, each = 50;
    const Points middles{clouds, dimension, 23}, around{clouds * each, dimension, 24, 1e-4};
    Points points = around;
    for (std::size_t i = 0; i < clouds * each; ++i)
        for (std::size_t j = 0; j < dimension; ++j)
            points.values[i * dimension + j] =
                i % 5 == 4 ? points.values[(i - 1) * dimension + j]
                           : middles.rows().row(i / each)[j] + around.rows().row(i)[j];
    for (const InstructionSet set : sets()) {
        const NeighbourIndex index{points.rows(), set};
        for (const std::size_t count : {1U, 7U, 60U})
            CHECK(wrong(index, points.rows(), points.first(60), count, true) == 0);
        CHECK(wrong(index, points.rows(), points.first(60), 7, true, 0) == 0);
    }
}

TEST_CASE("NeighbourIndex: rows outside of the points find theirs too", "[models]") {
    const std::size_t dimension = 16;
    const Points points{1000, dimension, 25};
    Points queries{40, dimension, 26};
    for (std::size_t i = 0; i < queries.values.size(); i += 5)
        queries.values[i] *= std::pow(10.0F, static_cast<float>(i % 6) - 1);
    for (const InstructionSet set : sets())
        CHECK(wrong(NeighbourIndex{points.rows(), set}, points.rows(), queries.rows(), 5, true) == 0);
}

TEST_CASE("NeighbourIndex: a point far away makes bytes useless, not wrong", "[models]") {
    const std::size_t dimension = 16;
    Points points{1000, dimension, 27};
    points.values[35] = 1e6F;
    const Points queries{40, dimension, 28};
    for (const InstructionSet set : sets()) {
        const NeighbourIndex index{points.rows(), set};
        CHECK_FALSE(index.bytewise());
        CHECK(wrong(index, points.rows(), queries.rows(), 5, true) == 0);
    }
}

TEST_CASE("NeighbourIndex: searching allocates nothing", "[models]") {
    const std::size_t dimension = GENERATE(2U, 30U);
    const Points points{3000, dimension, 14}, queries{50, dimension, 15};
    const NeighbourIndex index{points.rows()};
    double sum = 0;
    const auto take = [&](std::size_t, std::span<const Neighbour> found) { sum += found.back().squares; };
    const testing::AllocationCount count;
    index.nearest(queries.rows(), 20, take);
    index.nearest(queries.rows(), 1000, take);
    sum += index.nearest(queries.values.data()).squares;
    CHECK(count.since_start() == 0);
    CHECK(sum > 0);
}
