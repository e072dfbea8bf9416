// SPDX-License-Identifier: Apache-2.0
#include "models/quick_select.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// 0 to size - 1 in the order of a pattern.
std::vector<std::uint64_t> keys(std::size_t size, int pattern) {
    std::vector<std::uint64_t> keys(size);
    std::iota(keys.begin(), keys.end(), 0U);
    Rng rng{size};
    if (pattern == 1) std::reverse(keys.begin(), keys.end());
    if (pattern == 2)
        for (std::size_t i = size; i > 1; --i)
            std::swap(keys[i - 1], keys[static_cast<std::size_t>(rng.uniform() * static_cast<double>(i))]);
    if (pattern == 3)
        std::rotate(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(size / 3), keys.end());
    if (pattern == 4)  // the sample is all of the smallest
        std::stable_partition(keys.begin(), keys.end(), [&](std::uint64_t key) { return key % 8 == 0; });
    return keys;
}

}  // namespace

TEST_CASE("quick_select: the smallest come first, whatever the order", "[models]") {
    for (const std::size_t size : {1U, 2U, 47U, 48U, 49U, 64U, 129U, 1000U, 20'000U}) {
        for (int pattern = 0; pattern < 5; ++pattern) {
            for (const std::size_t count :
                 {std::size_t{0}, std::size_t{1}, size / 3, size / 2, size - 1, size}) {
                auto some = keys(size, pattern);
                std::vector<std::uint64_t> spare(size);
                detail::quick_select(some, count, spare.data());
                const auto middle = some.begin() + static_cast<std::ptrdiff_t>(count);
                const bool split = std::all_of(some.begin(), middle, [&](auto key) { return key < count; });
                std::sort(some.begin(), some.end());
                const bool whole = some == keys(size, 0);
                if (!split || !whole) FAIL(size << " keys, " << count << ", pattern " << pattern);
            }
        }
    }
}
