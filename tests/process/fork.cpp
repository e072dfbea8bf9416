// SPDX-License-Identifier: Apache-2.0
// A process forks again and again while its threads record, are born and end, and metrics come and go. Every
// child must find a copy of the counts and record on in it, with threads of its own.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>
#include <vector>

#include "check.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/latency.hpp"

using namespace std::chrono_literals;
using sonde::Duration;
using sonde::testing::must;
using sonde::testing::must_equal;

namespace {

constexpr int forks = 200, thread_count = 3, per_thread = 1000;

struct Metrics {
    sonde::Latency latency;
    sonde::Counter counter;

    void record() noexcept {
        latency.observe(1ms);
        counter.observe();
    }
};

bool loaded(const bool& flag) { return __atomic_load_n(&flag, __ATOMIC_SEQ_CST); }

/// The child has one thread; that of the parent which called fork. Its counts stand still until it records.
void be_child(Metrics& metrics, std::uint64_t before) {
    alarm(20);  // ends a child that waits for a lock of a thread which it does not have
    const std::uint64_t count = metrics.counter.value(), durations = metrics.latency.snapshot().count;
    must(count >= before, "the child has what was recorded before the fork");
    must_equal(metrics.counter.value(), count, "the child's copy is its own");
    for (int i = 0; i < per_thread; ++i) metrics.record();
    std::vector<std::thread> threads;
    for (int t = 0; t < thread_count; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < per_thread; ++i) metrics.record();
        });
    for (auto& thread : threads) thread.join();
    constexpr std::uint64_t more = (thread_count + 1) * per_thread;
    must_equal(metrics.counter.value(), count + more, "counts of the child");
    must_equal(metrics.latency.snapshot().count, durations + more, "durations of the child");
    sonde::Latency fresh;
    fresh.observe(2ms);
    must_equal(fresh.snapshot().count, 1, "a metric that the child makes");
    const sonde::TimePoint now{1000s};
    fresh.tick(now);
    fresh.observe(3ms);
    const auto window = fresh.window(10s, now + 1s);
    must(window && window->count == 1, "a window of the child");
    std::_Exit(EXIT_SUCCESS);
}

void fork_once(Metrics& metrics) {
    const std::uint64_t before = metrics.counter.value();
    const pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0) be_child(metrics, before);
    int status = 0;
    must(waitpid(child, &status, 0) == child, "waitpid");
    if (WIFSIGNALED(status)) std::fprintf(stderr, "the child got signal %d\n", WTERMSIG(status));
    must(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS, "the child");
}

/// What goes on in the parent while it forks. Returns how often it recorded.
std::uint64_t record_on(Metrics& metrics, const bool& stop) {
    std::uint64_t recorded = 0;
    for (; !loaded(stop); ++recorded) metrics.record();
    return recorded;
}
std::uint64_t start_threads(Metrics& metrics, const bool& stop) {
    std::uint64_t recorded = 0;
    for (; !loaded(stop); ++recorded) std::thread{[&] { metrics.record(); }}.join();
    return recorded;
}
std::uint64_t make_metrics_and_read(Metrics& metrics, const bool& stop) {
    while (!loaded(stop)) {
        Metrics other;
        other.record();
        must(other.latency.snapshot().count == 1, "a short-lived metric");
        must(metrics.latency.snapshot().sum >= Duration::zero(), "a snapshot");
    }
    return 0;
}

}  // namespace

int main() {
    Metrics metrics;
    bool stop = false;
    std::uint64_t recorded[4] = {};
    std::vector<std::thread> threads;
    threads.emplace_back([&] { recorded[0] = record_on(metrics, stop); });
    threads.emplace_back([&] { recorded[1] = record_on(metrics, stop); });
    threads.emplace_back([&] { recorded[2] = start_threads(metrics, stop); });
    threads.emplace_back([&] { recorded[3] = make_metrics_and_read(metrics, stop); });
    // Half of them by a thread that never recorded, half by one that does; both have children that thrive.
    for (int i = 0; i < forks / 2; ++i) fork_once(metrics);
    std::uint64_t here = 0;
    for (int i = 0; i < forks / 2; ++i, ++here) {
        metrics.record();
        fork_once(metrics);
    }
    __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
    for (auto& thread : threads) thread.join();
    const std::uint64_t all = here + recorded[0] + recorded[1] + recorded[2];
    must_equal(metrics.counter.value(), all, "counts of the parent");
    must_equal(metrics.latency.snapshot().count, all, "durations of the parent");
    std::printf("%d forks\n", forks);
}
