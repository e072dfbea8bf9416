// SPDX-License-Identifier: Apache-2.0
#include "recording/slots.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

namespace {

using sonde::detail::Cell;
using sonde::detail::CellLayout;
using sonde::detail::Slots;

constexpr std::size_t reach = std::size_t{16} << 20;

std::size_t taken(Slots& slots, CellLayout layout) {
    const auto offset = slots.take(layout, reach);
    REQUIRE(offset.has_value());
    return *offset;
}

}  // namespace

TEST_CASE("Slots: no two overlap, none touches the head, all end within the reach", "[recording][unit]") {
    Slots slots;
    sonde::Rng rng{1};
    std::vector<std::pair<std::size_t, CellLayout>> mine;
    for (int i = 0; i < 3000; ++i) {
        if (!mine.empty() && rng.below(3) == 0) {
            const std::size_t victim = rng.below(mine.size());
            slots.give_back(mine[victim].first);
            mine[victim] = mine.back();
            mine.pop_back();
        }
        const std::size_t size = 1 + rng.below(rng.below(10) == 0 ? 4000 : 100);
        const CellLayout layout{size, 0, rng.below(size)};
        if (const auto offset = slots.take(layout, reach)) mine.emplace_back(*offset, layout);
    }
    REQUIRE(slots.taken().size() == mine.size());
    std::size_t end = Slots::head;
    for (const auto& [offset, layout] : slots.taken()) {  // by offset
        CHECK(offset >= end);
        CHECK(offset % sizeof(Cell) == 0);
        end = offset + layout.size * sizeof(Cell);
    }
    CHECK(end <= reach);
}

TEST_CASE("Slots: small ones lie together and cross no cache line that they need not cross",
          "[recording][unit]") {
    Slots slots;
    CHECK(taken(slots, {1, 0, 0}) == Slots::head);
    CHECK(taken(slots, {4, 0, 0}) == Slots::head + 8);
    CHECK(taken(slots, {4, 0, 0}) == Slots::head + Slots::line);       // 24 bytes of the line before are left
    CHECK(taken(slots, {16, 0, 0}) == Slots::head + 2 * Slots::line);  // two lines
    CHECK(taken(slots, {1, 0, 0}) == Slots::head + 4 * Slots::line);
}

TEST_CASE("Slots: a large one has the cell that it names at the begin of a page", "[recording][unit]") {
    Slots slots;
    for (const std::size_t page_at : {0U, 1U, 100U, 511U, 512U, 900U}) {
        const std::size_t offset = taken(slots, {1000, 0, page_at});
        CHECK((offset + page_at * sizeof(Cell)) % Slots::page == 0);
    }
}

TEST_CASE("Slots: what was given back serves the same layout again, and no other", "[recording][unit]") {
    Slots slots;
    const std::size_t small = taken(slots, {3, 0, 0}), large = taken(slots, {800, 0, 5});
    slots.give_back(small);
    slots.give_back(large);
    CHECK(slots.taken().empty());
    CHECK(taken(slots, {2, 0, 0}) != small);
    CHECK(taken(slots, {800, 0, 6}) != large);
    CHECK(taken(slots, {3, 0, 0}) == small);
    CHECK(taken(slots, {800, 0, 5}) == large);
}

TEST_CASE("Slots: where there is no region there is no slot, however small", "[recording][unit]") {
    Slots slots;
    CHECK_FALSE(slots.take({1, 0, 0}, 0).has_value());
    CHECK_FALSE(slots.take({1, 0, 0}, Slots::head).has_value());
    CHECK_FALSE(slots.take({1000, 0, 0}, 0).has_value());
    CHECK(slots.taken().empty());
    CHECK(slots.take({1, 0, 0}, reach) == Slots::head);
}

TEST_CASE("Slots: where the reach ends there is no slot, until one is given back", "[recording][unit]") {
    Slots slots;
    const std::size_t two_pages = 2 * Slots::page;
    std::vector<std::size_t> small;
    while (const auto offset = slots.take({1, 0, 0}, two_pages)) small.push_back(*offset);
    CHECK(small.size() == (two_pages - Slots::head) / sizeof(Cell));
    CHECK_FALSE(slots.take({512, 0, 0}, two_pages).has_value());
    CHECK_FALSE(slots.take({1, 0, 0}, 0).has_value());
    slots.give_back(small[7]);
    CHECK(slots.take({1, 0, 0}, two_pages) == small[7]);
}
