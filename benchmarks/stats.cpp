// SPDX-License-Identifier: Apache-2.0
// What one number costs in each of the streaming statistics.
#include <benchmark/benchmark.h>

#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/stats/decayed_moments.hpp"
#include "sonde/stats/ewma.hpp"
#include "sonde/stats/moments.hpp"
#include "sonde/stats/quantile_sketch.hpp"
#include "sonde/stats/reservoir.hpp"
#include "sonde/stats/rolling_window.hpp"

namespace {

using namespace sonde;

const std::vector<double>& numbers() {
    static const std::vector<double> made = [] {
        Rng rng{1};
        std::vector<double> values(1 << 14);
        for (double& x : values) x = detail::exp(rng.normal());
        return values;
    }();
    return made;
}

template <class T>
void observe(benchmark::State& state, T statistic) {
    const std::vector<double>& values = numbers();
    std::size_t i = 0;
    for (auto _ : state) {
        statistic.observe(values[i++ & (values.size() - 1)]);
        benchmark::ClobberMemory();
    }
    benchmark::DoNotOptimize(statistic);
}

void window_of(benchmark::State& state) {
    observe(state, RollingWindow{{.capacity = static_cast<std::size_t>(state.range(0))}});
}

void sketch_quantile(benchmark::State& state) {
    QuantileSketch sketch;
    for (const double x : numbers()) sketch.observe(x);
    for (auto _ : state) benchmark::DoNotOptimize(sketch.quantile(0.99));
}

void window_mad(benchmark::State& state) {
    RollingWindow window{{.capacity = static_cast<std::size_t>(state.range(0))}};
    for (const double x : numbers()) window.observe(x);
    for (auto _ : state) benchmark::DoNotOptimize(window.mad());
}

}  // namespace

BENCHMARK_CAPTURE(observe, Moments, Moments{});
BENCHMARK_CAPTURE(observe, Ewma, Ewma{Decay::half_life(100.0)});
BENCHMARK_CAPTURE(observe, DecayedMoments, DecayedMoments{Decay::half_life(100.0)});
BENCHMARK_CAPTURE(observe, QuantileSketch, QuantileSketch{});
BENCHMARK_CAPTURE(observe, QuantileSketch_decayed, QuantileSketch{{.decay = Decay::half_life(1000.0)}});
BENCHMARK_CAPTURE(observe, Reservoir, Reservoir<double>{1024, Rng{1}});
BENCHMARK(window_of)->Name("observe/RollingWindow")->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK(window_mad)->Name("mad/RollingWindow")->Arg(256)->Arg(4096);
BENCHMARK(sketch_quantile)->Name("quantile/QuantileSketch");
