// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/tsc_clock.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace sonde;
using namespace std::chrono_literals;

TEST_CASE("TscClock: 4 threads may make the first ones at the same time", "[core][threads]") {
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&wrong] {
            for (int i = 0; i < 50; ++i) {
                const TimePoint before = SteadyClock{}.now();
                const TimePoint now = TscClock{}.now();
                const TimePoint after = SteadyClock{}.now();
                if (now < before - 20us || now > after + 20us) ++wrong;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
}
