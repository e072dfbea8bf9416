// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/log_linear.hpp"

#include <cstdint>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::detail;

static_assert(log_linear_index(0, 7) == 0);
static_assert(log_linear_index(255, 7) == 255);
static_assert(log_linear_index(256, 7) == 256);
static_assert(log_linear_index(257, 7) == 256);
static_assert(log_linear_lower(256, 7) == 256 && log_linear_upper(256, 7) == 257);

TEST_CASE("log_linear: the buckets of whole numbers follow on each other without gaps", "[stats][law]") {
    const unsigned P = GENERATE(0U, 1U, 4U, 7U, 10U);
    const std::size_t buckets = log_linear_size(~std::uint64_t{0}, P);
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
        REQUIRE(log_linear_lower(i, P) == next);
        REQUIRE(log_linear_upper(i, P) >= next);
        REQUIRE(log_linear_index(next, P) == i);
        REQUIRE(log_linear_index(log_linear_upper(i, P), P) == i);
        next = log_linear_upper(i, P) + 1;
    }
    CHECK(next == 0);  // the last bucket ends with the last number
}

TEST_CASE("log_linear: no whole number is further from its bucket's ends than 2^-P of it", "[stats][law]") {
    const unsigned P = GENERATE(1U, 5U, 7U);
    Rng rng{P};
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t x = rng.next() >> rng.below(64);
        const std::size_t bucket = log_linear_index(x, P);
        const std::uint64_t low = log_linear_lower(bucket, P), high = log_linear_upper(bucket, P);
        REQUIRE((low <= x && x <= high));
        REQUIRE((high - low) <= x >> P);
    }
}

TEST_CASE("log_linear: the buckets of doubles follow on each other without gaps", "[stats][law]") {
    const unsigned P = GENERATE(0U, 3U, 6U, 13U);
    const std::uint64_t first = log_linear_bits(1e-9, P);
    CHECK(log_linear_value(first, P) <= 1e-9);
    for (std::uint64_t bits = first; bits < first + 500; ++bits) {
        const double low = log_linear_value(bits, P), high = log_linear_value(bits + 1, P);
        REQUIRE(low < high);
        REQUIRE(log_linear_bits(low, P) == bits);
        REQUIRE(log_linear_bits(high, P) == bits + 1);
        const double middle = log_linear_middle(low, high);
        REQUIRE(middle - low <= log_linear_error(P) * low * (1 + 1e-12));
        REQUIRE(high - middle <= log_linear_error(P) * high * (1 + 1e-12));
    }
}

TEST_CASE("log_linear: the middle of huge and of tiny buckets is a number", "[stats][boundary]") {
    CHECK(log_linear_middle(5e149, 1e150) == Approx(2e150 / 3).epsilon(1e-15));
    CHECK(log_linear_middle(1e-150, 2e-150) * 1e150 == Approx(4.0 / 3).epsilon(1e-12));
    CHECK(log_linear_middle(1, 1) == 1);
}

TEST_CASE("log_linear: the center of a bucket is as near to either end as whole numbers can be",
          "[stats][law]") {
    const unsigned P = GENERATE(3U, 6U, 10U);
    for (std::size_t i = 0; i < log_linear_size(~std::uint64_t{0} >> 1, P); ++i) {
        const std::uint64_t below = log_linear_center(i, P) - log_linear_lower(i, P);
        const std::uint64_t above = log_linear_upper(i, P) - log_linear_center(i, P);
        REQUIRE((above == below || above == below + 1));
    }
}
