// SPDX-License-Identifier: Apache-2.0
// What an isolation forest costs. Rows are drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_isolation_forest.hpp"
#include "sonde/models/isolation_forest.hpp"

namespace {

using namespace sonde;

std::vector<float> rows_of(std::size_t count, std::size_t dimension, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

IsolationForestModel model_of(std::size_t dimension, std::size_t sample_size) {
    const auto values = rows_of(10'000, dimension, 1);
    return fit_isolation_forest({values.data(), 10'000, dimension}, {.sample_size = sample_size});
}

void IsolationForest_score_batch(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const auto model = model_of(dimension, static_cast<std::size_t>(state.range(1)));
    constexpr std::size_t count = 4096;
    const auto values = rows_of(count, dimension, 2);
    std::vector<Score> scores(count);
    for (auto _ : state) {
        model.score_batch({values.data(), count, dimension}, scores);
        benchmark::DoNotOptimize(scores.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}
BENCHMARK(IsolationForest_score_batch)
    ->ArgsProduct({{8, 64, 784}, {256, 4096}})
    ->ArgNames({"dimension", "sample"});

void IsolationForest_score(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const auto model = model_of(dimension, static_cast<std::size_t>(state.range(1)));
    constexpr std::size_t count = 256;
    const auto values = rows_of(count, dimension, 3);
    const MatrixView rows{values.data(), count, dimension};
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(model.score(rows.row(i++ % count)));
}
BENCHMARK(IsolationForest_score)->ArgsProduct({{8, 64, 784}, {256, 4096}})->ArgNames({"dimension", "sample"});

void IsolationForest_fit(benchmark::State& state) {
    const auto values = rows_of(10'000, 16, 4);
    for (auto _ : state) benchmark::DoNotOptimize(fit_isolation_forest({values.data(), 10'000, 16}));
}
BENCHMARK(IsolationForest_fit)->Unit(benchmark::kMillisecond);

}  // namespace
