// SPDX-License-Identifier: Apache-2.0
#include "models/nearest_kernel.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using detail::InstructionSet;

namespace {

struct Data {
    std::vector<float> values;
    std::size_t dimension;

    Data(Rng& rng, std::size_t rows, std::size_t cols, double offset = 0)
        : values(rows * cols), dimension{cols} {
        for (float& value : values) value = static_cast<float>(offset + rng.normal());
    }
    [[nodiscard]] MatrixView view() const { return {values.data(), values.size() / dimension, dimension}; }
};

std::vector<InstructionSet> sets() {
    std::vector<InstructionSet> result;
    for (const auto set : {InstructionSet::scalar, InstructionSet::baseline, InstructionSet::avx2,
                           InstructionSet::avx512, InstructionSet::avx512_vnni})
        if (detail::has(set)) result.push_back(set);
    return result;
}

double exact(Row row, Row centroid) {
    double sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double difference = static_cast<double>(row[i]) - static_cast<double>(centroid[i]);
        sum += difference * difference;
    }
    return sum;
}

std::vector<detail::Nearest> found(MatrixView centroids, MatrixView rows, InstructionSet set) {
    std::vector<detail::Nearest> result(rows.rows());
    detail::nearest(centroids, detail::pack_centred(centroids), rows, result, set);
    return result;
}

