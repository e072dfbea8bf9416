// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/folds.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

using namespace sonde;

namespace {

std::vector<std::size_t> all_of(const Fold& fold) {
    auto rows = fold.train;
    rows.insert(rows.end(), fold.test.begin(), fold.test.end());
    std::sort(rows.begin(), rows.end());
    return rows;
}

std::vector<std::size_t> first(std::size_t count) {
    std::vector<std::size_t> rows(count);
    for (std::size_t i = 0; i < count; ++i) rows[i] = i;
    return rows;
}

}  // namespace

TEST_CASE("k_folds: every row is tested once, and fitted to in all other folds", "[models]") {
    const std::size_t rows = GENERATE(2U, 10U, 23U);
    for (std::size_t folds = 2; folds <= rows && folds < 7; ++folds) {
        std::vector<std::size_t> tested;
        for (const Fold& fold : k_folds(rows, folds)) {
            CHECK(all_of(fold) == first(rows));
            CHECK(fold.test.size() >= rows / folds);
            CHECK(fold.test.size() <= rows / folds + 1);
            CHECK(std::is_sorted(fold.test.begin(), fold.test.end()));
            tested.insert(tested.end(), fold.test.begin(), fold.test.end());
        }
        std::sort(tested.begin(), tested.end());
        CHECK(tested == first(rows));
    }
}

TEST_CASE("k_folds: with labels every part has its share of the anomalies", "[models]") {
    std::vector<std::uint8_t> labels(100, 0);
    for (std::size_t i = 0; i < 10; ++i) labels[i] = 1;
    for (const Fold& fold : k_folds(100, 5, labels)) {
        const auto anomalies = std::count_if(fold.test.begin(), fold.test.end(),
                                             [&](std::size_t row) { return labels[row] != 0; });
        CHECK(anomalies == 2);
        CHECK(fold.test.size() == 20);
    }
}

TEST_CASE("k_folds: repeats for a seed, and another seed gives other folds", "[models]") {
    CHECK(k_folds(50, 5, {}, 3)[0].test == k_folds(50, 5, {}, 3)[0].test);
    CHECK(k_folds(50, 5, {}, 3)[0].test != k_folds(50, 5, {}, 4)[0].test);
}

TEST_CASE("forward_chaining: what is tested comes right after all that was fitted to", "[models]") {
    const std::size_t rows = GENERATE(5U, 24U, 101U);
    for (std::size_t folds = 1; folds < 5; ++folds) {
        std::size_t next = 0;
        for (const Fold& fold : forward_chaining(rows, folds)) {
            CHECK(fold.train == first(fold.train.size()));
            CHECK(fold.test.front() == fold.train.size());
            CHECK(fold.test.back() == fold.train.size() + fold.test.size() - 1);
            next = fold.test.back() + 1;
        }
        CHECK(next == rows);
    }
}

TEST_CASE("k_folds and forward_chaining: refuse folds that would be empty", "[models]") {
    CHECK_THROWS_AS(k_folds(10, 1), std::invalid_argument);
    CHECK_THROWS_AS(k_folds(10, 11), std::invalid_argument);
    CHECK_THROWS_AS(k_folds(0, 2), std::invalid_argument);
    const std::vector<std::uint8_t> labels(9);
    CHECK_THROWS_AS(k_folds(10, 2, labels), std::invalid_argument);
    CHECK_THROWS_AS(forward_chaining(10, 0), std::invalid_argument);
    CHECK_THROWS_AS(forward_chaining(10, 10), std::invalid_argument);
}
