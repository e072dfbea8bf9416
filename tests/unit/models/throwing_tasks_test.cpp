// SPDX-License-Identifier: Apache-2.0
#include "models/throwing_tasks.hpp"

#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace sonde;

namespace {

const auto on_threads = [](std::size_t count, const Task& task) {
    std::vector<std::thread> threads;
    threads.reserve(count);
    for (std::size_t i = count; i-- > 0;) threads.emplace_back([&task, i] { task(i); });
    for (std::thread& thread : threads) thread.join();
};

Executor executor(bool threads) { return threads ? Executor{on_threads} : Executor{}; }

}  // namespace

TEST_CASE("run_throwing_tasks: the caller gets what the first task threw, when all have ended", "[models]") {
    const bool threads = GENERATE(false, true);
    std::atomic<int> ended = 0;
    const auto work = [&](std::size_t i) {
        if (i == 3 || i == 6) throw std::runtime_error{"task " + std::to_string(i)};
        ++ended;
    };
    CHECK_THROWS_WITH(detail::run_throwing_tasks(executor(threads), 8, work), "task 3");
    CHECK(ended == 6);
}

TEST_CASE("run_throwing_tasks: without an exception each task runs once", "[models]") {
    const bool threads = GENERATE(false, true);
    const std::size_t count = GENERATE(0U, 1U, 8U);
    std::vector<int> runs(count);
    detail::run_throwing_tasks(executor(threads), count, [&](std::size_t i) { ++runs[i]; });
    CHECK(runs == std::vector<int>(count, 1));
}
