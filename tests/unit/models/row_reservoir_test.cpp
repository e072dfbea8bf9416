// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/row_reservoir.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using Offer = RowReservoir::Offer;

namespace {

/// Offers the rows {i, 2 i} for i from `first` on.
void offer_numbers(RowReservoir& reservoir, std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) {
        const float row[] = {static_cast<float>(i), static_cast<float>(2 * i)};
        (void)reservoir.offer(row);
    }
}

}  // namespace

TEST_CASE("RowReservoir: takes every row until it is full", "[models]") {
    RowReservoir reservoir{2, {.capacity = 100, .acceptance = 0.01}};
    offer_numbers(reservoir, 0, 100);
    CHECK(reservoir.size() == 100);
    const auto rows = reservoir.rows();
    std::vector<float> first;
    for (std::size_t i = 0; i < 200; i += 2) {
        first.push_back(rows[i]);
        CHECK(rows[i + 1] == 2 * rows[i]);
    }
    std::sort(first.begin(), first.end());
    for (std::size_t i = 0; i < 100; ++i) CHECK(first[i] == static_cast<float>(i));
}

TEST_CASE("RowReservoir: the ages of rows are geometric, with mean capacity / acceptance", "[models]") {
    // A row is held after k more offers with probability (1 - p / n)^k: of 1000 places, all filled long ago, the ages
    // are geometric with mean n / p - 1 and as large a deviation; the mean of n nearly independent ages is 5 sigma off
    // once in two million seeds. The share younger than the half-life is 1/2.
    const double p = GENERATE(1.0, 0.25);
    const std::size_t n = 1000, offers = 60'000;
    RowReservoir reservoir{2, {.capacity = n, .acceptance = p, .seed = 7}};
    offer_numbers(reservoir, 0, offers);
    const auto rows = reservoir.rows();
    REQUIRE(rows.size() == 2 * n);
    const double mean_age = static_cast<double>(n) / p - 1,
                 half_life = std::log(2.0) * static_cast<double>(n) / p;
    double sum = 0, young = 0;
    for (std::size_t i = 0; i < rows.size(); i += 2) {
        const double age = static_cast<double>(offers - 1) - rows[i];
        sum += age;
        young += age < half_life ? 1 : 0;
    }
    CHECK(std::abs(sum / n - mean_age) < 5 * mean_age / std::sqrt(n));
    CHECK(std::abs(young / n - 0.5) < 5 * 0.5 / std::sqrt(n));
}

TEST_CASE("RowReservoir: the order of a copy is one of chance, not of arrival, and repeats for a seed",
          "[models]") {
    RowReservoir reservoir{2, {.capacity = 1000}};
    offer_numbers(reservoir, 0, 1000);
    const auto rows = reservoir.rows(3);
    CHECK(rows == reservoir.rows(3));
    CHECK(rows != reservoir.rows(4));
    double early = 0;  // of the last 200 places, how many hold one of the first 500 rows: 100 +- 7 by chance
    for (std::size_t i = 800; i < 1000; ++i) early += rows[2 * i] < 500 ? 1 : 0;
    CHECK(std::abs(early - 100) < 35);
}

TEST_CASE("RowReservoir: a row that is not finite or has another size is rejected and takes no place",
          "[models]") {
    RowReservoir reservoir{2, {.capacity = 4}};
    const float good[] = {1, 2}, nan[] = {1, std::numeric_limits<float>::quiet_NaN()},
                infinite[] = {std::numeric_limits<float>::infinity(), 1}, longer[] = {1, 2, 3};
    CHECK(reservoir.offer(nan) == Offer::rejected);
    CHECK(reservoir.offer(infinite) == Offer::rejected);
    CHECK(reservoir.offer(longer) == Offer::rejected);
    CHECK(reservoir.offer({}) == Offer::rejected);
    CHECK(reservoir.size() == 0);
    CHECK(reservoir.rows().empty());
    CHECK(reservoir.offer(good) == Offer::taken);
    CHECK(reservoir.rows() == std::vector<float>{1, 2});
}

TEST_CASE("RowReservoir: an offer allocates nothing", "[models]") {
    RowReservoir reservoir{2, {.capacity = 64}};
    const testing::AllocationCount count;
    offer_numbers(reservoir, 0, 1000);
    CHECK(count.since_start() == 0);
}

TEST_CASE("RowReservoir: options out of their range are refused", "[models]") {
    CHECK_THROWS_AS((RowReservoir{0}), std::invalid_argument);
    CHECK_THROWS_AS((RowReservoir{1, {.capacity = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((RowReservoir{1, {.capacity = (1U << 20) + 1}}), std::invalid_argument);
    CHECK_THROWS_AS((RowReservoir{4097, {.capacity = 1U << 20}}), std::invalid_argument);
    CHECK_THROWS_AS((RowReservoir{1, {.acceptance = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((RowReservoir{1, {.acceptance = 1.01}}), std::invalid_argument);
    CHECK_THROWS_AS((RowReservoir{1, {.acceptance = std::numeric_limits<double>::quiet_NaN()}}),
                    std::invalid_argument);
}
