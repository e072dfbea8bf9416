// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <thread>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/latency.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/regions.hpp"

using namespace std::chrono_literals;
using sonde::Duration;

namespace {

constexpr std::size_t recorders = 100;

/// Logarithms spread evenly over three decades from `start` ns on, both ends included.
std::vector<Duration> three_decades(double start) {
    sonde::Rng rng{7};
    std::vector<Duration> durations{Duration{static_cast<std::int64_t>(start)},
                                    Duration{static_cast<std::int64_t>(start * 1000)}};
    while (durations.size() < 20'000)
        durations.push_back(Duration{static_cast<std::int64_t>(start * std::pow(1000, rng.uniform()))});
    return durations;
}

/// Runs `work` on a thread whose region nobody had before: all others are in use.
template <class Work>
void on_fresh_region(Work work) {
    sonde::detail::ThreadCells cells{1};
    const std::size_t others = sonde::testing::region_count();
    std::atomic<std::size_t> holding{0};
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < others; ++i)
        threads.emplace_back([&] {
            cells.add(0, 1);
            ++holding;
            while (!done) std::this_thread::sleep_for(1ms);
        });
    while (holding < others) std::this_thread::sleep_for(1ms);
    std::thread{[&] {
        cells.add(0, 1);
        work();
    }}.join();
    done = true;
    for (auto& thread : threads) thread.join();
}

/// What 100 latencies that see such streams take of one thread's region.
std::size_t resident_of_recorders(double start) {
    const auto durations = three_decades(start);
    std::deque<sonde::Latency> latencies(recorders);
    std::size_t resident = 0;
    on_fresh_region([&] {
        const std::size_t before = sonde::testing::resident_bytes(sonde::detail::own_region);
        for (auto& latency : latencies) latency.observe(durations);
        resident = sonde::testing::resident_bytes(sonde::detail::own_region) - before;
    });
    return resident;
}

}  // namespace

TEST_CASE("Latency: a stream over three decades takes at most 12 KB a thread, from 1 ms to 1 s 8 KB",
          "[metrics][memory]") {
    constexpr std::size_t kib = 1024, heads = 4 * kib;  // 32 bytes each, in a page of their own
    if (sysconf(_SC_PAGESIZE) != 4096) {
        WARN("skipped: pages are not 4 kB here");
        return;
    }
    for (const double start : {1e3, 1e4, 1e5, 1.4e5, 3e5, 1e6, 1e7, 3.7e7}) {
        CAPTURE(start);
        const std::size_t resident = resident_of_recorders(start);
        CHECK(resident <= recorders * 12 * kib + heads);
        CHECK(resident >= recorders * 8 * kib);  // or else we looked in the wrong place
    }
    CHECK(resident_of_recorders(1e6) <= recorders * 8 * kib + heads);
}

TEST_CASE("Latency: a full window of 10 s takes at most 60 KB, the three usual ones 180 KB",
          "[metrics][memory]") {
    const auto durations = three_decades(1e6);
    const auto held = [&](const std::vector<Duration>& windows, std::uint64_t times) {
        sonde::Latency latency{{.windows = windows}};
        const sonde::testing::AllocationCount count;
        sonde::TimePoint now{1000s};
        for (Duration ticked{0}; ticked < 2 * windows.back(); ticked += 1s) {
            for (const Duration duration : durations) latency.observe(duration, times);
            latency.tick(now += 1s);
        }
        return count.held_since_start();
    };
    // Counts of few and of many digits: 4e5 and 1e12 records.
    for (const std::uint64_t times : {1u, 2'500'000u}) {
        const std::int64_t bytes = held({10s}, times);
        CHECK(bytes <= 60'000);
#if __has_include(<malloc.h>)
        CHECK(bytes >= 12 * 600 * 2);  // 12 slices of some 640 buckets, 2 bytes each at least
#endif
    }
    CHECK(held({10s, 60s, 300s}, 1) <= 180'000);
}
