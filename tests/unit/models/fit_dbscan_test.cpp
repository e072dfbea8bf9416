// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_dbscan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using Catch::Matchers::ContainsSubstring;

namespace {

double squares(Row a, Row b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += difference * difference;
    }
    return sum;
}

/// The definition: neighbourhoods of everyone, then cluster by cluster from its first core row.
struct Reference {
    Reference(MatrixView rows, double eps, double min_points, const std::vector<double>& weights = {})
        : labels(rows.rows(), -1), core(rows.rows()) {
        const std::size_t n = rows.rows();
        std::vector<std::vector<std::size_t>> near(n);
        for (std::size_t i = 0; i < n; ++i) {
            double weight = 0;
            for (std::size_t j = 0; j < n; ++j) {
                if (squares(rows.row(i), rows.row(j)) > eps * eps) continue;
                near[i].push_back(j);
                weight += weights.empty() ? 1 : weights[j];
            }
            core[i] = weight >= min_points;
        }
        for (std::size_t i = 0; i < n; ++i) {
            if (!core[i] || labels[i] >= 0) continue;
            labels[i] = clusters;
            std::vector<std::size_t> todo{i};
            while (!todo.empty()) {
                const std::size_t at = todo.back();
                todo.pop_back();
                if (!core[at]) continue;
                for (const std::size_t j : near[at]) {
                    if (labels[j] >= 0) continue;
                    labels[j] = clusters;
                    todo.push_back(j);
                }
            }
            ++clusters;
        }
    }
    [[nodiscard]] std::vector<std::uint32_t> core_rows() const {
        std::vector<std::uint32_t> rows;
        for (std::size_t i = 0; i < core.size(); ++i)
            if (core[i]) rows.push_back(static_cast<std::uint32_t>(i));
        return rows;
    }
    std::vector<std::int32_t> labels;
    std::vector<bool> core;
    std::int32_t clusters = 0;
};

void check_same(const DbscanClusters& found, const Reference& expected) {
    CHECK(found.labels == expected.labels);
    CHECK(found.core_rows == expected.core_rows());
    CHECK(found.clusters == static_cast<std::size_t>(expected.clusters));
}

/// Blobs of different width, and a tenth of noise.
std::vector<float> blobs(std::size_t count, std::size_t dimension, std::uint64_t seed, double offset = 0) {
    Rng rng{seed};
    std::vector<float> values;
    values.reserve(count * dimension);
    for (std::size_t i = 0; i < count; ++i) {
        const bool noise = rng.uniform() < 0.1;
        const double centre = std::floor(rng.uniform() * 5) * 4 - 8, width = 0.5 + 0.1 * centre * 0.25;
        for (std::size_t j = 0; j < dimension; ++j)
            values.push_back(static_cast<float>(
                offset +
                (noise ? 24 * rng.uniform() - 12 : (j % 2 == 0 ? centre : -centre) + width * rng.normal())));
    }
    return values;
}

const float not_a_number = std::bit_cast<float>(0x7fc0'0001U);

}  // namespace

TEST_CASE("dbscan_clusters: labels and core rows are those of the definition", "[models]") {
    const std::size_t dimension = GENERATE(1U, 2U, 3U, 8U, 20U);
    const std::size_t count = GENERATE(1U, 63U, 64U, 65U, 700U);
    const std::size_t min_points = GENERATE(1U, 2U, 5U, 10U);
    const auto values = blobs(count, dimension, 7 + count);
    const MatrixView rows{values.data(), count, dimension};
    const double width = std::sqrt(static_cast<double>(dimension));
    for (const double eps : {0.05 * width, 0.4 * width, 0.9 * width, 3 * width, 50 * width})
        check_same(dbscan_clusters(rows, {.eps = eps, .min_points = min_points}),
                   {rows, eps, static_cast<double>(min_points)});
}

