// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/classification.hpp"

#include <thread>
#include <vector>

#include "sonde/core/atomic.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;

TEST_CASE("Classification: 8 threads lose no count while windows are read", "[metrics][threads]") {
    constexpr std::size_t threads = 8, rounds = 50'000;
    sonde::Classification quality{{.classes = 4, .half_life = 1s}};
    sonde::detail::Atomic<int> running{static_cast<int>(threads)};
    std::vector<std::thread> recorders;
    for (std::size_t t = 0; t < threads; ++t) {
        recorders.emplace_back([&, t] {
            for (std::size_t i = 0; i < rounds; ++i) quality.observe((i + t) % 5, i % 4);
            running.add_ordered(-1);
        });
    }
    sonde::testing::ManualClock clock;
    double before = 0;
    bool grows = true;
    while (running.load_ordered() > 0) {
        clock.advance(1s);
        quality.tick(clock.now());
        const auto snapshot = quality.snapshot();
        grows = grows && snapshot.total() >= before;
        before = snapshot.total();
        if (const auto window = quality.window(10s, clock.now())) grows = grows && window->accuracy() <= 1;
        if (const auto faded = quality.decayed(clock.now())) grows = grows && faded->accuracy() <= 1;
    }
    for (std::thread& recorder : recorders) recorder.join();
    CHECK(grows);
    CHECK(quality.snapshot().total() + quality.snapshot().rejected() == threads * rounds);
    CHECK(quality.rejected() == threads * rounds / 5);
}
