// SPDX-License-Identifier: Apache-2.0
// What threads pay for one statistic of all: a shard each, or a lock around one.
#include <benchmark/benchmark.h>

#include <mutex>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/recording/sharded.hpp"
#include "sonde/stats/moments.hpp"
#include "sonde/stats/quantile_sketch.hpp"

namespace {

using namespace sonde;

/// So little that only the sharding is left.
struct Sum {
    double sum = 0;
    void observe(double x) noexcept { sum += x; }
    void merge(const Sum& other) noexcept { sum += other.sum; }
};

/// What people write first.
template <class M>
class Locked {
public:
    void observe(double x) {
        const std::lock_guard lock{mutex_};
        m_.observe(x);
    }

private:
    std::mutex mutex_;
    M m_;
};

const std::vector<double>& numbers() {
    static const std::vector<double> made = [] {
        Rng rng{1};
        std::vector<double> values(1 << 12);
        for (double& x : values) x = detail::exp(rng.normal());
        return values;
    }();
    return made;
}

template <class M>
void observe(benchmark::State& state) {
    static M statistic;
    const std::vector<double>& values = numbers();
    std::size_t i = 0;
    for (auto _ : state) {
        statistic.observe(values[i++ & (values.size() - 1)]);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(observe<Sum>)->Name("observe_by_threads/Sum_alone");
BENCHMARK(observe<Sharded<Sum>>)->Name("observe_by_threads/Sharded_Sum")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(observe<Locked<Sum>>)->Name("observe_by_threads/Locked_Sum")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(observe<Moments>)->Name("observe_by_threads/Moments_alone");
BENCHMARK(observe<Sharded<Moments>>)
    ->Name("observe_by_threads/Sharded_Moments")
    ->ThreadRange(1, 2)
    ->UseRealTime();
BENCHMARK(observe<Locked<Moments>>)
    ->Name("observe_by_threads/Locked_Moments")
    ->ThreadRange(1, 2)
    ->UseRealTime();
BENCHMARK(observe<QuantileSketch>)->Name("observe_by_threads/QuantileSketch_alone");
BENCHMARK(observe<Sharded<QuantileSketch>>)
    ->Name("observe_by_threads/Sharded_QuantileSketch")
    ->ThreadRange(1, 2)
    ->UseRealTime();
BENCHMARK(observe<Locked<QuantileSketch>>)
    ->Name("observe_by_threads/Locked_QuantileSketch")
    ->ThreadRange(1, 2)
    ->UseRealTime();

/// Thirty-two at once: what `with` saves.
void with_batch(benchmark::State& state) {
    static Sharded<QuantileSketch> sharded;
    const std::vector<double>& values = numbers();
    std::size_t i = 0;
    for (auto _ : state) {
        sharded.with([&](QuantileSketch& mine) {
            for (int k = 0; k < 32; ++k) mine.observe(values[i++ & (values.size() - 1)]);
        });
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * 32);
}
BENCHMARK(with_batch)->Name("with/Sharded_QuantileSketch_32");

template <class M>
void snapshot(benchmark::State& state) {
    Sharded<M> sharded;
    for (auto _ : state) {
        sharded.observe(1.0);
        benchmark::DoNotOptimize(sharded.snapshot());
    }
}
BENCHMARK(snapshot<Moments>)->Name("snapshot/Sharded_Moments");
BENCHMARK(snapshot<QuantileSketch>)->Name("snapshot/Sharded_QuantileSketch");

}  // namespace
