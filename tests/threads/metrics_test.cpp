// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "sonde/metrics/registry.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::Duration;

namespace {

constexpr int thread_count = 8, per_thread = 20'000;

/// Runs `work(thread)` on 8 threads, and `meanwhile` on this one until they are done.
void on_8_threads(const std::function<void(int)>& work, const std::function<void()>& meanwhile) {
    std::atomic<int> running{thread_count};
    std::vector<std::thread> threads;
    for (int t = 0; t < thread_count; ++t)
        threads.emplace_back([&, t] {
            work(t);
            --running;
        });
    do meanwhile();
    while (running > 0);
    for (auto& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("Counter, Throughput, Gauge: 8 threads lose no count", "[metrics][threads]") {
    sonde::Counter counter;
    sonde::Throughput throughput;
    sonde::Gauge gauge;
    sonde::TimePoint now{1000s};
    std::uint64_t last = 0;
    on_8_threads(
        [&](int) {
            for (int i = 0; i < per_thread; ++i) {
                counter.observe();
                throughput.observe(2);
                gauge.add(1);
            }
        },
        [&] {
            const std::uint64_t here = counter.value();
            if (here < last) throw std::logic_error{"the counter fell"};
            last = here;
            throughput.tick(now += 1s);
        });
    CHECK(counter.value() == thread_count * per_thread);
    CHECK(throughput.total() == 2 * thread_count * per_thread);
    CHECK(gauge.value() == static_cast<double>(thread_count * per_thread));
}

TEST_CASE("Latency: 8 threads lose no count, and snapshots taken meanwhile are sound", "[metrics][threads]") {
    sonde::Latency latency;
    sonde::TimePoint now{1000s};
    std::uint64_t last = 0;
    bool sound = true;
    on_8_threads(
        [&](int t) {
            for (int i = 0; i < per_thread; ++i) latency.observe(Duration{(i % 1000) * 1'000 + t});
        },
        [&] {
            latency.tick(now += 1s);
            const auto snapshot = latency.snapshot();
            std::uint64_t sum = 0;
            for (const auto& bucket : snapshot.buckets) sum += bucket.count;
            sound = sound && sum == snapshot.count && snapshot.count >= last && snapshot.min <= snapshot.max;
            last = snapshot.count;
            Duration low = snapshot.min;
            for (const double q : {0.0, 0.5, 0.9, 0.99, 1.0}) {
                const auto value = snapshot.quantile(q);
                if (!value) continue;
                sound = sound && low <= *value && *value <= snapshot.max;
                low = *value;
            }
            const auto window = latency.window(10s, now + 1s);
            sound = sound && (!window || window->count <= latency.snapshot().count);
        });
    CHECK(sound);
    const auto snapshot = latency.snapshot();
    CHECK(snapshot.count == thread_count * per_thread);
    std::int64_t sum = 0;
    for (int t = 0; t < thread_count; ++t)
        for (int i = 0; i < per_thread; ++i) sum += (i % 1000) * 1'000 + t;
    CHECK(snapshot.sum == Duration{sum});
    CHECK(snapshot.max == Duration{999'007});
    CHECK(snapshot.min == Duration{0});
}

TEST_CASE("ErrorRate: 8 threads that bind the same reasons lose no count", "[metrics][threads]") {
    sonde::ErrorRate errors{{.max_reasons = 4}};
    sonde::TimePoint now{1000s};
    bool sound = true;
    on_8_threads(
        [&](int t) {
            for (int i = 0; i < per_thread; ++i)
                errors.observe(i % 2 == 0 ? sonde::Outcome::ok : errors.reason(std::to_string((t + i) % 6)));
        },
        [&] {
            errors.tick(now += 1s);
            const auto snapshot = errors.snapshot();
            std::uint64_t failed = 0;
            for (const auto& reason : snapshot.reasons) failed += reason.count;
            sound = sound && failed == snapshot.failed && failed <= snapshot.total;
        });
    CHECK(sound);
    CHECK(errors.snapshot().total == thread_count * per_thread);
    CHECK(errors.snapshot().failed == thread_count * per_thread / 2);
    CHECK(errors.snapshot().reasons.size() == 5);
}

TEST_CASE("Utilization: both numbers always belong together", "[metrics][threads]") {
    sonde::Utilization memory;
    bool sound = true;
    on_8_threads(
        [&](int t) {
            for (int i = 1; i <= per_thread; ++i) memory.set(i + t, 2 * (i + t));
        },
        [&] {
            if (const auto usage = memory.snapshot()) sound = sound && usage->total == 2 * usage->used;
        });
    CHECK(sound);
    CHECK(memory.snapshot());
    CHECK(memory.rejected() == 0);
}

TEST_CASE("Registry: 8 threads that register the same families get the same objects", "[metrics][threads]") {
    sonde::Registry registry{{.max_series = 50}};
    sonde::TimePoint now{1000s};
    on_8_threads(
        [&](int) {
            for (int i = 0; i < 400; ++i) {
                const std::string user = std::to_string(i % 100);
                registry.counter("requests_total", "Requests.", {{"user", user}}).observe();
                registry.latency("request_seconds", "Time.", {{"user", std::to_string(i % 4)}}).observe(1ms);
            }
        },
        [&] {
            registry.tick(now += 1s);
            (void)registry.families(now);
        });
    std::uint64_t requests = 0;
    for (const auto& family : registry.families(now))
        if (family.name == "sonde_requests_total") {
            CHECK(family.series.size() == 51);
            for (const auto& series : family.series) requests += series.value.whole;
        }
    CHECK(requests == thread_count * 400);
    CHECK(registry.latency("request_seconds", "Time.", {{"user", "0"}}).snapshot().count ==
          thread_count * 100);
}
