// SPDX-License-Identifier: Apache-2.0
#include "sonde/recording/sharded.hpp"

#include <atomic>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "sonde/core/concepts.hpp"
#include "sonde/metrics/confusion.hpp"
#include "sonde/stats/decayed_moments.hpp"
#include "sonde/stats/moments.hpp"
#include "sonde/stats/quantile_sketch.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

static_assert(Metric<Sharded<Moments>> && Observer<Sharded<Moments>, double>);
static_assert(Metric<Sharded<QuantileSketch>> && Observer<Sharded<QuantileSketch>, double, TimePoint>);
static_assert(!Observer<Sharded<Moments>, const char*>);
static_assert(!Metric<Sharded<ConfusionMatrix>>);  // whose merge may throw

/// A user's own, which counts its copies and can be told to fail.
struct Tally {
    static inline std::atomic<int> alive{0};
    static inline bool no_memory = false, refuses = false;

    Tally() { ++alive; }
    Tally(const Tally& other) : count{other.count} {
        if (no_memory) throw std::bad_alloc{};
        ++alive;
    }
    Tally& operator=(const Tally& other) {
        if (no_memory) throw std::bad_alloc{};
        count = other.count;
        return *this;
    }
    ~Tally() { --alive; }

    void add(std::uint64_t n) noexcept { count += n; }
    void merge(const Tally& other) {
        if (refuses) throw std::runtime_error{"no"};
        count += other.count;
    }

    std::uint64_t count = 0;
};

/// Runs `work` on so many threads that are alive at the same time.
template <class Work>
void on_threads(int n, Work work) {
    std::atomic<int> there{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < n; ++t) {
        threads.emplace_back([&] {
            work();
            ++there;
            while (there < n) std::this_thread::yield();
        });
    }
    for (auto& thread : threads) thread.join();
}

/// Observes when its thread is nearly gone.
struct AtThreadEnd {
    Sharded<Moments>* sharded = nullptr;
    ~AtThreadEnd() {
        if (sharded != nullptr) sharded->observe(1);
    }
};
thread_local AtThreadEnd at_thread_end;

}  // namespace

TEST_CASE("Sharded: of one thread is what its statistic is", "[recording]") {
    Sharded<Moments> sharded;
    Moments moments;
    for (int i = 0; i < 1000; ++i) {
        sharded.observe(i % 7);
        moments.observe(i % 7);
        if (i % 100 == 0) static_cast<void>(sharded.snapshot());
    }
    const Moments all = sharded.snapshot();
    CHECK(all.count() == 1000);
    CHECK(all.mean() == Approx(moments.mean()).epsilon(1e-12));
    CHECK(all.variance() == Approx(moments.variance()).epsilon(1e-12));
    CHECK(all.minimum() == 0);
    CHECK(all.maximum() == 6);
}

TEST_CASE("Sharded: a snapshot counts every observation once, however many came before", "[recording]") {
    Sharded<Tally> sharded;
    CHECK(sharded.snapshot().count == 0);
    sharded.observe(5u);
    for (int i = 0; i < 3; ++i) CHECK(sharded.snapshot().count == 5);
    sharded.observe(2u);
    CHECK(sharded.snapshot().count == 7);
    sharded.observe(1u);
    sharded.observe(1u);
    CHECK(sharded.snapshot().count == 9);
}

TEST_CASE("Sharded: threads begin with the prototype's options", "[recording]") {
    Sharded<ConfusionMatrix> sharded{ConfusionMatrix{3}};
    on_threads(4, [&] {
        sharded.observe(2u, 1u);
        sharded.observe(0u, 0u, 10u);
    });
    const ConfusionMatrix all = sharded.snapshot();
    CHECK(all.classes().size() == 3);
    CHECK(all.count(2, 1) == 4);
    CHECK(all.count(0, 0) == 40);
    CHECK(all.total() == 44);
}

TEST_CASE("Sharded: numbers that fade with time fade as in one stream", "[recording]") {
    const DecayedMoments prototype{Decay::half_life(std::chrono::seconds{1})};
    Sharded<DecayedMoments> sharded{prototype};
    DecayedMoments one = prototype;
    TimePoint now{};
    for (int i = 0; i < 40; ++i) {
        now += std::chrono::milliseconds{100};
        std::thread{[&] { sharded.observe(i, now); }}.join();
        one.observe(i, now);
        if (i % 9 == 0) static_cast<void>(sharded.snapshot());
    }
    CHECK(sharded.snapshot().mean() == Approx(one.mean()).epsilon(1e-9));
    CHECK(sharded.snapshot().weight() == Approx(one.weight()).epsilon(1e-9));
}