TEST_CASE(
    "dbscan_clusters: rows at exactly eps are neighbours, one step of the last digit farther they are not",
    "[models]") {
    Rng rng{3};
    const std::size_t dimension = GENERATE(1U, 2U, 5U, 16U);
    std::vector<float> values(500 * dimension);
    for (float& value : values) value = static_cast<float>(std::floor(rng.uniform() * 6));
    const MatrixView rows{values.data(), 500, dimension};
    for (const double squared : {1.0, 2.0, 4.0, 5.0, 9.0, 16.0})
        for (const double eps : {std::sqrt(squared), std::nextafter(std::sqrt(squared), 0.0)})
            check_same(dbscan_clusters(rows, {.eps = eps, .min_points = 4}), {rows, eps, 4});
}

TEST_CASE("dbscan_clusters: an offset of the data costs no neighbour", "[models]") {
    const double offset = GENERATE(1e3, -1e5, 1e6);
    const auto values = blobs(600, 4, 11, offset);
    const MatrixView rows{values.data(), 600, 4};
    for (const double eps : {0.25, 0.8, 2.0})
        check_same(dbscan_clusters(rows, {.eps = eps, .min_points = 5}), {rows, eps, 5});
}

TEST_CASE("dbscan_clusters: eps that float cannot square is compared in double", "[models]") {
    const double scale = GENERATE(1e-35, 1e-20, 1e-14, 1e18, 1e25, 1e37);
    auto values = blobs(300, 3, 13);
    for (float& value : values) value = static_cast<float>(static_cast<double>(value) * scale);
    const MatrixView rows{values.data(), 300, 3};
    for (const double eps : {0.4 * scale, 1.2 * scale})
        check_same(dbscan_clusters(rows, {.eps = eps, .min_points = 5}), {rows, eps, 5});
}

TEST_CASE("dbscan_clusters: weights count for rows, those of weight 0 for none", "[models]") {
    const auto values = blobs(500, 2, 17);
    const MatrixView rows{values.data(), 500, 2};
    Rng rng{5};
    std::vector<double> weights(500);
    for (double& weight : weights) weight = std::floor(rng.uniform() * 4);
    for (const double eps : {0.3, 0.9})
        check_same(dbscan_clusters(rows, {.eps = eps, .min_points = 8, .weights = weights}),
                   {rows, eps, 8, weights});
    const std::vector<double> ones(500, 1);
    CHECK(dbscan_clusters(rows, {.eps = 0.5, .weights = ones}).labels ==
          dbscan_clusters(rows, {.eps = 0.5}).labels);
}

TEST_CASE("dbscan_clusters: a border row that two clusters reach belongs to the first", "[models]") {
    // Two dense spots; the row at 1.5 is within 1 of both and dense nowhere.
    const std::vector<float> right_first{2.5F, 2.6F, 2.5F, 1.5F, 0.5F, 0.4F, 0.5F};
    const auto found = dbscan_clusters({right_first.data(), 7, 1}, {.eps = 1, .min_points = 4});
    check_same(found, {{right_first.data(), 7, 1}, 1, 4});
    const std::vector<float> dense{3, 3, 3, 3, 2, 1, 1, 1, 1, 9};
    const auto two = dbscan_clusters({dense.data(), 10, 1}, {.eps = 1.0, .min_points = 5});
    check_same(two, {{dense.data(), 10, 1}, 1, 5});
    CHECK(two.labels.back() == DbscanClusters::noise);
}

TEST_CASE("dbscan_clusters: identical rows are one cluster, or noise when they are too few", "[models]") {
    const std::vector<float> values(2 * 1000, 3.5F);
    const MatrixView rows{values.data(), 1000, 2};
    const auto found = dbscan_clusters(rows, {.eps = 0.1, .min_points = 1000});
    CHECK(found.clusters == 1);
    CHECK(found.core_rows.size() == 1000);
    CHECK(std::count(found.labels.begin(), found.labels.end(), 0) == 1000);
    const auto none = dbscan_clusters(rows, {.eps = 0.1, .min_points = 1001});
    CHECK(none.clusters == 0);
    CHECK(std::count(none.labels.begin(), none.labels.end(), -1) == 1000);
    CHECK(dbscan_clusters(rows).clusters == 1);
}

