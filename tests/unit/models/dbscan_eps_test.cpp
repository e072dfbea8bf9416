// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/dbscan_eps.hpp"

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
#include "support/noise.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

std::vector<double> by_brute_force(MatrixView rows, std::size_t min_points) {
    std::vector<double> k_distances;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        std::vector<double> all(rows.rows());
        for (std::size_t j = 0; j < rows.rows(); ++j)
            for (std::size_t d = 0; d < rows.cols(); ++d)
                all[j] +=
                    std::pow(static_cast<double>(rows.row(i)[d]) - static_cast<double>(rows.row(j)[d]), 2);
        std::sort(all.begin(), all.end());
        k_distances.push_back(std::sqrt(all[min_points - 1]));
    }
    std::sort(k_distances.begin(), k_distances.end());
    return k_distances;
}

}  // namespace

TEST_CASE("dbscan_k_distances: those of brute force, ascending", "[models]") {
    const std::size_t dimension = GENERATE(1U, 2U, 9U, 40U);
    const std::size_t min_points = GENERATE(2U, 10U, 300U);
    const auto values = noise(300 * dimension, 1);
    const MatrixView rows{values.data(), 300, dimension};
    const auto found = dbscan_k_distances(rows, {.min_points = min_points});
    const auto expected = by_brute_force(rows, min_points);
    REQUIRE(found.size() == 300);
    for (std::size_t i = 0; i < 300; ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-12));
}

TEST_CASE("dbscan_k_distances: duplicates are neighbours at distance 0", "[models]") {
    std::vector<float> values(12, 7);
    values.push_back(9);
    const auto found = dbscan_k_distances({values.data(), 13, 1}, {.min_points = 12});
    CHECK(std::count(found.begin(), found.end(), 0.0) == 12);
    CHECK(found.back() == 2);
}

TEST_CASE("dbscan_k_distances: of many rows some are drawn, each measured against all", "[models]") {
    const auto values = noise(2000, 2);
    const MatrixView rows{values.data(), 1000, 2};
    const auto all = by_brute_force(rows, 5);
    const auto some = dbscan_k_distances(rows, {.min_points = 5, .most_rows = 200});
    CHECK(some.size() == 200);
    for (const double distance : some) {
        const auto at = std::lower_bound(all.begin(), all.end(), distance * (1 - 1e-12));
        REQUIRE(at != all.end());
        CHECK(*at == Approx(distance).epsilon(1e-12));
    }
    CHECK(some == dbscan_k_distances(rows, {.min_points = 5, .most_rows = 200}));
    CHECK(some != dbscan_k_distances(rows, {.min_points = 5, .most_rows = 200, .seed = 2}));
}

TEST_CASE("dbscan_k_distances: threads change nothing", "[models]") {
    const auto values = noise(2000, 3);
    const MatrixView rows{values.data(), 1000, 2};
    const auto executor = [](std::size_t count, const Task& task) {
        std::vector<std::thread> threads;
        threads.reserve(count);
        for (std::size_t i = count; i-- > 0;) threads.emplace_back([&task, i] { task(i); });
        for (std::thread& thread : threads) thread.join();
    };
    CHECK(dbscan_k_distances(rows, {.executor = executor}) == dbscan_k_distances(rows));
}

