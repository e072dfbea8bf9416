// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/rng.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "sonde/core/numeric.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// How far `counts` are from equal, as the chi-squared statistic.
double chi_squared(const std::vector<int>& counts, double draws) {
    const double expected = draws / static_cast<double>(counts.size());
    double sum = 0;
    for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
    return sum;
}

}  // namespace

// The vectors come from a transcription of the published algorithms into Python integers.
TEST_CASE("Rng: gives the numbers of xoshiro256++ seeded by SplitMix64", "[core][golden]") {
    struct Known {
        std::uint64_t seed;
        std::array<std::uint64_t, 6> first;
        std::uint64_t thousandth;
    };
    const Known known[] = {
        {0,
         {0x53175d61490b23df, 0x61da6f3dc380d507, 0x5c0fdf91ec9a7bfc, 0x02eebf8c3bbe5e1a, 0x7eca04ebaf4a5eea,
          0x0543c37757f08d9a},
         0x376300fa032f6483},
        {42,
         {0xd0764d4f4476689f, 0x519e4174576f3791, 0xfbe07cfb0c24ed8c, 0xb37d9f600cd835b8, 0xcb231c3874846a73,
          0x968d9f004e50de7d},
         0xa3ed059c1cc38790},
    };
    for (const Known& k : known) {
        Rng rng{k.seed};
        for (const std::uint64_t word : k.first) CHECK(rng.next() == word);
        for (int i = 6; i < 999; ++i) (void)rng.next();
        CHECK(rng.next() == k.thousandth);
    }
}

TEST_CASE("Rng: the same seed gives the same numbers, another seed others", "[core][law]") {
    Rng a{7}, b{7}, c{8};
    int equal = 0;
    for (int i = 0; i < 100; ++i) {
        const std::uint64_t x = a.next();
        CHECK(x == b.next());
        equal += static_cast<int>(x == c.next());
    }
    CHECK(equal == 0);
}

TEST_CASE("Rng: uniform is in [0, 1) and even", "[core]") {
    Rng rng{1};
    std::vector<int> counts(100);
    for (int i = 0; i < 100'000; ++i) {
        const double x = rng.uniform();
        REQUIRE((x >= 0 && x < 1));
        ++counts[static_cast<std::size_t>(x * 100)];
    }
    CHECK(chi_squared(counts, 100'000) < chi_squared_quantile(0.9999, 99));
    CHECK(chi_squared(counts, 100'000) > chi_squared_quantile(0.0001, 99));
}

TEST_CASE("Rng: below is even for any n and never reaches it", "[core]") {
    Rng rng{2};
    for (const std::uint64_t n : {1U, 2U, 3U, 7U, 10U, 1000U}) {
        std::vector<int> counts(n);
        for (int i = 0; i < 100'000; ++i) ++counts.at(static_cast<std::size_t>(rng.below(n)));
        CAPTURE(n);
        if (n > 1)
            CHECK(chi_squared(counts, 100'000) < chi_squared_quantile(0.9999, static_cast<double>(n - 1)));
    }
    // A modulus would favour the lower third two to one here.
    const std::uint64_t n = std::uint64_t{3} << 62;
    int low = 0;
    for (int i = 0; i < 30'000; ++i) low += static_cast<int>(rng.below(n) < n / 3);
    CHECK(std::abs(low - 10'000) < 4 * std::sqrt(30'000 * 2.0 / 9));
}

TEST_CASE("Rng: normal has the moments and the tails of the normal distribution", "[core]") {
    Rng rng{3};
    const int n = 400'000;
    double sum = 0, squares = 0, fourth = 0;
    int beyond_two = 0;
    for (int i = 0; i < n; ++i) {
        const double x = rng.normal();
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
        beyond_two += static_cast<int>(std::abs(x) > 2);
    }
    CHECK(std::abs(sum / n) < 4 / std::sqrt(n));
    CHECK(std::abs(squares / n - 1) < 4 * std::sqrt(2.0 / n));
    CHECK(std::abs(fourth / n - 3) < 4 * std::sqrt(96.0 / n));
    const double p = std::erfc(std::sqrt(2.0));
    CHECK(std::abs(beyond_two - n * p) < 4 * std::sqrt(n * p));
}
