// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/label_join.hpp"

#include <thread>
#include <vector>

#include "sonde/core/atomic.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using sonde::Classification;
using sonde::LabelJoin;
using sonde::TimePoint;

namespace {

constexpr std::uint64_t threads = 8;

TimePoint at(std::uint64_t i) { return TimePoint{sonde::Duration{static_cast<std::int64_t>(i)}}; }

/// Runs `work(thread)` on 8 threads.
template <class Work>
void in_parallel(Work work) {
    std::vector<std::thread> workers;
    for (std::uint64_t t = 0; t < threads; ++t) workers.emplace_back([&work, t] { work(t); });
    for (std::thread& worker : workers) worker.join();
}

std::uint64_t lost(const LabelJoin::Snapshot& s) { return s.evicted + s.expired + s.replaced + s.dropped; }

}  // namespace

TEST_CASE("LabelJoin: 8 threads under capacity lose nothing and join every label rightly",
          "[metrics][threads]") {
    constexpr std::uint64_t rounds = 200, batch = 100;
    Classification quality{{.classes = 64}};
    LabelJoin join{{.capacity = threads * batch}, quality};
    sonde::detail::Atomic<std::uint64_t> missed;
    in_parallel([&](std::uint64_t t) {
        for (std::uint64_t round = 0; round < rounds; ++round) {
            const std::uint64_t first = (t * rounds + round) * batch;
            for (std::uint64_t id = first; id < first + batch; ++id) join.predict(id, id % 64, at(id));
            for (std::uint64_t id = first; id < first + batch; ++id)
                if (!join.label(id, id % 64)) missed.add(1);
        }
    });
    const std::uint64_t all = threads * rounds * batch;
    CHECK(missed.load() == 0);
    CHECK(join.snapshot() == LabelJoin::Snapshot{.predictions = all, .joined = all});
    CHECK(quality.snapshot().total() == static_cast<double>(all));
    CHECK(quality.snapshot().accuracy() == 1);
}

TEST_CASE("LabelJoin: 8 threads on a table far too small join no label wrongly and count every loss",
          "[metrics][threads]") {
    constexpr std::uint64_t rounds = 20'000, behind = 8;
    Classification quality{{.classes = 64}};
    LabelJoin join{{.capacity = 8, .timeout = std::chrono::nanoseconds{rounds / 2}}, quality};
    in_parallel([&](std::uint64_t t) {
        for (std::uint64_t i = 0; i < rounds; ++i) {
            join.predict(i * threads + t, (i * threads + t) % 64, at(i));
            if (i < behind) continue;
            const std::uint64_t id = (i - behind) * threads + t;
            join.label(id, id % 64);
            if (i % 1000 == 0) join.tick(at(i));
        }
    });
    const LabelJoin::Snapshot s = join.snapshot();
    CHECK(quality.snapshot().accuracy() == 1);
    CHECK(quality.snapshot().total() == static_cast<double>(s.joined));
    CHECK(s.predictions == threads * rounds);
    CHECK(s.joined + s.unmatched == threads * (rounds - behind));
    CHECK(s.predictions == s.joined + s.pending + lost(s));
    CHECK(s.pending <= 16);
    CHECK(lost(s) > 0);
}

TEST_CASE("LabelJoin: of 8 threads that bring the same label one joins it", "[metrics][threads]") {
    constexpr std::uint64_t ids = 5'000;
    Classification quality{{.classes = 64}};
    LabelJoin join{{.capacity = ids}, quality};
    for (std::uint64_t id = 0; id < ids; ++id) join.predict(id, id % 64, at(0));
    sonde::detail::Atomic<std::uint64_t> joined;
    in_parallel([&](std::uint64_t) {
        for (std::uint64_t id = 0; id < ids; ++id)
            if (join.label(id, id % 64)) joined.add(1);
    });
    CHECK(joined.load() == ids);
    CHECK(join.snapshot().unmatched == (threads - 1) * ids);
    CHECK(quality.snapshot().accuracy() == 1);
}

TEST_CASE("LabelJoin: labels that come on another thread find their predictions", "[metrics][threads]") {
    constexpr std::uint64_t rounds = 20'000;
    Classification quality{{.classes = 64}};
    LabelJoin join{{.capacity = threads / 2 * rounds}, quality};
    sonde::detail::Atomic<std::uint64_t> predicted[threads / 2], missed;
    in_parallel([&](std::uint64_t t) {  // threads 0 .. 3 predict, 4 .. 7 label after them
        const std::uint64_t pair = t % (threads / 2);
        for (std::uint64_t i = 0; i < rounds; ++i) {
            const std::uint64_t id = i * threads + pair;
            if (t == pair) {
                join.predict(id, id % 64, at(i));
                predicted[pair].store_release(i + 1);
            } else {
                while (predicted[pair].load_acquire() <= i) std::this_thread::yield();
                if (!join.label(id, id % 64)) missed.add(1);
            }
        }
    });
    CHECK(missed.load() == 0);
    CHECK(quality.snapshot().accuracy() == 1);
    CHECK(join.snapshot().pending == 0);
}
