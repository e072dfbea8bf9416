// SPDX-License-Identifier: Apache-2.0
// What a time point costs, and a timed scope beside the two clock readings in it.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "sonde/core/tsc_clock.hpp"
#include "sonde/metrics/latency.hpp"

namespace {

using sonde::SteadyClock;
using sonde::TscClock;

void ticks(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(sonde::detail::ticks());
}
BENCHMARK(ticks);

template <class C>
void now(benchmark::State& state) {
    const C clock;
    for (auto _ : state) benchmark::DoNotOptimize(clock.now());
}
BENCHMARK(now<SteadyClock>)->Name("now/SteadyClock");
BENCHMARK(now<TscClock>)->Name("now/TscClock");

/// Multiplications that wait for each other, about a nanosecond each.
std::uint64_t work(std::uint64_t x, std::int64_t steps) {
    for (; steps > 0; --steps) x = x * 6364136223846793005U + 1442695040888963407U;
    return x;
}

void no_readings(benchmark::State& state) {
    std::uint64_t x = 1;
    for (auto _ : state) benchmark::DoNotOptimize(x = work(x, state.range(0)));
}
BENCHMARK(no_readings)->Arg(40)->ArgName("work");

template <class C>
void two_readings(benchmark::State& state) {
    const C clock;
    std::uint64_t x = 1;
    for (auto _ : state) {
        const sonde::TimePoint start = clock.now();
        benchmark::DoNotOptimize(x = work(x, state.range(0)));
        benchmark::DoNotOptimize(clock.now() - start);
    }
}
BENCHMARK(two_readings<SteadyClock>)->Name("two_readings/SteadyClock")->Arg(0)->Arg(40)->ArgName("work");
BENCHMARK(two_readings<TscClock>)->Name("two_readings/TscClock")->Arg(0)->Arg(40)->ArgName("work");

/// As `two_readings`, and recorded. Without work, a scope waits for the end of the one before: on some processors the
/// counter is read when the addresses of earlier stores are known, and that of the bucket comes from a reading.
template <class C>
void timed_scope(benchmark::State& state) {
    sonde::Latency latency;
    const C clock;
    std::uint64_t x = 1;
    for (auto _ : state) {
        const auto timing = latency.time(clock);
        benchmark::DoNotOptimize(x = work(x, state.range(0)));
    }
}
BENCHMARK(timed_scope<SteadyClock>)->Name("timed_scope/SteadyClock")->Arg(0)->Arg(40)->ArgName("work");
BENCHMARK(timed_scope<TscClock>)->Name("timed_scope/TscClock")->Arg(0)->Arg(40)->ArgName("work");

/// One made after the process's first.
void make(benchmark::State& state) {
    const TscClock first;
    for (auto _ : state) benchmark::DoNotOptimize(TscClock{});
}
BENCHMARK(make)->Name("make/TscClock");

}  // namespace