TEST_CASE("dbscan_clusters: a stride and threads change nothing", "[models]") {
    const auto values = blobs(9000, 4, 19);
    const MatrixView two{values.data(), 9000, 2, 4};
    std::vector<float> packed;
    for (std::size_t i = 0; i < two.rows(); ++i)
        packed.insert(packed.end(), two.row(i).begin(), two.row(i).end());
    const auto executor = [](std::size_t count, const Task& task) {
        std::vector<std::thread> threads;
        threads.reserve(count);
        for (std::size_t i = count; i-- > 0;) threads.emplace_back([&task, i] { task(i); });
        for (std::thread& thread : threads) thread.join();
    };
    const auto one = dbscan_clusters({packed.data(), 9000, 2}, {.eps = 0.3});
    const auto many = dbscan_clusters(two, {.eps = 0.3, .executor = executor});
    CHECK(one.labels == many.labels);
    CHECK(one.core_rows == many.core_rows);
    CHECK(one.clusters > 1);
}

TEST_CASE("fit_dbscan: without eps a row is a core row when its k-distance is at most the 90 % quantile",
          "[models]") {
    const auto values = blobs(401, 3, 23);  // (401 - 1) 0.9 = 360: the quantile is a row's own distance
    const MatrixView rows{values.data(), 401, 3};
    std::vector<double> reach(401);
    for (std::size_t i = 0; i < 401; ++i) {
        std::vector<double> all(401);
        for (std::size_t j = 0; j < 401; ++j) all[j] = squares(rows.row(i), rows.row(j));
        std::nth_element(all.begin(), all.begin() + 9, all.end());
        reach[i] = std::sqrt(all[9]);
    }
    auto sorted = reach;
    std::sort(sorted.begin(), sorted.end());
    const auto found = dbscan_clusters(rows);
    CHECK(found.eps == Approx(sorted[360]).epsilon(1e-15));
    CHECK(found.core_rows.size() == 361);
    for (const std::uint32_t row : found.core_rows) CHECK(reach[row] <= sorted[360]);
    const DbscanModel model = fit_dbscan(rows);
    CHECK(model.eps() == found.eps);
    CHECK(model.size() == 361);
}

TEST_CASE("fit_dbscan: the model is calibrated with each core row's distance to another one", "[models]") {
    const auto values = blobs(300, 2, 29);
    const MatrixView rows{values.data(), 300, 2};
    const auto found = dbscan_clusters(rows, {.eps = 0.5, .min_points = 5});
    std::vector<double> expected(300, 1e300);
    for (std::size_t i = 0; i < 300; ++i)
        for (const std::uint32_t core : found.core_rows)
            if (core != i) expected[i] = std::min(expected[i], squares(rows.row(i), rows.row(core)));
    for (double& value : expected) value = std::sqrt(value) / 0.5;
    const DbscanModel model = fit_dbscan(rows, {.eps = 0.5, .min_points = 5});
    CHECK(model.calibration().count() == 300);
    for (const double share : {0.01, 0.05, 0.5})
        CHECK(model.calibration().threshold(share) == Approx(ScoreCalibration{expected}.threshold(share)));
    CHECK(DbscanDetector{model}.threshold().value() == Approx(ScoreCalibration{expected}.threshold()));
    const auto core_rows = model.core_rows();
    for (std::size_t i = 0; i < found.core_rows.size(); ++i) {
        CHECK(model.clusters()[i] == static_cast<std::uint32_t>(found.labels[found.core_rows[i]]));
        CHECK(std::equal(core_rows.data() + 2 * i, core_rows.data() + 2 * i + 2,
                         rows.row(found.core_rows[i]).begin()));
    }
}

