// SPDX-License-Identifier: Apache-2.0
// Little address space: `address_space none | tight | half_gigabyte | many`. Nothing may be lost, nothing may throw.
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <string>
#include <vector>

#include "check.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/error_rate.hpp"
#include "sonde/metrics/latency.hpp"

using namespace std::chrono_literals;
using sonde::testing::must;
using sonde::testing::must_equal;

namespace {

constexpr std::size_t stack_size = 128 << 10, mib = 1 << 20;

std::size_t address_space_in_use() {
    std::FILE* const file = std::fopen("/proc/self/statm", "r");
    unsigned long long pages = 0;
    must(file != nullptr && std::fscanf(file, "%llu", &pages) == 1, "/proc/self/statm");
    std::fclose(file);
    return static_cast<std::size_t>(pages) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void limit_address_space(std::size_t bytes) {
    const rlimit limit{bytes, bytes};
    must(setrlimit(RLIMIT_AS, &limit) == 0, "setrlimit");
}

/// Runs `work` on threads with small stacks: the usual 8 MiB each would be the first thing to find no room.
template <class Work>
void on_threads(int count, Work work) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_size);
    std::vector<pthread_t> threads(static_cast<std::size_t>(count));
    for (auto& thread : threads)
        must(
            pthread_create(
                &thread, &attributes,
                [](void* context) -> void* { return (*static_cast<Work*>(context))(), nullptr; }, &work) == 0,
            "a thread starts");
    for (auto& thread : threads) pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
}

/// There is no room for the common region when the first metric asks for it, and later there is.
void none() {
    constexpr int threads = 4, times = 1000;
    rlimit before{};
    must(getrlimit(RLIMIT_AS, &before) == 0, "getrlimit");
    const rlimit tiny{mib, before.rlim_max};  // less than is in use: nothing can be mapped
    must(setrlimit(RLIMIT_AS, &tiny) == 0, "setrlimit");
    sonde::Counter counter;
    sonde::ErrorRate errors;
    counter.add(3);
    must_equal(counter.value(), std::uint64_t{3}, "none: counts");
    must(setrlimit(RLIMIT_AS, &before) == 0, "setrlimit");
    sonde::Latency latency;
    on_threads(threads, [&] {
        for (int i = 1; i <= times; ++i) {
            counter.observe();
            errors.observe(sonde::Outcome::ok);
            latency.observe(sonde::Duration{i});
        }
    });
    must_equal(counter.value(), std::uint64_t{3 + threads * times}, "none: counts of threads");
    must_equal(errors.snapshot().total, std::uint64_t{threads * times}, "none: outcomes");
    must_equal(latency.snapshot().count, std::uint64_t{threads * times}, "none: durations");
}

/// The limit comes when metrics are there and threads are not: no region finds room any more.
void tight() {
    constexpr int threads = 16, times = 20'000;
    sonde::Latency latency;
    sonde::Counter counter;
    sonde::ErrorRate errors;
    limit_address_space(address_space_in_use() + threads * 2 * stack_size + 8 * mib);
    sonde::Latency late;  // has cells like any other: the address space of the metrics is there already
    on_threads(threads, [&] {
        for (int i = 1; i <= times; ++i) {
            latency.observe(sonde::Duration{i});
            counter.observe();
            errors.observe(i % 2 == 0 ? sonde::Outcome::ok : sonde::Outcome::failed);
            late.observe(1ms);
        }
    });
    constexpr std::uint64_t all = threads * times;
    const auto snapshot = latency.snapshot();
    must_equal(snapshot.count, all, "tight: durations");
    must(snapshot.sum == sonde::Duration{threads * (std::int64_t{times} * (times + 1) / 2)}, "tight: sum");
    must(snapshot.min == sonde::Duration{1} && snapshot.max == sonde::Duration{times}, "tight: extremes");
    must_equal(counter.value(), all, "tight: counts");
    must_equal(errors.snapshot().total, all, "tight: outcomes");
    must_equal(errors.snapshot().failed, all / 2, "tight: failures");
    must_equal(late.snapshot().count, all, "tight: durations of a late metric");
}

/// `count` latencies, of which some find no place in the regions.
void many(std::size_t count, int threads) {
    std::deque<sonde::Latency> latencies(count);
    sonde::Counter counter;
    on_threads(threads, [&] {
        for (std::size_t i = 0; i < count; ++i) {
            latencies[i].observe(1ms + sonde::Duration{i}, 2);
            latencies[i].observe(2ms);
            counter.observe();
        }
    });
    const auto n = static_cast<std::uint64_t>(threads);
    for (std::size_t i = 0; i < count; ++i) {
        const auto snapshot = latencies[i].snapshot();
        must_equal(snapshot.count, 3 * n, "many: durations");
        must(snapshot.sum == threads * (2 * (1ms + sonde::Duration{i}) + 2ms), "many: sum");
        must(snapshot.min == 1ms + sonde::Duration{i} && snapshot.max == 2ms, "many: extremes");
    }
    must_equal(counter.value(), n * count, "many: counts");
}

}  // namespace

int main(int, char** arguments) {
    const std::string how = arguments[1];
    if (how == "none") none();
    if (how == "tight") tight();
    if (how == "half_gigabyte") limit_address_space(512 * mib);
    if (how == "half_gigabyte") many(500, 8);
    if (how == "many") many(20'000, 3);
    std::printf("%s: nothing lost\n", how.c_str());
}
