// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/reservoir.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <set>
#include <stdexcept>
#include <vector>

#include "sonde/core/numeric.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/core/special_values.hpp"
#include "unit/stats/damage.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

/// The chi-squared statistic of how often each item was sampled. Samples without replacement vary less
/// than independent draws do, by (n - k) / (n - 1) with a constant sum.
double unevenness(const std::vector<int>& counts, int rounds, double probability) {
    double sum = 0;
    for (const int count : counts) {
        const double expected = rounds * probability;
        sum += (count - expected) * (count - expected) / (expected * (1 - probability));
    }
    return sum * (static_cast<double>(counts.size()) - 1) / static_cast<double>(counts.size());
}

}  // namespace

TEST_CASE("Reservoir: holds everything until it is full", "[stats][boundary]") {
    Reservoir<int> sample{5, Rng{1}};
    for (int i = 0; i < 5; ++i) sample.observe(i);
    CHECK(std::vector<int>(sample.items().begin(), sample.items().end()) == std::vector<int>{0, 1, 2, 3, 4});
    sample.observe(5);
    CHECK(sample.items().size() == 5);
    CHECK(sample.count() == 6);
}

TEST_CASE("Reservoir: every item is sampled with the same probability", "[stats][law]") {
    const int rounds = 20'000, n = 40, k = 7;
    std::vector<int> counts(n);
    for (int round = 0; round < rounds; ++round) {
        Reservoir<int> sample{k, Rng{static_cast<std::uint64_t>(round)}};
        for (int i = 0; i < n; ++i) sample.observe(i);
        for (const int item : sample.items()) ++counts[static_cast<std::size_t>(item)];
    }
    CHECK(unevenness(counts, rounds, double{k} / n) < chi_squared_quantile(0.9999, n - 1));
    CHECK(unevenness(counts, rounds, double{k} / n) > chi_squared_quantile(0.0001, n - 1));
}

TEST_CASE("Reservoir: a merged sample is uniform over both streams, and stays so", "[stats][law]") {
    const int in_left = GENERATE(0, 3, 7, 25);
    const std::size_t capacity_right = GENERATE(7U, 4U, 20U);
    const int rounds = 20'000, n = 45, k = 7;
    std::vector<int> counts(n);
    double sampled = 0;
    for (int round = 0; round < rounds; ++round) {
        Reservoir<int> left{k, Rng{static_cast<std::uint64_t>(2 * round)}};
        Reservoir<int> right{capacity_right, Rng{static_cast<std::uint64_t>(2 * round + 1)}};
        for (int i = 0; i < 40; ++i) (i < in_left ? left : right).observe(i);
        left.merge(right);
        for (int i = 40; i < n; ++i) left.observe(i);
        REQUIRE(left.count() == n);
        const std::set<int> distinct(left.items().begin(), left.items().end());
        REQUIRE(distinct.size() == left.items().size());
        REQUIRE(left.items().size() == std::min<std::size_t>(k, capacity_right));
        sampled = static_cast<double>(left.items().size());
        for (const int item : left.items()) ++counts[static_cast<std::size_t>(item)];
    }
    CAPTURE(in_left, capacity_right);
    CHECK(unevenness(counts, rounds, sampled / n) < chi_squared_quantile(0.9999, n - 1));
}

TEST_CASE("Reservoir: merging with itself doubles the count and keeps the sample", "[stats][boundary]") {
    Reservoir<int> sample{3, Rng{1}};
    for (int i = 0; i < 10; ++i) sample.observe(i);
    sample.merge(sample);
    CHECK(sample.count() == 20);
    CHECK(sample.items().size() == 3);

    // While there is room, the second stream comes in too: each item once, and as many as fit twice.
    const std::size_t capacity = GENERATE(4U, 6U, 7U, 8U, 100U);
    Reservoir<int> roomy{capacity, Rng{2}}, other{4, Rng{3}};
    for (int i = 0; i < 4; ++i) roomy.observe(i);
    const AllocationCount allocations;
    roomy.merge(roomy);
    CHECK(allocations.since_start() == 0);
    CHECK(roomy.count() == 8);
    REQUIRE(roomy.items().size() == std::min<std::size_t>(8, capacity));
    const std::multiset<int> items(roomy.items().begin(), roomy.items().end());
    for (int i = 0; i < 4; ++i) {
        CHECK(items.count(i) >= 1);
        CHECK(items.count(i) <= 2);
    }
    for (int i = 0; i < 50; ++i) other.observe(i);
    other.merge(roomy);  // counts on there being as many items as were counted
    CHECK(other.items().size() == 4);
}

