// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/cut_tree.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "models/cut_kernel.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using detail::CutTree;

namespace {

using Values = std::vector<float>;

const std::vector<double> units(8, 1.0);

void put(CutTree& tree, const Values& row, double key, Rng& rng) {
    tree.put(row.data(), key, units.data(), rng);
}

double displacement(const CutTree& tree, const Values& row) {
    return tree.displacement(row.data(), units.data(), nullptr);
}

std::vector<std::byte> bytes_of(const CutTree& tree) {
    ByteWriter writer;
    tree.write(writer);
    return {writer.bytes().begin(), writer.bytes().end()};
}

/// Masses and boxes are worked out anew, and every cut is checked.
CutTree read_back(const CutTree& tree, std::size_t capacity, std::size_t dimension) {
    const auto bytes = bytes_of(tree);
    ByteReader reader{bytes};
    CutTree result{capacity, dimension};
    result.read("test", reader);
    reader.finish();
    return result;
}

/// The feature of the root's cut, out of the bytes.
std::uint32_t first_feature(const CutTree& tree, std::size_t capacity) {
    const auto bytes = bytes_of(tree);
    ByteReader reader{bytes};
    static_cast<void>(reader.u32());
    const std::uint32_t root = reader.u32();
    for (std::size_t i = 0; i < capacity; ++i) static_cast<void>(reader.f64());
    for (std::size_t i = 0; i < capacity + 4 * (root - capacity) + 2; ++i) static_cast<void>(reader.u32());
    return reader.u32();
}

Values random_row(Rng& rng, std::size_t dimension, double spread) {
    Values row;
    for (std::size_t i = 0; i < dimension; ++i)
        row.push_back(std::round(static_cast<float>(rng.normal() * spread)) / 4);
    return row;
}

}  // namespace

TEST_CASE("CutTree: the displacement of a few rows is the one worked out by hand", "[models]") {
    Rng rng{1};
    CutTree tree{4, 1};
    CHECK(displacement(tree, {3}) == 0);
    put(tree, {0}, 0, rng);
    CHECK(displacement(tree, {3}) == 1);
    CHECK(displacement(tree, {0}) == 0);
    put(tree, {1}, 0, rng);
    // 2 of 3 parts are outside: cut off from both rows; else from 1, which is a row's worth and displaces 0 by 1/2.
    CHECK(displacement(tree, {3}) == Approx((2.0 / 3 * 2 + 1.0 / 3 * 1) / 2));
    CHECK(displacement(tree, {0.5F}) == Approx(0.5));
    // Like a row that is there: the group of both, parted from the other one.
    CHECK(displacement(tree, {0}) == Approx(0.25));
    put(tree, {0}, 0, rng);
    put(tree, {0}, 0, rng);
    CHECK(displacement(tree, {0}) == Approx(1.0 / 4 / 4));
    CHECK(displacement(tree, {1}) == Approx(3.0 / 2 / 4));
}

TEST_CASE("CutTree: credits sum to the displacement, and are those of the features that part", "[models]") {
    Rng rng{2};
    CutTree tree{2, 2};
    put(tree, {0, 0}, 0, rng);
    std::vector<double> credits(2);
    const Values probe{3, 1};
    CHECK(tree.displacement(probe.data(), units.data(), credits.data()) == 1);
    CHECK(credits == std::vector<double>{0.75, 0.25});
    put(tree, {0, 5}, 0, rng);
    credits = {0, 0};
    const Values equal{0, 5};
    CHECK(tree.displacement(equal.data(), units.data(), credits.data()) == 0.25);
    CHECK(credits == std::vector<double>{0, 0.5});
}

