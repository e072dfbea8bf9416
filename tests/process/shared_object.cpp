// SPDX-License-Identifier: Apache-2.0
// Two copies of sonde in one process: this program's and that of the shared object named on the command line.
// Each records into metrics of the other, and the object is closed while threads are still recording in it.
#include <dlfcn.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "check.hpp"
#include "plugin.hpp"

using namespace std::chrono_literals;
using sonde::testing::must;
using sonde::testing::must_equal;

namespace {

constexpr int rounds = 20, thread_count = 4, times = 1000;

struct Opened {
    void* handle;
    const Plugin* plugin;
};

Opened open_plugin(const char* path) {
    void* const handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) std::fprintf(stderr, "%s\n", dlerror());
    must(handle != nullptr, "the shared object opens");
    const auto entry = reinterpret_cast<const Plugin* (*)()>(dlsym(handle, "sonde_plugin"));
    must(entry != nullptr, "it has an entry");
    return {handle, entry()};
}

template <class Work>
void on_threads(Work work) {
    std::vector<std::thread> threads;
    for (int t = 0; t < thread_count; ++t) threads.emplace_back(work);
    for (auto& thread : threads) thread.join();
}

/// Metrics of one copy, code of the other. Every thread has a region of both copies.
void test_foreign_metrics(const Plugin& plugin) {
    // Different offsets for what the two copies make, and something there already.
    std::vector<sonde::Counter> shift(100);
    sonde::Latency latency, merged;
    sonde::Counter counter;
    sonde::Latency* const theirs = plugin.make();
    on_threads([&] {
        for (int i = 0; i < times; ++i) {
            for (auto& other : shift) other.observe();
            latency.observe(1ms);
            counter.observe();
            theirs->observe(1ms);
            plugin.observe(latency, 1);
            plugin.observe(*theirs, 1);
            plugin.add(counter, 1);
        }
        plugin.observe_through_shard(latency, times);
        plugin.observe_batch(latency, times);
        plugin.observe_negative(latency);
    });
    constexpr std::uint64_t all = thread_count * times;
    must_equal(latency.snapshot().count, 4 * all + thread_count, "records of both copies");
    must_equal(plugin.count(latency), 4 * all + thread_count, "the same, read by the other copy");
    must_equal(latency.clamped(), thread_count, "clamped by the other copy");
    must_equal(counter.value(), 2 * all, "counts of both copies");
    must_equal(plugin.value(counter), 2 * all, "the same, read by the other copy");
    must_equal(theirs->snapshot().count, 2 * all, "a metric of the other copy");
    must_equal(plugin.count(*theirs), 2 * all, "the same, read by that copy");
    for (const auto& other : shift) must_equal(other.value(), all, "counters of nobody else");
    plugin.merge(merged, latency);
    must_equal(merged.snapshot().count, 4 * all + thread_count, "merged by the other copy");
    delete theirs;  // by the copy that did not make it
    sonde::Latency* const again = plugin.make();
    must_equal(again->snapshot().count, 0, "a metric in its place");
    on_threads([&] { again->observe(1ms), plugin.observe(*again, 1); });
    must_equal(plugin.count(*again), 2 * thread_count, "a metric in its place records");
    plugin.destroy(again);
}

/// Threads that record in the object go on after it was closed.
void test_close_under_threads(const Opened& opened) {
    bool stop = false;
    int ready = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < thread_count; ++t)
        threads.emplace_back([&] { opened.plugin->record_until(stop, ready); });
    while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < thread_count) std::this_thread::yield();
    must(dlclose(opened.handle) == 0, "it closes");
    std::this_thread::sleep_for(2ms);
    __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
    for (auto& thread : threads) thread.join();
}

/// Nothing is left of the object.
bool unloaded(const char* path) {
    void* const handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    if (handle != nullptr) dlclose(handle);
    return handle == nullptr;
}

}  // namespace

int main(int, char** arguments) {
    int gone = 0;
    // Lives as long as all rounds: its own storage is that of many copies in turn.
    bool stop = false;
    std::thread long_lived{[&] {
        sonde::Counter counter;
        while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) counter.observe();
    }};
    for (int round = 0; round < rounds; ++round) {
        const Opened opened = open_plugin(arguments[1]);
        test_foreign_metrics(*opened.plugin);
        test_close_under_threads(opened);
        // glibc unloads at the next close after the last thread that recorded has ended.
        const Opened again = open_plugin(arguments[1]);
        sonde::Counter& counter = *again.plugin->counter();
        const std::uint64_t before = counter.value();
        // Not by this thread, which would keep the object loaded until it ends.
        on_threads([&] { again.plugin->add(counter, times); });
        must_equal(counter.value(), before + thread_count * times, "opened again");
        dlclose(again.handle);
        gone += unloaded(arguments[1]) ? 1 : 0;
    }
    __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
    long_lived.join();
#ifdef __GLIBC__
    must_equal(static_cast<std::uint64_t>(gone), rounds, "how often it was unloaded");
#endif
    std::printf("opened and closed %d times, unloaded %d times\n", 2 * rounds, gone);
}
