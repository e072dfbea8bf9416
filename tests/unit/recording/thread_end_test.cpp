// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/latency.hpp"
#include "sonde/recording/thread_cells.hpp"
#include "support/catch.hpp"
#include "support/regions.hpp"

using namespace std::chrono_literals;
using sonde::Duration;
using sonde::detail::ThreadCells;
using sonde::testing::region_count;
using sonde::testing::resident_bytes;

namespace {

/// Runs `work` on threads that all live until the last of them is done with it.
void at_once(int count, const std::function<void(int)>& work) {
    std::atomic<int> busy{count};
    std::vector<std::thread> threads;
    for (int t = 0; t < count; ++t)
        threads.emplace_back([&, t] {
            work(t);
            --busy;
            while (busy > 0) std::this_thread::sleep_for(1ms);
        });
    for (auto& thread : threads) thread.join();
}

void on_thread(const std::function<void()>& work) { std::thread{work}.join(); }

/// A value in every page of a latency's buckets but the last ones.
constexpr int octaves = 40;
Duration in_octave(int i) { return Duration{std::int64_t{1} << i}; }

/// Calls `work` when its thread ends.
struct AtThreadEnd {
    std::function<void()> work;
    ~AtThreadEnd() {
        if (work) work();
    }
};
thread_local AtThreadEnd at_thread_end;

}  // namespace

TEST_CASE("Latency: of more threads than after nothing is lost, and their memory goes back",
          "[recording][threads]") {
    constexpr int threads = 64, latencies = 20;
    std::deque<sonde::Latency> all(latencies);
    on_thread([&] { all[0].observe(1ms); });  // what is made once is there
    const std::size_t before = resident_bytes();
    std::size_t at_peak = 0;
    std::atomic<int> recorded{0};
    at_once(threads, [&](int t) {
        for (auto& latency : all)
            for (int i = 0; i < octaves; ++i) latency.observe(in_octave(i) + Duration{t});
        if (++recorded == threads) at_peak = resident_bytes();
    });
    on_thread([&] {
        for (auto& latency : all) latency.observe(1ms);
    });
    const std::size_t after = resident_bytes();
    if (sysconf(_SC_PAGESIZE) == 4096) {
        CHECK(at_peak > before + 20'000'000);
        CHECK(after < before + 6'000'000);  // those of a few threads, for the next ones
    }
    Duration sum{0};
    for (int t = 0; t < threads; ++t)
        for (int i = 0; i < octaves; ++i) sum += in_octave(i) + Duration{t};
    for (auto& latency : all) {
        const bool first = &latency == &all.front();
        const auto snapshot = latency.snapshot();
        CHECK(snapshot.count == threads * octaves + (first ? 2 : 1));
        CHECK(snapshot.sum == sum + (first ? 2ms : 1ms));
        CHECK(snapshot.min == Duration{1});
        CHECK(snapshot.max == in_octave(octaves - 1) + Duration{threads - 1});
    }
}

TEST_CASE("ThreadCells: threads that come one after the other share a region", "[recording][threads]") {
    sonde::Counter counter;
    on_thread([&] { counter.observe(); });
    const std::size_t before = region_count();
    for (int i = 0; i < 1000; ++i) on_thread([&] { counter.observe(); });
    CHECK(counter.value() == 1001);
    CHECK(region_count() == before);
    at_once(16, [&](int) { counter.observe(); });
    const std::size_t more = region_count();
    CHECK(more <= before + 16);
    for (int i = 0; i < 50; ++i) at_once(16, [&](int) { counter.observe(); });
    CHECK(counter.value() == 1001 + 16 * 51);
    CHECK(region_count() == more);
}

TEST_CASE("Latency, Counter: destructors of a thread record when its region is gone already",
          "[recording][threads]") {
    sonde::Latency latency;
    sonde::Counter counter;
    const auto record = [&] {
        latency.observe(2ms);
        latency.observe(3ms, 2);
        const std::vector<Duration> batch{4ms, 5ms};
        latency.observe(batch);
        auto shard = latency.shard();
        shard.observe(6ms);
        latency.observe(Duration{-1});
        counter.observe();
    };
    at_once(16, [&](int t) {
        at_thread_end.work =
            record;                // made before the thread has a region, so destroyed after that is parked
        if (t % 2 == 0) record();  // the others never had one
    });
    CHECK(latency.snapshot().count == 24 * 7);
    CHECK(latency.snapshot().sum == 24 * 23ms);
    CHECK(latency.snapshot().max == 6ms);
    CHECK(latency.snapshot().min == 0ms);
    CHECK(latency.clamped() == 24);
    CHECK(counter.value() == 24);
    const std::size_t regions = region_count();
    for (int i = 0; i < 100; ++i)
        on_thread([&] {
            at_thread_end.work = record;
            if (i % 2 == 0) record();
        });
    CHECK(counter.value() == 24 + 150);
    CHECK(region_count() == regions);  // none was taken by a thread that could not give it back
}

