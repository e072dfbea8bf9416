// SPDX-License-Identifier: Apache-2.0
#include "models/byte_kernel.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using detail::block_points;
using detail::ByteLanes;
using detail::BytePanel;
using detail::ByteSums;
using detail::InstructionSet;

namespace {

/// A block and four rows, every byte in use; `largest`: only the outermost ones.
struct Case {
    Case(std::uint64_t seed, std::size_t size, int unit, bool largest)
        : groups{size}, lanes(size), norms(block_points), rows(4 * 4 * size) {
        Rng rng{seed};
        const auto draw = [&](int least, int most) {
            if (largest) return rng.uniform() < 0.5 ? least : most;
            return least + static_cast<int>(rng.uniform() * (most - least + 1));
        };
        for (auto& lane : lanes)
            for (auto& byte : lane.of) byte = static_cast<std::uint8_t>(draw(0, 255));
        for (auto& norm : norms) norm = draw(0, 1'000'000);
        for (auto& byte : rows) byte = static_cast<std::int8_t>(draw(-128 / unit, 128 / unit - 1));
    }
    [[nodiscard]] const std::int8_t* row(std::size_t number) const {
        return rows.data() + number * 4 * groups;
    }
    [[nodiscard]] BytePanel panel() const { return {lanes.data(), norms.data(), groups}; }
    [[nodiscard]] std::int32_t sum(std::size_t number, std::size_t point, int unit) const {
        std::int32_t product = 0;
        for (std::size_t i = 0; i < 4 * groups; ++i)
            product += row(number)[i] * lanes[i / 4].of[4 * point + i % 4];
        return norms[point] - 2 * unit * product;
    }

    std::size_t groups;
    std::vector<ByteLanes> lanes;
    std::vector<std::int32_t> norms;
    std::vector<std::int8_t> rows;
};

}  // namespace

TEST_CASE("byte kernel: sums are exact and found by their bound, on every instruction set", "[models]") {
    const std::size_t groups = GENERATE(1U, 4U, 17U, 128U);
    const bool largest = GENERATE(false, true);
    for (const auto set : {InstructionSet::avx2, InstructionSet::avx512, InstructionSet::avx512_vnni}) {
        if (!detail::has(set)) continue;
        const auto kernels = detail::byte_kernels(set);
        const Case c{groups, groups, kernels.unit, largest};
        const std::int32_t bounds[4] = {c.sum(0, 3, kernels.unit), 1'000'000'000, -1'000'000'000, 0};
        const std::int8_t* const rows[4] = {c.row(0), c.row(1), c.row(2), c.row(3)};
        std::array<ByteSums, 4> sums;
        std::array<std::uint64_t, 4> found{};
        kernels.four(c.panel(), rows, bounds, sums.data(), found.data());
        for (std::size_t row = 0; row < 4; ++row) {
            ByteSums alone;
            CHECK(kernels.one(c.panel(), rows[row], bounds[row], alone) == found[row]);
            for (std::size_t i = 0; i < block_points; ++i) {
                const std::int32_t expected = c.sum(row, i, kernels.unit);
                if ((found[row] >> i & 1) != (expected <= bounds[row] ? 1U : 0U)) FAIL("bit of " << i);
                if (found[row] != 0 && (alone.of[i] != expected || sums[row].of[i] != expected))
                    FAIL("sum of " << i);
            }
        }
    }
}

TEST_CASE("byte kernel: there is none where floats are as fast", "[models]") {
    CHECK(detail::byte_kernels(InstructionSet::scalar).one == nullptr);
    CHECK(detail::byte_kernels(InstructionSet::baseline).one == nullptr);
}