TEST_CASE("dbscan_k_distances: rows and options that cannot be are refused", "[models]") {
    const std::vector<float> values{1, 2, std::bit_cast<float>(0x7fc0'0001U)};
    CHECK_THROWS_WITH(dbscan_k_distances({values.data(), 2, 1}),
                      "dbscan_k_distances: number of rows is 2, must be at least 10");
    CHECK_THROWS_WITH(dbscan_k_distances({values.data(), 3, 1}, {.min_points = 2}),
                      "dbscan_k_distances: row 2 is not finite, must be finite in every feature");
    CHECK_THROWS_AS(dbscan_k_distances({values.data(), 2, 1}, {.min_points = 1}), std::invalid_argument);
    CHECK_THROWS_AS(dbscan_k_distances({values.data(), 2, 1}, {.min_points = 2, .most_rows = 0}),
                    std::invalid_argument);
}

TEST_CASE("dbscan_eps_quantile: interpolates between two distances", "[models]") {
    const std::vector<double> graph{1, 2, 4, 8, 16};
    CHECK(dbscan_eps_quantile(graph, 0) == Approx(1));
    CHECK(dbscan_eps_quantile(graph, 0.5) == Approx(4));
    CHECK(dbscan_eps_quantile(graph) == Approx(8 + 0.6 * 8));
    CHECK(dbscan_eps_quantile(graph, 1) == Approx(16));
    CHECK(dbscan_eps_quantile(std::vector<double>{3}) == Approx(3));
}

TEST_CASE("dbscan_eps_quantile: the square of a distance from the graph is within that of eps", "[models]") {
    Rng rng{4};
    for (int i = 0; i < 1000; ++i) {
        const double squares = rng.uniform() * 100;
        const double eps = dbscan_eps_quantile(std::vector<double>{std::sqrt(squares)});
        CHECK(eps * eps >= squares);
        CHECK(eps == Approx(std::sqrt(squares)).epsilon(1e-15));
    }
}

TEST_CASE("dbscan_eps_quantile: is above 0 and below every distance that is", "[models]") {
    std::vector<double> graph(100, 0.0);
    CHECK(dbscan_eps_quantile(graph) == 1e-12);
    CHECK(dbscan_eps_knee(graph) == 1e-12);
    graph.back() = 3;
    CHECK(dbscan_eps_quantile(graph) == 1.5);
    CHECK(dbscan_eps_knee(graph) == 1.5);
}

TEST_CASE("dbscan_eps: distances whose squares are 0 give the least eps that DBSCAN takes", "[models]") {
    // No subnormal one: a host of -ffast-math takes those for 0.
    for (const double distance : {std::numeric_limits<double>::min(), 1e-200, 1e-162, 1e-120}) {
        for (const std::vector<double>& graph :
             {std::vector<double>{distance, distance, 2 * distance}, std::vector<double>{0, 0, distance}}) {
            for (const double eps : {dbscan_eps_knee(graph), dbscan_eps_quantile(graph, 0.2)}) {
                CHECK(eps >= 1e-100);
                CHECK(eps == Approx(1e-100).epsilon(1e-12));
            }
        }
    }
}

TEST_CASE("dbscan_eps_knee: is where a flat graph starts to rise", "[models]") {
    std::vector<double> graph;
    for (int i = 0; i <= 90; ++i) graph.push_back(1 + 0.001 * i);
    for (int i = 1; i <= 10; ++i) graph.push_back(1.09 + i);
    CHECK(dbscan_eps_knee(graph) == Approx(1.09));
    // y = x^2 is farthest below y = x at 1 / 2.
    graph.clear();
    for (int i = 0; i <= 1000; ++i) graph.push_back(i * i * 1e-6);
    CHECK(dbscan_eps_knee(graph) == Approx(0.25));
    CHECK(dbscan_eps_knee(std::vector<double>{1, 2, 3, 4}) == Approx(4));
    CHECK(dbscan_eps_knee(std::vector<double>{2}) == Approx(2));
}

TEST_CASE("dbscan_eps_quantile, dbscan_eps_knee: a graph that cannot be is refused", "[models]") {
    const std::vector<double> falling{2, 1}, negative{-1, 1}, good{1, 2}, none;
    for (const auto& graph : {falling, negative, none}) {
        CHECK_THROWS_AS(dbscan_eps_quantile(graph), std::invalid_argument);
        CHECK_THROWS_AS(dbscan_eps_knee(graph), std::invalid_argument);
    }
    CHECK_THROWS_AS(dbscan_eps_quantile(good, 1.1), std::invalid_argument);
    CHECK_THROWS_AS(dbscan_eps_quantile(good, -0.1), std::invalid_argument);
}
