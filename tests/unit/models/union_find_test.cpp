// SPDX-License-Identifier: Apache-2.0
#include "models/union_find.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

TEST_CASE("UnionFind: at first everyone is alone", "[models]") {
    detail::UnionFind sets{3};
    for (std::uint32_t i = 0; i < 3; ++i) CHECK(sets.find(i) == i);
}

TEST_CASE("UnionFind: a set goes by its smallest member", "[models]") {
    detail::UnionFind sets{6};
    CHECK(sets.unite(4, 2) == 2);
    CHECK(sets.unite(5, 4) == 2);
    CHECK(sets.unite(1, 5) == 1);
    CHECK(sets.unite(2, 4) == 1);
    for (const std::uint32_t i : {1U, 2U, 4U, 5U}) CHECK(sets.find(i) == 1);
    CHECK(sets.find(0) == 0);
    CHECK(sets.find(3) == 3);
}

TEST_CASE("UnionFind: sets are those of painting every member anew", "[models]") {
    constexpr std::uint32_t count = 300;
    Rng rng{1};
    detail::UnionFind sets{count};
    std::vector<std::uint32_t> colour(count);
    for (std::uint32_t i = 0; i < count; ++i) colour[i] = i;
    for (int step = 0; step < 250; ++step) {
        const auto a = static_cast<std::uint32_t>(rng.uniform() * count),
                   b = static_cast<std::uint32_t>(rng.uniform() * count);
        const std::uint32_t low = std::min(colour[a], colour[b]), high = std::max(colour[a], colour[b]);
        for (std::uint32_t& c : colour) c = c == high ? low : c;
        CHECK(sets.unite(a, b) == low);
    }
    for (std::uint32_t i = 0; i < count; ++i) CHECK(sets.find(i) == colour[i]);
}