TEST_CASE("CutTree: the rows of the smallest keys are its sample", "[models]") {
    Rng rng{3};
    CutTree tree{8, 1};
    std::vector<double> keys;
    for (int i = 0; i < 100; ++i) {
        keys.push_back(rng.uniform());
        const bool wanted = tree.wants(keys.back());
        auto sorted = keys;
        std::sort(sorted.begin(), sorted.end());
        CHECK(wanted == (i < 8 || keys.back() <= sorted[7]));
        if (wanted) put(tree, {static_cast<float>(i)}, keys.back(), rng);
        CHECK(tree.size() == std::min<std::size_t>(keys.size(), 8));
    }
    std::vector<std::size_t> order(100);
    for (std::size_t i = 0; i < 100; ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
    const auto [least, most] = std::minmax_element(order.begin(), order.begin() + 8);
    CHECK(tree.least(0) == static_cast<double>(*least));
    CHECK(tree.range(0) == static_cast<double>(*most - *least));
}

TEST_CASE("CutTree: masses and boxes kept from row to row are those of its rows", "[models]") {
    const std::size_t dimension = GENERATE(1U, 2U, 8U);
    const double spread = GENERATE(1.0, 8.0, 1000.0);  // many duplicates, some, few
    Rng rng{4};
    CutTree tree{32, dimension};
    for (int i = 0; i < 600; ++i) {
        put(tree, random_row(rng, dimension, i % 50 == 0 ? 20 * spread : spread), rng.uniform() - i, rng);
        if (i % 7 != 0) continue;
        const CutTree again = read_back(tree, 32, dimension);
        CHECK(bytes_of(again) == bytes_of(tree));
        for (int probe = 0; probe < 5; ++probe) {
            const Values row = random_row(rng, dimension, 2 * spread);
            REQUIRE(displacement(again, row) == displacement(tree, row));
        }
    }
}

TEST_CASE("CutTree: cuts are as likely as the sides are long, whatever came and went", "[models]") {
    Rng rng{5};
    const std::vector<Values> rows{{0, 0}, {1, 3}, {0.25F, 2}, {0.5F, 1}};
    std::vector<std::size_t> order{0, 1, 2, 3};
    const int rounds = 20000;
    int second = 0, passed_by = 0;
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 4; i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
        CutTree direct{4, 2}, detour{4, 2};
        for (const std::size_t i : order) put(direct, rows[i], 0, rng);
        for (std::size_t i = 0; i < 3; ++i) put(detour, rows[order[i]], 0, rng);
        put(detour, {50, 1}, 1, rng);  // the largest key: the next one takes its place
        put(detour, rows[order[3]], 0, rng);
        second += first_feature(direct, 4) == 1 ? 1 : 0;
        passed_by += first_feature(detour, 4) == 1 ? 1 : 0;
    }
    const double deviation = std::sqrt(0.75 * 0.25 / rounds);
    CHECK(std::abs(second / double{rounds} - 0.75) < 4 * deviation);
    CHECK(std::abs(passed_by / double{rounds} - 0.75) < 4 * deviation);
}

TEST_CASE("CutTree: putting a row in allocates nothing", "[models]") {
    Rng rng{6};
    CutTree tree{16, 3};
    std::vector<Values> rows;
    for (int i = 0; i < 200; ++i) rows.push_back(random_row(rng, 3, 10));
    const testing::AllocationCount count;
    for (const Values& row : rows) put(tree, row, rng.uniform(), rng);
    const auto allocated = count.since_start();
    CHECK(allocated == 0);
}

TEST_CASE("CutTree: the kernels of all instruction sets agree", "[models]") {
    using detail::InstructionSet;
    Rng rng{7};
    for (std::size_t d = 1; d < 70; ++d) {
        std::vector<Values> rows;
        for (int i = 0; i < 5; ++i) rows.push_back(random_row(rng, d, 100));
        Values low, high;
        std::vector<double> weights;
        for (std::size_t i = 0; i < d; ++i) {
            low.push_back(std::min(rows[0][i], rows[1][i]));
            high.push_back(std::max(rows[0][i], rows[1][i]));
            weights.push_back(std::exp(rng.normal()));
        }
        const auto scalar = detail::cut_kernels(InstructionSet::scalar);
        const auto expected = scalar.outside(rows[2].data(), low.data(), high.data(), weights.data(), d);
        Values around_low = low, around_high = high;
        const detail::CutBox left{low.data(), high.data()}, right{rows[3].data(), rows[3].data()};
        const bool changed = scalar.unite(left, right, around_low.data(), around_high.data(), d);
        for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
            if (!detail::has(set)) continue;
            const auto kernels = detail::cut_kernels(set);
            const auto found = kernels.outside(rows[2].data(), low.data(), high.data(), weights.data(), d);
            CHECK(found.beyond == Approx(expected.beyond).epsilon(1e-12));
            CHECK(found.sides == Approx(expected.sides).epsilon(1e-12));
            Values own_low = low, own_high = high;
            CHECK(kernels.unite(left, right, own_low.data(), own_high.data(), d) == changed);
            CHECK_FALSE(kernels.unite(left, right, own_low.data(), own_high.data(), d));
            CHECK(own_low == around_low);
            CHECK(own_high == around_high);
        }
    }
}

TEST_CASE("CutTree: bytes that are no tree are refused", "[models]") {
    Rng rng{8};
    CutTree tree{4, 2};
    for (int i = 0; i < 4; ++i) put(tree, {static_cast<float>(i), 1}, i, rng);
    const auto bytes = bytes_of(tree);
    CHECK(bytes.size() == CutTree::written_size(4, 2));
    int refused = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const unsigned mask : {0x01U, 0x80U, 0xffU}) {
            auto forged = bytes;
            forged[at] ^= static_cast<std::byte>(mask);
            ByteReader reader{forged};
            CutTree other{4, 2};
            try {
                other.read("test", reader);
                for (int i = 0; i < 8; ++i) put(other, {static_cast<float>(i) / 2, 0}, -i, rng);
                CHECK(displacement(other, {9, 9}) <= 1);
            } catch (const FormatError&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 100);
}
