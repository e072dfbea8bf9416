// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/error_rate.hpp"
#include "sonde/metrics/latency.hpp"

namespace {

using sonde::Duration;

/// What people write first: a histogram of 16 buckets behind a lock.
class MutexHistogram {
public:
    void observe(Duration duration) {
        const std::lock_guard lock{mutex_};
        const double value = sonde::seconds(duration);
        const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
        ++counts_[static_cast<std::size_t>(bucket)];
        sum_ += value;
    }

private:
    std::mutex mutex_;
    std::array<double, 16> bounds_{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                   0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
    std::array<std::uint64_t, 17> counts_{};
    double sum_ = 0;
};

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

template <class Histogram>
void observe_durations(benchmark::State& state) {
    static Histogram histogram;
    const auto& input = durations();
    std::size_t i = 0;
    for (auto _ : state) histogram.observe(input[i++ % input.size()]);
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK_TEMPLATE(observe_durations, sonde::Latency)->ThreadRange(1, 8)->UseRealTime();
BENCHMARK_TEMPLATE(observe_durations, MutexHistogram)->ThreadRange(1, 8)->UseRealTime();

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