TEST_CASE("Latency: handles of threads that have ended are counted", "[recording][threads]") {
    sonde::Latency latency;
    at_once(8, [&](int t) {
        auto shard = latency.shard();
        for (int i = 1; i <= 1000; ++i) {
            shard.observe(Duration{i * (t + 1)});
            if (i % 10 == 0) latency.observe(Duration{-1});
        }
    });
    CHECK(latency.snapshot().count == 8800);
    CHECK(latency.snapshot().sum == Duration{36 * 1000 * 1001 / 2});
    CHECK(latency.snapshot().max == Duration{8000});
    CHECK(latency.clamped() == 800);
}

TEST_CASE("ThreadCells: what takes the place of another starts at 0 in every thread",
          "[recording][threads]") {
    constexpr int threads = 6;
    const auto count = [](const sonde::Latency& latency) { return latency.snapshot().count; };
    auto latency = std::make_unique<sonde::Latency>();
    auto cells = std::make_unique<ThreadCells>(3);
    const std::size_t place = cells->slot().offset;
    // Threads that have ended leave counts in parked regions, in common cells, and in regions of living ones.
    at_once(12, [&](int) { latency->observe(1ms), cells->add(2, 7); });
    std::atomic<int> recorded{0}, again{0};
    std::atomic<bool> replaced{false};
    std::vector<std::thread> living;
    for (int t = 0; t < threads; ++t)
        living.emplace_back([&] {
            latency->observe(1ms);
            cells->add(2, 7);
            ++recorded;
            while (!replaced) std::this_thread::sleep_for(1ms);
            latency->observe(2ms);
            cells->add(0, 1);
            ++again;
        });
    while (recorded < threads) std::this_thread::sleep_for(1ms);
    CHECK(count(*latency) == 12 + threads);
    CHECK(cells->total(2) == 7 * (12 + threads));
    latency.reset();
    cells.reset();
    latency = std::make_unique<sonde::Latency>();
    cells = std::make_unique<ThreadCells>(3);
    CHECK(cells->slot().offset == place);
    CHECK(count(*latency) == 0);
    for (std::size_t i = 0; i < 3; ++i) CHECK(cells->total(i) == 0);
    replaced = true;
    while (again < threads) std::this_thread::sleep_for(1ms);
    for (auto& thread : living) thread.join();
    CHECK(count(*latency) == threads);
    CHECK(latency->snapshot().min == 2ms);
    CHECK(cells->total(0) == threads);
    CHECK(cells->total(2) == 0);
}

namespace {

/// A thread that starts while the regions are being read, calls `first` then, and `later` when they are not.
void born_while_reading(const std::function<void()>& first, const std::function<void()>& later) {
    const ThreadCells any{1};
    std::atomic<bool> started{false}, read{false};
    std::optional<std::thread> thread;
    any.visit_regions([&](const sonde::detail::Region*) {
        if (thread) return;
        thread.emplace([&] {
            first();
            started = true;
            while (!read) std::this_thread::sleep_for(1ms);
            later();
        });
        while (!started) std::this_thread::sleep_for(1ms);  // for ever, if the thread waits for the reader
    });
    read = true;
    thread->join();
}

}  // namespace

TEST_CASE("ThreadCells: a thread whose first record comes while others read does not wait, and loses nothing",
          "[recording][threads]") {
    ThreadCells cells{1};
    bool own_first = true, own_later = false;
    born_while_reading(
        [&] {
            own_first = cells.own() != nullptr;
            cells.add(0, 1);
        },
        [&] {
            own_later = cells.own() != nullptr;
            cells.add(0, 1);
        });
    CHECK_FALSE(own_first);
    CHECK(own_later);
    CHECK(cells.total(0) == 2);
}

TEST_CASE("ThreadCells: a thread that found no region until it ends takes none", "[recording][threads]") {
    sonde::Counter counter;
    at_once(4, [&](int) { counter.observe(); });
    const std::size_t before = region_count();
    for (int i = 0; i < 20; ++i)
        born_while_reading(
            [&] {
                at_thread_end.work = [&] { counter.observe(); };
                counter.observe();
            },
            [] {});
    CHECK(counter.value() == 4 + 40);
    CHECK(region_count() == before);
}
