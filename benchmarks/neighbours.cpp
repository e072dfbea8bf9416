// SPDX-License-Identifier: Apache-2.0
// What scores by the nearest training rows cost: distance to the kth, local outlier factor. Rows are drawn before the
// clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_knn.hpp"
#include "sonde/models/fit_lof.hpp"
#include "sonde/models/knn.hpp"
#include "sonde/models/lof.hpp"

namespace {

using namespace sonde;

std::vector<float> rows_of(std::size_t count, std::size_t dimension, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

template <class Model>
void batches(benchmark::State& state, const Model& model) {
    constexpr std::size_t count = 1024;
    const auto values = rows_of(count, model.dimension(), 2);
    std::vector<Score> scores(count);
    for (auto _ : state) {
        model.score_batch({values.data(), count, model.dimension()}, scores);
        benchmark::DoNotOptimize(scores.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}

template <class Model>
void rows(benchmark::State& state, const Model& model) {
    constexpr std::size_t count = 256;
    const auto values = rows_of(count, model.dimension(), 3);
    const MatrixView all{values.data(), count, model.dimension()};
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(model.score(all.row(i++ % count)));
}

KnnModel knn_of(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0)),
               count = static_cast<std::size_t>(state.range(1));
    const auto values = rows_of(count, dimension, 1);
    return {{values.data(), count, dimension}, static_cast<std::size_t>(state.range(2))};
}

LofModel lof_of(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0)),
               count = static_cast<std::size_t>(state.range(1));
    const auto values = rows_of(count, dimension, 1);
    return fit_lof({values.data(), count, dimension},
                   {.neighbours = static_cast<std::size_t>(state.range(2))});
}

void Knn_score_batch(benchmark::State& state) { batches(state, knn_of(state)); }
void Knn_score(benchmark::State& state) { rows(state, knn_of(state)); }
void Lof_score_batch(benchmark::State& state) { batches(state, lof_of(state)); }
void Lof_score(benchmark::State& state) { rows(state, lof_of(state)); }

BENCHMARK(Knn_score_batch)
    ->ArgsProduct({{2, 4, 8, 16}, {100'000}, {1}})
    ->ArgsProduct({{8, 64}, {10'000}, {20}})
    ->ArgNames({"dimension", "rows", "k"});
BENCHMARK(Knn_score)
    ->ArgsProduct({{2, 4, 8, 16}, {100'000}, {1}})
    ->ArgsProduct({{8, 64}, {10'000}, {20}})
    ->ArgNames({"dimension", "rows", "k"});
BENCHMARK(Lof_score_batch)->ArgsProduct({{8, 64}, {10'000}, {20}})->ArgNames({"dimension", "rows", "k"});
BENCHMARK(Lof_score)->ArgsProduct({{8, 64}, {10'000}, {20}})->ArgNames({"dimension", "rows", "k"});

void Lof_fit(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const auto values = rows_of(10'000, dimension, 4);
    for (auto _ : state) benchmark::DoNotOptimize(fit_lof({values.data(), 10'000, dimension}));
}
BENCHMARK(Lof_fit)->Arg(8)->Arg(64)->ArgName("dimension")->Unit(benchmark::kMillisecond);

}  // namespace