TEST_CASE("fit_dbscan: of many rows 10,000 calibrate", "[models]") {
    const auto values = blobs(10'500, 2, 31);
    const DbscanModel model = fit_dbscan({values.data(), 10'500, 2}, {.eps = 0.5});
    CHECK(model.calibration().count() == 10'000);
}

TEST_CASE("fit_dbscan: one row can be a cluster", "[models]") {
    const std::vector<float> row{1, 2};
    const DbscanModel model = fit_dbscan({row.data(), 1, 2}, {.eps = 0.5, .min_points = 1});
    CHECK(model.score(std::vector<float>{1, 3}).value == 2);
    CHECK(model.default_threshold() > 0);
    CHECK(fit_dbscan({row.data(), 1, 2}, {.eps = 0.5, .min_points = 3, .weights = std::vector<double>{3}})
              .size() == 1);
}

TEST_CASE("fit_dbscan: no core row is an error that says what to do", "[models]") {
    const std::vector<float> values{0, 10, 20, 30};
    CHECK_THROWS_WITH(fit_dbscan({values.data(), 4, 1}, {.eps = 1, .min_points = 2}),
                      ContainsSubstring("number of core rows") && ContainsSubstring("dbscan_k_distances"));
    CHECK_THROWS_WITH(fit_dbscan({values.data(), 4, 1}),
                      ContainsSubstring("number of rows is 4, must be at least 10"));
}

TEST_CASE("fit_dbscan: options and rows that cannot be are refused", "[models]") {
    const std::vector<float> values{0, 1, 2, not_a_number};
    const MatrixView rows{values.data(), 3, 1};
    CHECK_THROWS_WITH(dbscan_clusters({values.data(), 4, 1}, {.eps = 1}),
                      "dbscan_clusters: row 3 is not finite, must be finite in every feature");
    CHECK_THROWS_AS(dbscan_clusters({}, {.eps = 1}), std::invalid_argument);
    CHECK_THROWS_AS(dbscan_clusters(rows, {.eps = -1}), std::invalid_argument);
    CHECK_THROWS_AS(dbscan_clusters(rows, {.eps = 1e101}), std::invalid_argument);
    CHECK_THROWS_AS(dbscan_clusters(rows, {.eps = 1e-101}), std::invalid_argument);
    CHECK_THROWS_AS(dbscan_clusters(rows, {.eps = static_cast<double>(not_a_number)}), std::invalid_argument);
    CHECK_THROWS_AS(dbscan_clusters(rows, {.eps = 1, .min_points = 0}), std::invalid_argument);
    const std::vector<double> two{1, 1}, negative{1, -1, 1};
    CHECK_THROWS_AS(dbscan_clusters(rows, {.eps = 1, .weights = two}), std::invalid_argument);
    CHECK_THROWS_AS(dbscan_clusters(rows, {.eps = 1, .weights = negative}), std::invalid_argument);
    DbscanClusters other;
    CHECK_THROWS_AS(dbscan_model(rows, other), std::invalid_argument);
    other = dbscan_clusters(rows, {.eps = 1, .min_points = 1});
    CHECK_NOTHROW(dbscan_model(rows, other));
    other.core_rows[2] = 3;
    CHECK_THROWS_AS(dbscan_model(rows, other), std::invalid_argument);
}

TEST_CASE("fit_dbscan: counts its rows three times and stops when told to", "[models]") {
    const auto values = blobs(9000, 2, 37);
    const MatrixView rows{values.data(), 9000, 2};
    std::vector<FitProgress> seen;
    const auto watch = [&](const FitProgress& now) {
        seen.push_back(now);
        return true;
    };
    static_cast<void>(dbscan_clusters(rows, {.eps = 0.3, .progress = watch}));
    CHECK(seen.size() >= 3);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        CHECK(seen[i].total == 27000);
        if (i > 0) CHECK(seen[i].done > seen[i - 1].done);
    }
    CHECK(seen.back().done == 27000);
    for (std::size_t calls = 1; calls < seen.size(); ++calls) {
        std::size_t left = calls;
        const auto stop = [&](const FitProgress&) { return --left > 0; };
        CHECK_THROWS_AS(dbscan_clusters(rows, {.eps = 0.3, .progress = stop}), FitCancelled);
    }
}