/// How many rows were given a centroid that is not the nearest, or a square that is off by more than rounding.
int wrong(MatrixView centroids, MatrixView rows, InstructionSet set) {
    int count = 0;
    const auto nearest = found(centroids, rows, set);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        double least = exact(rows.row(i), centroids.row(0));
        for (std::size_t c = 1; c < centroids.rows(); ++c)
            least = std::min(least, exact(rows.row(i), centroids.row(c)));
        if (nearest[i].cluster >= centroids.rows()) return 1'000'000;
        const double chosen = exact(rows.row(i), centroids.row(nearest[i].cluster));
        const double rounding = 1e-15 * static_cast<double>(8 + rows.cols()) * chosen;
        count += chosen > least + rounding || std::abs(nearest[i].squares - chosen) > rounding ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("nearest: every instruction set finds the nearest centroid, for every size", "[models]") {
    Rng rng{1};
    for (const InstructionSet set : sets()) {
        for (std::size_t k = 1; k <= 70; k += 1 + k / 20) {
            for (std::size_t d = 1; d <= 40; d += 1 + d / 10) {
                const Data centroids{rng, k, d}, rows{rng, 1 + (k + d) % 15, d};
                if (wrong(centroids.view(), rows.view(), set) != 0) FAIL("k " << k << ", d " << d);
            }
        }
    }
    SUCCEED();
}

TEST_CASE("nearest: every instruction set finds the nearest of many centroids with many features",
          "[models]") {
    Rng rng{2};
    for (const InstructionSet set : sets()) {
        for (const std::size_t d : {63U, 64U, 65U, 784U}) {
            const Data centroids{rng, 257, d}, rows{rng, 31, d};
            CHECK(wrong(centroids.view(), rows.view(), set) == 0);
        }
    }
}

TEST_CASE("nearest: more features than a tile takes, and more centroids than a block, change nothing",
          "[models]") {
    Rng rng{8};
    for (const InstructionSet set : sets()) {
        const Data long_centroids{rng, 20, 2500}, long_rows{rng, 14, 2500};
        CHECK(wrong(long_centroids.view(), long_rows.view(), set) == 0);
        CHECK(wrong(long_centroids.view(), {long_rows.values.data(), 1, 2500}, set) == 0);
        const Data many{rng, 1000, 5}, rows{rng, 40, 5};
        CHECK(wrong(many.view(), rows.view(), set) == 0);
    }
}

TEST_CASE("nearest: every instruction set finds the nearest of eight centroids with any number of features",
          "[models]") {
    Rng rng{12};
    for (const InstructionSet set : sets()) {
        for (const std::size_t d : {1U, 3U, 7U, 8U, 9U, 15U, 100U, 784U, 1023U, 1024U, 1025U}) {
            const Data centroids{rng, 8, d}, rows{rng, 29, d};
            CHECK(wrong(centroids.view(), rows.view(), set) == 0);
        }
    }
}

TEST_CASE("nearest: rows of every length and of different lengths find the nearest", "[models]") {
    Rng rng{13};
    for (const InstructionSet set : sets()) {
        for (const double length : {1e-6, 0.01, 1.0, 30.0, 1e5, 1e17}) {
            for (const std::size_t d : {5U, 70U}) {
                const Data centroids{rng, 50, d};
                Data rows{rng, 100, d};
                for (std::size_t i = 0; i < rows.values.size(); ++i)
                    if (i / d % 3 != 0) rows.values[i] *= static_cast<float>(length);
                CHECK(wrong(centroids.view(), rows.view(), set) == 0);
            }
        }
    }
}

TEST_CASE("nearest: centroids closer to each other than to the rows are told apart", "[models]") {
    Rng rng{14};
    for (const InstructionSet set : sets()) {
        for (const double gap : {1e-1, 1e-3, 1e-5}) {
            for (const std::size_t d : {6U, 90U}) {
                Data centroids{rng, 60, d}, rows{rng, 60, d};
                for (std::size_t i = 0; i < centroids.values.size(); ++i)
                    centroids.values[i] = static_cast<float>((i / d % 2 == 0 ? 1 : -1) +
                                                             gap * static_cast<double>(centroids.values[i]));
                CHECK(wrong(centroids.view(), rows.view(), set) == 0);
            }
        }
    }
}

TEST_CASE("nearest: rows for which nothing can be ruled out find the first centroid", "[models]") {
    Rng rng{15};
    const std::vector<float> centroids(300 * 9, 1);
    const Data rows{rng, 500, 9};
    for (const InstructionSet set : sets())
        for (const auto& nearest : found({centroids.data(), 300, 9}, rows.view(), set))
            REQUIRE(nearest.cluster == 0);
}

TEST_CASE("nearest: an offset of the data costs no digits", "[models]") {
    Rng rng{3};
    for (const InstructionSet set : sets()) {
        for (const double offset : {1e3, -1e4, 1e5, 1e6}) {
            const Data centroids{rng, 40, 64, offset}, rows{rng, 50, 64, offset};
            CHECK(wrong(centroids.view(), rows.view(), set) == 0);
        }
    }
}

TEST_CASE("nearest: rows and centroids far from the middle of all are told apart", "[models]") {
    Rng rng{9};
    Data centroids{rng, 40, 20}, rows{rng, 60, 20};
    for (std::size_t i = 0; i < centroids.values.size() / 3; ++i) centroids.values[i] += 1e5F;
    for (std::size_t i = 0; i < rows.values.size() / 2; ++i) rows.values[i] += 1e5F;
    centroids.values.back() = 1e12F;
    rows.values.back() = -1e15F;
    for (const InstructionSet set : sets()) CHECK(wrong(centroids.view(), rows.view(), set) == 0);
}

TEST_CASE("nearest: on a grid, where many are equally near, it takes the first", "[models]") {
    Rng rng{10};
    Data centroids{rng, 200, 3}, rows{rng, 100, 3};
    for (float& value : centroids.values) value = std::round(value);
    for (float& value : rows.values) value = std::round(2 * value) / 2;
    const auto expected = found(centroids.view(), rows.view(), InstructionSet::scalar);
    for (const InstructionSet set : sets()) {
        const auto nearest = found(centroids.view(), rows.view(), set);
        for (std::size_t i = 0; i < 100; ++i) {
            CHECK(nearest[i].cluster == expected[i].cluster);
            CHECK(nearest[i].squares == expected[i].squares);
        }
    }
}

TEST_CASE("nearest: a row gives the same bits alone and at every place of a batch", "[models]") {
    Rng rng{4};
    for (const InstructionSet set : sets()) {
        for (const std::size_t k : {5U, 8U, 16U, 64U, 100U, 300U}) {
            const Data centroids{rng, k, 19};
            Data rows{rng, 205, 19};
            for (std::size_t i = 100 * 19; i < 150 * 19; ++i) rows.values[i] *= 1e19F;
            const MatrixView all = rows.view();
            const auto batch = found(centroids.view(), all, set);
            for (std::size_t i = 0; i < all.rows(); ++i) {
                const auto one = found(centroids.view(), {all.row(i).data(), 1, 19}, set)[0];
                REQUIRE(one.cluster == batch[i].cluster);
                REQUIRE(std::bit_cast<std::uint64_t>(one.squares) ==
                        std::bit_cast<std::uint64_t>(batch[i].squares));
            }
        }
    }
}

TEST_CASE("nearest: a row for which rounding makes centroids equally near gives the same bits in a batch",
          "[models]") {
    Rng rng{18};
    for (const std::size_t k : {8U, 16U, 100U}) {
        for (const std::size_t d : {2U, 4U, 31U, 64U}) {
            const Data centroids{rng, k, d};
            const auto packed = detail::pack_centred(centroids.view());
            for (int power = 6; power <= 18; ++power) {
                Data rows{rng, 40, d};
                for (std::size_t i = 0; i < rows.values.size(); ++i)
                    if (i / d % 4 != 0 && i % d % 2 == i / d % 2)
                        rows.values[i] *= static_cast<float>(std::pow(10, power));
                const MatrixView all = rows.view();
                for (const InstructionSet set : sets()) {
                    std::vector<detail::Nearest> batch(40), one(1);
                    detail::nearest(centroids.view(), packed, all, batch, set);
                    int other = 0;
                    for (std::size_t i = 0; i < all.rows(); ++i) {
                        detail::nearest(centroids.view(), packed, {all.row(i).data(), 1, d}, one, set);
                        other +=
                            one[0].cluster != batch[i].cluster || one[0].squares != batch[i].squares ? 1 : 0;
                    }
                    if (other != 0) FAIL_CHECK("k " << k << ", d " << d << ", 1e" << power << ": " << other);
                }
            }
        }
    }
    SUCCEED();
}

TEST_CASE("nearest: of equally near centroids it takes the first", "[models]") {
    for (const InstructionSet set : sets()) {
        for (std::size_t first = 0; first < 70; ++first) {
            std::vector<float> centroids(71 * 3, 5);
            for (std::size_t c = first; c < 71; c += 1 + c % 3)
                std::fill_n(centroids.begin() + static_cast<std::ptrdiff_t>(c * 3), 3, 1.0F);
            const std::vector<float> rows(5 * 3, 1.5F);
            for (const auto& nearest : found({centroids.data(), 71, 3}, {rows.data(), 5, 3}, set))
                CHECK(nearest.cluster == first);
        }
    }
}

TEST_CASE("nearest: rows apart by a stride are read as rows", "[models]") {
    Rng rng{5};
    const Data centroids{rng, 33, 7}, wide{rng, 30, 11};
    const MatrixView rows{wide.values.data(), 30, 7, 11};
    for (const InstructionSet set : sets()) CHECK(wrong(centroids.view(), rows, set) == 0);
}

TEST_CASE("nearest: rows that are not finite are marked, the largest floats are scored", "[models]") {
    Rng rng{6};
    for (const std::size_t k : {3U, 30U}) {
        const Data centroids{rng, k, 4};
        for (const InstructionSet set : sets()) {
            for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U, 0xff80'0000U}) {
                Data rows{rng, 9, 4};
                rows.values[4 * 7 + 2] = std::bit_cast<float>(bits);
                const auto nearest = found(centroids.view(), rows.view(), set);
                for (std::size_t i = 0; i < 9; ++i) CHECK((nearest[i].squares < 0) == (i == 7));
                CHECK(nearest[7].cluster == 0);
            }
            const std::vector<float> largest(9 * 4, std::bit_cast<float>(0x7f7f'ffffU));
            CHECK(wrong(centroids.view(), {largest.data(), 9, 4}, set) == 0);
        }
    }
}

TEST_CASE("nearest: a centroid next to the middle of all is told apart", "[models]") {
    Rng rng{17};
    for (const double offset : {0.0, 1e-44, 1e-42, 1e-38, 1e-20, 1e-9}) {
        std::vector<float> centroids(17 * 3), rows(40 * 3);
        for (std::size_t i = 3; i < centroids.size(); ++i) centroids[i] = i / 3 % 2 == 0 ? 1.0F : -1.0F;
        for (std::size_t i = 0; i < 3; ++i) centroids[i] = static_cast<float>(offset);
        for (float& value : rows) value = static_cast<float>(rng.normal());
        for (const InstructionSet set : sets())
            CHECK(wrong({centroids.data(), 17, 3}, {rows.data(), 40, 3}, set) == 0);
    }
}

TEST_CASE("nearest: centroids at the ends of float are told apart", "[models]") {
    Rng rng{11};
    for (const double scale : {1e-40, 1e-30, 1e-20, 1e17, 1e20, 3e37}) {
        Data centroids{rng, 40, 6}, rows{rng, 20, 6};
        for (Data* data : {&centroids, &rows})
            for (float& value : data->values) value = static_cast<float>(static_cast<double>(value) * scale);
        for (const InstructionSet set : sets()) CHECK(wrong(centroids.view(), rows.view(), set) == 0);
    }
}

TEST_CASE("nearest: packed centroids take at most two and a half times their memory, and a little",
          "[models]") {
    Rng rng{16};
    for (std::size_t k = 1; k <= 70; ++k) {
        const Data centroids{rng, k, 50};
        const auto packed = detail::pack_centred(centroids.view());
        const std::size_t panels = sizeof packed.lanes[0] * packed.lanes.size() +
                                   sizeof packed.bytes[0] * packed.bytes.size(),
                          rest = sizeof packed.middle[0] * packed.middle.size() +
                                 sizeof packed.bounds[0] * packed.bounds.size() +
                                 sizeof packed.norms[0] * packed.norms.size();
        CHECK(panels <= sizeof(float) * 5 * k * 50 / 2);
        CHECK(rest <= sizeof(float) * (50 + 16 + 5 * (k + 16)));
    }
}

TEST_CASE("nearest: allocates nothing", "[models]") {
    Rng rng{7};
    const Data centroids{rng, 50, 8}, rows{rng, 100, 8};
    const auto packed = detail::pack_centred(centroids.view());
    std::vector<detail::Nearest> out(100);
    for (const InstructionSet set : sets()) {
        const testing::AllocationCount count;
        detail::nearest(centroids.view(), packed, rows.view(), out, set);
        CHECK(count.since_start() == 0);
    }
}