TEST_CASE("Sharded: with reaches the thread's own, and passes on what is thrown", "[recording]") {
    Sharded<Tally> sharded;
    sharded.with([](Tally& mine) {
        mine.count += 3;
        ++mine.count;
    });
    CHECK(sharded.snapshot().count == 4);
    CHECK_THROWS_AS(sharded.with([](Tally& mine) {
        mine.count = 1;
        throw std::runtime_error{"mine"};
    }),
                    std::runtime_error);
    CHECK(sharded.snapshot().count == 5);  // the visit has ended all the same
    STATIC_REQUIRE(noexcept(sharded.with([](Tally&) noexcept {})));
    STATIC_REQUIRE_FALSE(noexcept(sharded.with([](Tally&) {})));
}

TEST_CASE("Sharded: observe allocates nothing but a thread's shard", "[recording]") {
    Sharded<QuantileSketch> sharded;
    sharded.observe(1);
    for (int i = 0; i < 3; ++i) static_cast<void>(sharded.snapshot());
    const testing::AllocationCount count;
    for (int i = 0; i < 1000; ++i) sharded.observe(i);
    CHECK(count.since_start() == 0);
    std::uint64_t first = 0, second = 0;
    std::thread{[&] {
        const testing::AllocationCount own;
        sharded.observe(1);
        first = own.since_start();
        sharded.observe(1);
        second = own.since_start();
    }}.join();
    CHECK(first > 0);
    CHECK(second == first);
}

TEST_CASE("Sharded: threads that have ended count, and hand their shards on", "[recording]") {
    const int before = Tally::alive;
    {
        Sharded<Tally> sharded;
        std::thread{[&] { sharded.observe(1u); }}.join();
        const int alive = Tally::alive;
        for (int i = 0; i < 19; ++i) std::thread{[&] { sharded.observe(1u); }}.join();
        CHECK(Tally::alive == alive);
        // The pool empties most of their cells in between. As many shards as it has regions, not 400.
        for (int i = 0; i < 20; ++i) on_threads(20, [&] { sharded.observe(1u); });
        CHECK(Tally::alive < alive + 2 * 200);
        CHECK(sharded.snapshot().count == 420);
    }
    CHECK(Tally::alive == before);
}

TEST_CASE("Sharded: a thread observes until its very end", "[recording]") {
    Sharded<Moments> sharded;
    for (int i = 0; i < 3; ++i) {
        std::thread{[&] {
            at_thread_end.sharded = &sharded;  // made before the thread has a region: ends after
            sharded.observe(1);
        }}.join();
    }
    CHECK(sharded.snapshot().count() == 6);
}

TEST_CASE("Sharded: threads without memory for a shard share one", "[recording]") {
    Sharded<Tally> sharded;
    Tally::no_memory = true;
    on_threads(4, [&] {
        for (int i = 0; i < 100; ++i) sharded.observe(1u);
    });
    Tally::no_memory = false;
    CHECK(sharded.snapshot().count == 400);
    sharded.observe(1u);
    CHECK(sharded.snapshot().count == 401);
}

TEST_CASE("Sharded: a snapshot that throws loses nothing", "[recording]") {
    Sharded<Tally> sharded;
    sharded.observe(1u);
    CHECK(sharded.snapshot().count == 1);
    sharded.observe(2u);
    bool* const failure = GENERATE(&Tally::no_memory, &Tally::refuses);
    *failure = true;
    for (int i = 0; i < 3; ++i) {
        CHECK_THROWS(sharded.snapshot());
        sharded.observe(3u);
    }
    *failure = false;
    CHECK(sharded.snapshot().count == 12);
}

TEST_CASE("Sharded: merge adds what the other observed, of itself too", "[recording]") {
    Sharded<Moments> a, b;
    a.observe(1);
    b.observe(5);
    on_threads(2, [&] { b.observe(3); });
    a.merge(b);
    CHECK(a.snapshot().count() == 4);
    CHECK(a.snapshot().mean() == Approx(3));
    CHECK(b.snapshot().count() == 3);
    a.merge(a);
    CHECK(a.snapshot().count() == 8);
    CHECK(a.snapshot().mean() == Approx(3));
}

TEST_CASE("Sharded: merge passes on what a merge throws", "[recording]") {
    Sharded<ConfusionMatrix> two{ConfusionMatrix{2}}, three{ConfusionMatrix{3}};
    two.observe(1u, 1u);
    three.observe(1u, 1u);
    CHECK_THROWS_AS(two.merge(three), std::invalid_argument);
    CHECK(two.snapshot().total() == 1);
    CHECK(three.snapshot().total() == 1);
}
