// SPDX-License-Identifier: Apache-2.0
#include "sonde/recording/sharded.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "sonde/stats/moments.hpp"
#include "sonde/stats/quantile_sketch.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

constexpr int threads_at_once = 8;

/// Two numbers that are always changed together.
struct Pair {
    std::uint64_t count = 0, sum = 0;
    bool whole = true;

    void observe(std::uint64_t x) noexcept {
        ++count;
        whole = whole && sum % 3 == 0;
        sum += 3 * x;
    }
    void merge(const Pair& other) noexcept {
        whole = whole && other.whole && other.sum % 3 == 0;
        count += other.count;
        sum += other.sum;
    }
};

/// Threads that run at once, and a reader until they have ended.
template <class Work, class Read>
void run(int generations, Work work, Read read) {
    std::atomic<bool> done{false};
    std::thread reader{[&] {
        while (!done) read();
    }};
    for (int generation = 0; generation < generations; ++generation) {
        std::vector<std::thread> threads;
        for (int t = 0; t < threads_at_once; ++t) threads.emplace_back([&work, t] { work(t); });
        for (auto& thread : threads) thread.join();
    }
    done = true;
    reader.join();
}

}  // namespace

TEST_CASE("Sharded: 8 threads and a reader lose no observation of Moments", "[recording][threads]") {
    Sharded<Moments> sharded;
    constexpr std::uint64_t n = 20'000;
    std::uint64_t last = 0;
    bool grows = true;
    run(
        1,
        [&](int t) {
            for (std::uint64_t i = 0; i < n; ++i) sharded.observe(static_cast<double>(t));
        },
        [&] {
            const std::uint64_t count = sharded.snapshot().count();
            grows = grows && count >= last;
            last = count;
        });
    const Moments all = sharded.snapshot();
    CHECK(grows);
    CHECK(all.count() == threads_at_once * n);
    CHECK(all.mean() == Approx(3.5).epsilon(1e-12));
    CHECK(all.minimum() == 0);
    CHECK(all.maximum() == 7);
}

TEST_CASE("Sharded: threads that are born and die under a reader lose nothing", "[recording][threads]") {
    Sharded<Pair> sharded;
    bool whole = true;
    run(
        25,
        [&](int t) {
            for (std::uint64_t i = 0; i < 200; ++i) sharded.observe(i + static_cast<std::uint64_t>(t));
        },
        [&] { whole = whole && sharded.snapshot().whole; });
    const Pair all = sharded.snapshot();
    CHECK(whole);
    CHECK(all.whole);
    CHECK(all.count == 25 * threads_at_once * 200);
    CHECK(all.sum == 3 * 25 * (threads_at_once * (199 * 200 / 2) + 200 * (7 * 8 / 2)));
}

TEST_CASE("Sharded: several readers share what the threads recorded", "[recording][threads]") {
    Sharded<Pair> sharded;
    std::atomic<bool> done{false};
    std::vector<std::thread> others;
    for (int r = 0; r < 2; ++r) {
        others.emplace_back([&] {
            while (!done) static_cast<void>(sharded.snapshot());
        });
    }
    run(
        2,
        [&](int) {
            for (std::uint64_t i = 0; i < 2'000; ++i) sharded.observe(1u);
        },
        [&] { static_cast<void>(sharded.snapshot()); });
    done = true;
    for (auto& other : others) other.join();
    CHECK(sharded.snapshot().count == 2 * threads_at_once * 2'000);
    CHECK(sharded.snapshot().sum == 3 * 2 * threads_at_once * 2'000);
}

TEST_CASE("Sharded: two that merge each other at once do not wait for ever", "[recording][threads]") {
    Sharded<Pair> a, b;
    run(
        1,
        [&](int t) {
            for (int i = 0; i < 100; ++i) {
                (t % 2 == 0 ? a : b).observe(1u);
                if (i % 50 == 0) (t % 2 == 0 ? a : b).merge(t % 2 == 0 ? b : a);
            }
        },
        [&] { static_cast<void>(a.snapshot()); });
    CHECK(a.snapshot().whole);
    CHECK(a.snapshot().count >= 400);
    CHECK(b.snapshot().count >= 400);
}

TEST_CASE("Sharded: what owns memory is handed over whole", "[recording][threads]") {
    Sharded<QuantileSketch> sharded{QuantileSketch{{.relative_error = 0.1, .smallest = 1, .largest = 1e4}}};
    run(
        3,
        [&](int) {
            for (int i = 1; i <= 1'000; ++i) sharded.observe(static_cast<double>(i));
        },
        [&] { static_cast<void>(sharded.snapshot().quantile(0.5)); });
    const QuantileSketch all = sharded.snapshot();
    CHECK(all.count() == 3 * threads_at_once * 1'000);
    CHECK(all.quantile(0.5) == Approx(500).epsilon(0.1));
    CHECK(all.weight() == Approx(3 * threads_at_once * 1'000));
}
