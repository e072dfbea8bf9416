// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <array>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/error_rate.hpp"
#include "sonde/metrics/latency.hpp"

namespace {

using sonde::Duration;

/// Durations drawn beforehand, so that only recording is timed.
const std::array<Duration, 1024>& durations() {
    static const auto drawn = [] {
        std::array<Duration, 1024> result;
        sonde::Rng rng{1};
        for (auto& d : result) d = Duration{1'000 + static_cast<std::int64_t>(rng.below(50'000'000))};
        return result;
    }();
    return drawn;
}

void latency_observe(benchmark::State& state) {
    static sonde::Latency latency;
    const auto& input = durations();
    std::size_t i = 0;
    for (auto _ : state) latency.observe(input[i++ % input.size()]);
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(latency_observe)->ThreadRange(1, 8)->UseRealTime();

void counter_observe(benchmark::State& state) {
    static sonde::Counter counter;
    for (auto _ : state) counter.observe();
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(counter_observe)->ThreadRange(1, 8)->UseRealTime();

void error_rate_observe(benchmark::State& state) {
    static sonde::ErrorRate errors;
    for (auto _ : state) errors.observe(sonde::Outcome::ok);
}
BENCHMARK(error_rate_observe);

void latency_timed_scope(benchmark::State& state) {
    sonde::Latency latency;
    for (auto _ : state) const auto timing = latency.time();
}
BENCHMARK(latency_timed_scope);

void latency_tick(benchmark::State& state) {
    sonde::Latency latency;
    for (const Duration d : durations()) latency.observe(d);
    sonde::TimePoint now;
    for (auto _ : state) latency.tick(now += std::chrono::minutes{1});
}
BENCHMARK(latency_tick);

void latency_snapshot_and_p99(benchmark::State& state) {
    sonde::Latency latency;
    for (const Duration d : durations()) latency.observe(d);
    for (auto _ : state) benchmark::DoNotOptimize(latency.snapshot().p99());
}
BENCHMARK(latency_snapshot_and_p99);

}  // namespace
