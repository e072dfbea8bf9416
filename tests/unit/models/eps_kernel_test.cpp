// SPDX-License-Identifier: Apache-2.0
#include "models/eps_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using detail::eps_width;
using detail::InstructionSet;

namespace {

/// A panel, a row and a box, all about `offset`.
struct Case {
    Case(std::uint64_t seed, std::size_t size, double scale, double offset) : dimension{size} {
        Rng rng{seed};
        const auto draw = [&] { return static_cast<float>(offset + scale * rng.normal()); };
        for (std::size_t i = 0; i < eps_width * dimension; ++i) panel.push_back(draw());
        for (std::size_t i = 0; i < dimension; ++i) {
            row.push_back(draw());
            const float a = draw(), b = draw();
            low.push_back(std::min(a, b));
            high.push_back(std::max(a, b));
        }
    }
    [[nodiscard]] double squares(std::size_t point) const {
        double sum = 0;
        for (std::size_t i = 0; i < dimension; ++i)
            sum +=
                std::pow(static_cast<double>(row[i]) - static_cast<double>(panel[i * eps_width + point]), 2);
        return sum;
    }
    [[nodiscard]] double squares_to_box(std::size_t point) const {
        double sum = 0;
        for (std::size_t i = 0; i < dimension; ++i) {
            const double x = static_cast<double>(panel[i * eps_width + point]);
            sum += std::pow(
                std::max({static_cast<double>(low[i]) - x, x - static_cast<double>(high[i]), 0.0}), 2);
        }
        return sum;
    }
    std::size_t dimension;
    std::vector<float> panel, row, low, high;
};

std::vector<InstructionSet> sets() {
    std::vector<InstructionSet> all;
    for (const auto set :
         {InstructionSet::scalar, InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512})
        if (detail::has(set)) all.push_back(set);
    return all;
}

}  // namespace

TEST_CASE("eps kernel: what is surely within is within, what is not near is not, on every instruction set",
          "[models]") {
    const std::size_t dimension = GENERATE(1U, 2U, 7U, 8U, 9U, 16U, 17U, 100U);
    const double scale = GENERATE(1e-10, 1.0, 1e15);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Case c{seed, dimension, scale, seed % 2 == 0 ? 0.0 : 100 * scale};
        // At the distance of a point: that one is too close to call.
        const double squares = c.squares(seed);
        const auto band = detail::eps_band(squares, dimension);
        REQUIRE(band.sure);
        for (const InstructionSet set : sets()) {
            const auto hits = detail::eps_kernels(set).hits(c.panel.data(), c.row.data(), dimension, band);
            CHECK((hits.within & ~hits.near) == 0);
            CHECK((hits.near >> seed & 1) == 1);
            CHECK((hits.within >> seed & 1) == 0);
            int unsure = 0;
            for (std::size_t i = 0; i < eps_width; ++i) {
                const bool within = (hits.within >> i & 1) != 0, near = (hits.near >> i & 1) != 0;
                if (within && c.squares(i) > squares) FAIL("point " << i << " is not within");
                if (!near && c.squares(i) <= squares) FAIL("point " << i << " is near");
                unsure += static_cast<int>(near && !within);
            }
            CHECK(unsure <= 3);
        }
    }
}

TEST_CASE("eps kernel: no point within eps of a box is missed, on every instruction set", "[models]") {
    const std::size_t dimension = GENERATE(1U, 5U, 16U, 33U);
    int near = 0, far = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Case c{seed, dimension, 1, seed % 2 == 0 ? 0.0 : 1000.0};
        const double squares = std::max(c.squares_to_box(seed), 0.01);
        const auto band = detail::eps_band(squares, dimension);
        for (const InstructionSet set : sets()) {
            const auto found = detail::eps_kernels(set).near_box(c.panel.data(), c.low.data(), c.high.data(),
                                                                 dimension, band);
            for (std::size_t i = 0; i < eps_width; ++i) {
                const bool is_near = (found >> i & 1) != 0;
                if (!is_near && c.squares_to_box(i) <= squares) FAIL("point " << i << " is missed");
                if (is_near && c.squares_to_box(i) > squares * 1.001) FAIL("point " << i << " is far");
                ++(is_near ? near : far);
            }
        }
    }
    CHECK(near > 100);
    CHECK(far > 100);
}

TEST_CASE("eps kernel: where float says nothing the band says so", "[models]") {
    CHECK_FALSE(detail::eps_band(1e-25, 2).sure);
    CHECK_FALSE(detail::eps_band(1e38, 2).sure);
    CHECK(detail::eps_band(1e-24, 2).sure);
    CHECK(detail::eps_band(1e37, 1U << 20).sure);
}
