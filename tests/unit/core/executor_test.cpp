// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/executor.hpp"

#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace sonde;

namespace {

/// Scores a row by its first feature.
struct FirstFeature {
    using Input = Row;
    [[nodiscard]] Score score(const Row& row) const noexcept {
        return {static_cast<double>(row[0]), Status::ok};
    }
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept {
        for (std::size_t i = 0; i < rows.rows() && i < out.size(); ++i) out[i] = score(rows.row(i));
    }
};

/// Every task on a thread of its own, the last one first.
struct ThreadPerTask {
    std::size_t asked = 0;
    void operator()(std::size_t count, const Task& task) {
        asked = count;
        std::vector<std::thread> threads;
        threads.reserve(count);
        for (std::size_t i = count; i-- > 0;) threads.emplace_back([&task, i] { task(i); });
        for (auto& thread : threads) thread.join();
    }
};

}  // namespace

TEST_CASE("Executor: every task runs once, with an executor and without", "[core]") {
    std::vector<int> runs(20);
    const auto count = [&](std::size_t i) { ++runs[i]; };
    detail::run_tasks({}, runs.size(), count);
    CHECK(runs == std::vector<int>(20, 1));
    ThreadPerTask threads;
    detail::run_tasks(threads, runs.size(), count);
    CHECK(runs == std::vector<int>(20, 2));
    CHECK(threads.asked == 20);
}

TEST_CASE("Executor: one task needs no other thread", "[core]") {
    ThreadPerTask threads;
    int runs = 0;
    const auto count = [&](std::size_t) { ++runs; };
    detail::run_tasks(threads, 1, count);
    detail::run_tasks(threads, 0, count);
    CHECK(runs == 1);
    CHECK(threads.asked == 0);
}

TEST_CASE("score_batch: with an executor the scores are those of one thread", "[core]") {
    const std::size_t rows = GENERATE(0U, 1U, 256U, 257U, 1000U);
    std::vector<float> values(rows * 3);
    for (std::size_t i = 0; i < rows; ++i) values[i * 3] = static_cast<float>(i);
    const MatrixView view{values.data(), rows, 2, 3};
    std::vector<Score> expected(rows), scores(rows + 1, Score{-1, Status::ok});
    FirstFeature{}.score_batch(view, expected);
    ThreadPerTask threads;
    score_batch(FirstFeature{}, view, scores, threads);
    for (std::size_t i = 0; i < rows; ++i) REQUIRE(scores[i] == expected[i]);
    CHECK(scores[rows].value == -1);
}

TEST_CASE("score_batch: rows beyond the room for scores are left alone", "[core]") {
    const std::vector<float> values(600, 1.0F);
    std::vector<Score> scores(300, Score{-1, Status::ok});
    ThreadPerTask threads;
    score_batch(FirstFeature{}, {values.data(), 600, 1}, std::span{scores}.first(290), threads);
    CHECK(scores[289].value == 1);
    CHECK(scores[290].value == -1);
}
