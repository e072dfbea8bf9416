// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>
#include <vector>

#include "sonde/core/tsc_clock.hpp"
#include "sonde/metrics/registry.hpp"
#include "sonde/metrics/request_metrics.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;

TEST_CASE("RequestTimer: 8 threads lose no request and no token, and none stays in flight",
          "[metrics][threads]") {
    constexpr std::uint64_t thread_count = 8, per_thread = 500, steps = 20;
    sonde::Registry registry;
    const sonde::GenerationMetrics metrics{registry};
    const sonde::TscClock clock;
    std::atomic<std::uint64_t> serving{thread_count};
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < thread_count; ++t)
        threads.emplace_back([&] {
            for (std::uint64_t i = 0; i < per_thread; ++i) {
                auto request = metrics.arrive(clock);
                request.schedule();
                request.first_token();
                for (std::uint64_t step = 0; step < steps; ++step) request.tokens(2);
                if (i % 2 == 0) request.finish();  // else abandoned
            }
            --serving;
        });
    sonde::TimePoint now{1000s};
    do {
        registry.tick(now += 1s);
        CHECK_FALSE(registry.families(now).empty());
    } while (serving > 0);
    for (std::thread& thread : threads) thread.join();

    constexpr std::uint64_t requests = thread_count * per_thread;
    CHECK(metrics.waiting.value() == 0);
    CHECK(metrics.running.value() == 0);
    CHECK(metrics.requests.snapshot().total == requests);
    CHECK(metrics.requests.snapshot().failed == requests / 2);
    CHECK(metrics.duration.snapshot().count == requests / 2);
    CHECK(metrics.failed_duration.snapshot().count == requests / 2);
    CHECK(metrics.queue_time.snapshot().count == requests);
    CHECK(metrics.time_to_first_token.snapshot().count == requests);
    CHECK(metrics.inter_token_latency.snapshot().count == requests * steps * 2);
    CHECK(metrics.generation_tokens.total() == requests * (steps * 2 + 1));
}

TEST_CASE("UpDownCounter: 8 threads that add and take away leave what is left", "[metrics][threads]") {
    sonde::UpDownCounter counter;
    std::atomic<int> adding{8};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 20'000; ++i) counter.add(i % 2 == 0 ? t : -1);
            --adding;
        });
    do CHECK(counter.value() >= -8 * 10'000);
    while (adding > 0);
    for (std::thread& thread : threads) thread.join();
    CHECK(counter.value() == 10'000 * (0 + 1 + 2 + 3 + 4 + 5 + 6 + 7) - 8 * 10'000);
}
