// SPDX-License-Identifier: Apache-2.0
// How much memory recording takes, measured: the table "Memory" in docs/recording.md. Linux, glibc.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/latency.hpp"

using namespace std::chrono_literals;
using sonde::Duration;

namespace {

std::int64_t held = 0;  // by the heap; one thread counts at a time

}  // namespace

void* operator new(std::size_t size) {
    void* const memory = std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc{};
    held += static_cast<std::int64_t>(malloc_usable_size(memory));
    return memory;
}
void operator delete(void* memory) noexcept {
    held -= static_cast<std::int64_t>(malloc_usable_size(memory));
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace {

constexpr int recorders = 100, records = 20'000;
constexpr double decades = 1000;

/// Durations whose logarithms are spread evenly over three decades from `start` ns on, both ends included.
std::vector<Duration> three_decades(double start) {
    sonde::Rng rng{7};
    std::vector<Duration> durations{Duration{static_cast<std::int64_t>(start)},
                                    Duration{static_cast<std::int64_t>(start * decades)}};
    while (durations.size() < records)
        durations.push_back(Duration{static_cast<std::int64_t>(start * std::pow(decades, rng.uniform()))});
    return durations;
}

/// Resident memory without what files back, to the page. The shared page of zeros does not count.
double resident_bytes() {
    std::ifstream rollup{"/proc/self/smaps_rollup"};
    for (std::string word; rollup >> word;)
        if (double kib = 0; word == "Anonymous:" && rollup >> kib) return kib * 1024;
    std::fprintf(stderr, "no /proc/self/smaps_rollup here\n");
    std::exit(EXIT_FAILURE);
}

struct PerRecorder {
    double average = 0, worst = 0;
};

/// What a thread's records add for each of 100 recorders, in a process that has recorded nothing yet.
PerRecorder measure(double start) {
    const std::vector<Duration> durations = three_decades(start);
    std::deque<sonde::Latency> latencies(recorders);
    std::vector<double> after(recorders + 1);
    std::thread{[&] {
        sonde::Latency first;
        first.observe(durations.front());  // the thread has its region, and the head of it
        for (int warm = 0; warm < 2; ++warm) after[0] = resident_bytes();
        for (std::size_t i = 0; i < recorders; ++i) {
            latencies[i].observe(durations);
            after[i + 1] = resident_bytes();
        }
    }}.join();
    PerRecorder result{(after[recorders] - after[0]) / recorders, 0};
    for (std::size_t i = 0; i < recorders; ++i)
        result.worst = std::max(result.worst, after[i + 1] - after[i]);
    return result;
}

PerRecorder per_recorder(double start) {
    int ends[2];
    PerRecorder result;
    std::fflush(stdout);
    if (pipe(ends) != 0) std::exit(EXIT_FAILURE);
    if (fork() == 0) {
        result = measure(start);
        std::_Exit(write(ends[1], &result, sizeof result) == sizeof result ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    int status = 0;
    wait(&status);
    if (read(ends[0], &result, sizeof result) != sizeof result) std::exit(EXIT_FAILURE);
    close(ends[0]);
    close(ends[1]);
    return result;
}

void print_per_recorder() {
    std::printf("Resident for each recorder and thread, %d recorders, streams over three decades\n",
                recorders);
    std::printf("%-12s %14s %14s\n", "from", "average bytes", "worst bytes");
    const auto row = [](const char* name, double start) {
        const PerRecorder bytes = per_recorder(start);
        std::printf("%-12s %14.0f %14.0f\n", name, bytes.average, bytes.worst);
    };
    row("1 us", 1e3);
    row("10 us", 1e4);
    row("100 us", 1e5);
    row("1 ms", 1e6);
    row("10 ms", 1e7);
    double worst_start = 0;
    PerRecorder worst;
    for (double start = 100; start < 1e8; start *= std::sqrt(2.0))
        if (const PerRecorder bytes = per_recorder(start); bytes.average > worst.average)
            worst = bytes, worst_start = start;
    std::printf("%-12s %14.0f %14.0f   (any start from 100 ns to 100 ms; here %.0f ns)\n", "worst start",
                worst.average, worst.worst, worst_start);
    std::printf("bar: at most 12 KB\n\n");
}

/// Bytes of heap that a latency's windows hold once they are full, after `total` records in all.
std::int64_t window_bytes(const std::vector<Duration>& windows, double total) {
    const std::vector<Duration> durations = three_decades(1e6);
    sonde::Latency latency{{.windows = windows}};
    const std::int64_t before = held;
    sonde::TimePoint now{1000s};
    const int ticks = static_cast<int>(windows.back() / 1s) * 2;
    const auto times = static_cast<std::uint64_t>(total / (static_cast<double>(ticks) * records));
    for (int i = 0; i < ticks; ++i) {
        for (const Duration duration : durations)
            latency.observe(duration, std::max<std::uint64_t>(times, 1));
        latency.tick(now += 1s);
    }
    return held - before;
}

void print_windows() {
    std::printf("Heap for the windows of one latency, full, a stream over three decades\n");
    std::printf("%-26s %16s %16s %16s\n", "after so many records:", "1e6", "1e9", "1e12");
    const auto row = [](const char* name, const std::vector<Duration>& windows) {
        std::printf("%-26s", name);
        for (const double total : {1e6, 1e9, 1e12})
            std::printf(" %16lld", static_cast<long long>(window_bytes(windows, total)));
        std::printf("\n");
    };
    row("10 s", {10s});
    row("10 s, 1 min, 5 min", {10s, 60s, 300s});
    std::printf("bar: at most 60 KB for 10 s\n\n");
    const std::int64_t before = held;
    const auto* const idle = new sonde::Latency;
    std::printf("A latency that records nothing: %lld bytes of heap, itself included\n",
                static_cast<long long>(held - before));
    delete idle;
}

}  // namespace

int main() {
    print_per_recorder();
    print_windows();
}
