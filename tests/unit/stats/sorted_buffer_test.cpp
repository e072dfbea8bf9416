// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/sorted_buffer.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/core/special_values.hpp"
#include "unit/stats/damage.hpp"
#include "unit/stats/reference.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

SortedBuffer of(std::initializer_list<double> values) {
    SortedBuffer buffer{16};
    for (const double x : values) buffer.insert(x);
    return buffer;
}

}  // namespace

TEST_CASE("SortedBuffer: quantiles are those of NumPy", "[stats][golden]") {
    // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], [0, .1, .25, .5, .9, 1])
    const SortedBuffer buffer = of({3, 1, 4, 1, 5, 9, 2, 6});
    CHECK(buffer.quantile(0) == 1);
    CHECK(buffer.quantile(0.1) == Approx(1).epsilon(1e-15));
    CHECK(buffer.quantile(0.25) == Approx(1.75).epsilon(1e-15));
    CHECK(buffer.median() == 3.5);
    CHECK(buffer.quantile(0.9) == Approx(6.9).epsilon(1e-15));
    CHECK(buffer.quantile(1) == 9);
    // scipy.stats.median_abs_deviation of the same
    CHECK(buffer.mad() == 2);
    CHECK(of({1, 2, 4}).mad() == 1);
}

TEST_CASE("SortedBuffer: empty and single buffers have their readings", "[stats][boundary]") {
    const SortedBuffer empty = of({});
    CHECK(empty.size() == 0);
    CHECK(empty.minimum() == 0);
    CHECK(empty.maximum() == 0);
    CHECK(empty.median() == 0);
    CHECK(empty.mad() == 0);
    const SortedBuffer one = of({-7});
    CHECK(one.minimum() == -7);
    CHECK(one.maximum() == -7);
    CHECK(one.quantile(0.3) == -7);
    CHECK(one.mad() == 0);
}

TEST_CASE("SortedBuffer: probabilities outside of [0, 1] are clamped", "[stats][boundary]") {
    const SortedBuffer buffer = of({1, 2, 3});
    CHECK(buffer.quantile(-1) == 1);
    CHECK(buffer.quantile(2) == 3);
    CHECK(buffer.quantile(nan()) == 1);
}

TEST_CASE("SortedBuffer: agrees with sorting, whatever comes and goes", "[stats][law]") {
    const std::uint64_t kinds = GENERATE(3U, 20U, 1'000'000U);  // few kinds: many duplicates
    SortedBuffer buffer{64};
    std::vector<double> kept;
    Rng rng{kinds};
    for (int step = 0; step < 3000; ++step) {
        const double x = static_cast<double>(rng.below(kinds)) - static_cast<double>(kinds / 2);
        if (rng.below(5) < 3) {
            const bool room = kept.size() < 64;
            REQUIRE(buffer.insert(x) == room);
            if (room) kept.push_back(x);
        } else {
            const double out = rng.below(4) == 0 || kept.empty() ? x : kept[rng.below(kept.size())];
            const auto found = std::find(kept.begin(), kept.end(), out);
            REQUIRE(buffer.erase(out) == (found != kept.end()));
            if (found != kept.end()) kept.erase(found);
        }
        if (step % 100 == 99) {  // all at once, as the single steps would
            std::vector<double> out(kept.begin(),
                                    kept.begin() + static_cast<std::ptrdiff_t>(kept.size() / 3));
            kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(out.size()));
            out.push_back(1e9);  // not there
            std::sort(out.begin(), out.end());
            buffer.erase(out);
        }
        std::vector<double> sorted = kept;
        std::sort(sorted.begin(), sorted.end());
        REQUIRE(std::vector<double>(buffer.values().begin(), buffer.values().end()) == sorted);
        REQUIRE(buffer.mad() == Approx(exact_mad(kept)).epsilon(1e-14));
        for (const double q : {0.0, 0.01, 0.25, 0.5, 0.77, 0.99, 1.0})
            REQUIRE(buffer.quantile(q) == Approx(exact_quantile(kept, q)).epsilon(1e-12).margin(1e-9));
    }
}

TEST_CASE("SortedBuffer: assigned numbers take the place of the others, in order", "[stats]") {
    SortedBuffer buffer = of({7, 8});
    const std::vector<double> unsorted{3, -1, 2, 3}, bad{1, nan()}, many(17);
    CHECK(buffer.assign(unsorted));
    CHECK(std::vector<double>(buffer.values().begin(), buffer.values().end()) ==
          std::vector<double>{-1, 2, 3, 3});
    CHECK_FALSE(buffer.assign(bad));
    CHECK_FALSE(buffer.assign(many));
    CHECK(buffer.size() == 4);
    CHECK(buffer.assign({}));
    CHECK(buffer.size() == 0);
}

TEST_CASE("SortedBuffer: takes no bad input and no capacity out of range", "[stats][boundary]") {
    SortedBuffer buffer = of({1});
    for (const std::uint64_t bits : not_finite_bits) {
        CHECK_FALSE(buffer.insert(from_bits(bits)));
        CHECK_FALSE(buffer.erase(from_bits(bits)));
    }
    CHECK(buffer.size() == 1);
    buffer.clear();
    CHECK(buffer.size() == 0);
    CHECK_THROWS_AS(SortedBuffer{0}, std::invalid_argument);
    CHECK_THROWS_AS(SortedBuffer{SortedBuffer::max_capacity + 1}, std::invalid_argument);
    CHECK(SortedBuffer{SortedBuffer::max_capacity}.capacity() == SortedBuffer::max_capacity);
}

TEST_CASE("SortedBuffer: survives a round trip, and damaged bytes do not", "[stats][law]") {
    const auto use = [](SortedBuffer& taken) {
        taken.insert(3);
        taken.erase(2);
        (void)taken.mad();
        CHECK(std::is_sorted(taken.values().begin(), taken.values().end()));
    };
    check_damage(of({}), use);
    check_damage(of({2, 1, 2, 5, -1}), use);
}

TEST_CASE("SortedBuffer: nothing allocates after construction", "[stats][law]") {
    SortedBuffer buffer{32};
    const AllocationCount count;
    double sum = 0;
    for (int i = 0; i < 100; ++i) {
        buffer.insert(i % 7);
        if (i % 3 == 0) buffer.erase(i % 5);
        sum += buffer.mad() + buffer.median();
    }
    CHECK(count.since_start() == 0);
    CHECK(sum > 0);
}