TEST_CASE("Reservoir: merged with itself, which items come twice is chance", "[stats][law]") {
    const int rounds = 20'000, n = 5, twice = 2;
    std::vector<int> counts(n);
    for (int round = 0; round < rounds; ++round) {
        Reservoir<int> sample{n + twice, Rng{static_cast<std::uint64_t>(round)}};
        for (int i = 0; i < n; ++i) sample.observe(i);
        sample.merge(sample);
        for (const int item : sample.items()) ++counts[static_cast<std::size_t>(item)];
    }
    for (int& count : counts) count -= rounds;
    CHECK(unevenness(counts, rounds, double{twice} / n) < chi_squared_quantile(0.9999, n - 1));
}

TEST_CASE("Reservoir: a copy has the same sample, its own room and the same future", "[stats]") {
    Reservoir<double> sample{4, Rng{2}};
    for (int i = 0; i < 3; ++i) sample.observe(i);
    Reservoir<double> copy = sample, assigned{1, Rng{9}};
    assigned = sample;
    const AllocationCount count;
    for (int i = 3; i < 200; ++i) {
        sample.observe(i);
        copy.observe(i);
        assigned.observe(i);
    }
    CHECK(count.since_start() == 0);
    CHECK(std::equal(copy.items().begin(), copy.items().end(), sample.items().begin()));
    CHECK(std::equal(assigned.items().begin(), assigned.items().end(), sample.items().begin()));
}

TEST_CASE("Reservoir: bad numbers are counted and not sampled", "[stats][law]") {
    Reservoir<double> sample{4, Rng{3}};
    Reservoir<float> narrow{4, Rng{3}};
    sample.observe(1);
    narrow.observe(1);
    for (const std::uint64_t bits : not_finite_bits) {
        sample.observe(from_bits(bits));
        narrow.observe(std::bit_cast<float>(static_cast<std::uint32_t>(bits >> 32) | 0x7fff'ffffU));
    }
    narrow.observe(std::bit_cast<float>(0xff80'0000U));  // minus infinity
    CHECK(sample.rejected() == 6);
    CHECK(sample.count() == 1);
    CHECK(sample.items().size() == 1);
    CHECK(narrow.rejected() == 7);
    CHECK(narrow.items().size() == 1);
    CHECK(from_bytes<Reservoir<float>>(to_bytes(narrow)).items()[0] == 1);
}

TEST_CASE("Reservoir: a file's items must fit their type", "[stats][boundary]") {
    Reservoir<float> narrow{4, Rng{3}};
    narrow.observe(std::numeric_limits<float>::max());
    std::vector<std::byte> state = state_of(narrow);
    CHECK(takes<Reservoir<float>>(state, [](const auto&) {}));
    state.back() = std::byte{0x7e};  // the exponent of the item: 1e300
    CHECK_FALSE(takes<Reservoir<float>>(state, [](const auto&) {}));
    Reservoir<double> wide{4, Rng{3}};
    wide.observe(2);
    state = state_of(wide);
    state.back() = std::byte{0x7e};
    CHECK_FALSE(takes<Reservoir<double>>(state, [](const auto&) {}));
}

TEST_CASE("Reservoir: a capacity out of range is refused", "[stats][boundary]") {
    CHECK_THROWS_AS((Reservoir<int>{0, Rng{1}}), std::invalid_argument);
    CHECK_THROWS_AS((Reservoir<int>{Reservoir<int>::max_capacity + 1, Rng{1}}), std::invalid_argument);
}

TEST_CASE("Reservoir: survives a round trip, and damaged bytes do not", "[stats][law]") {
    Reservoir<double> sample{5, Rng{4}};
    const auto use = [](Reservoir<double>& taken) {
        for (int i = 0; i < 10; ++i) taken.observe(i);
        Reservoir<double> other{5, Rng{1}};
        other.observe(3);
        other.merge(taken);
    };
    for (int i = 0; i < 3; ++i) sample.observe(i);
    check_damage(sample, use);
    for (int i = 0; i < 30; ++i) sample.observe(i);
    check_damage(sample, use);

    check_count_bound<Reservoir<double>>(sample, 46);
    Reservoir<double> back = from_bytes<Reservoir<double>>(to_bytes(sample));
    for (int i = 0; i < 100; ++i) {
        sample.observe(i);
        back.observe(i);
    }
    CHECK(std::equal(back.items().begin(), back.items().end(), sample.items().begin()));

    Reservoir<std::uint64_t> whole{2, Rng{5}};
    whole.observe(~std::uint64_t{0});
    CHECK(from_bytes<Reservoir<std::uint64_t>>(to_bytes(whole)).items()[0] == ~std::uint64_t{0});
}

TEST_CASE("Reservoir: observe and merge allocate nothing", "[stats][law]") {
    Reservoir<double> sample{16, Rng{6}}, other{16, Rng{7}};
    const AllocationCount count;
    for (int i = 0; i < 1000; ++i) {
        sample.observe(i);
        other.observe(i);
        if (i % 50 == 0) other.merge(sample);
    }
    CHECK(count.since_start() == 0);
}
