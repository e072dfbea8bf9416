// SPDX-License-Identifier: Apache-2.0
// What a score by k-means distance costs. Rows and centroids are drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_kmeans.hpp"
#include "sonde/models/kmeans.hpp"

namespace {

using namespace sonde;

std::vector<float> rows_of(std::size_t count, std::size_t dimension, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

KMeansModel model_of(std::size_t clusters, std::size_t dimension) {
    const auto centroids = rows_of(clusters, dimension, 1);
    return KMeansModel{{centroids.data(), clusters, dimension}};
}

void KMeans_score_batch(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const KMeansModel model = model_of(static_cast<std::size_t>(state.range(1)), dimension);
    constexpr std::size_t count = 1024;
    const auto values = rows_of(count, dimension, 2);
    std::vector<Score> scores(count);
    for (auto _ : state) {
        model.score_batch({values.data(), count, dimension}, scores);
        benchmark::DoNotOptimize(scores.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}
BENCHMARK(KMeans_score_batch)
    ->ArgsProduct({{16, 64}, {64, 256}})
    ->ArgsProduct({{784}, {8, 64, 256}})
    ->ArgNames({"dimension", "clusters"});

void KMeans_score(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const KMeansModel model = model_of(static_cast<std::size_t>(state.range(1)), dimension);
    constexpr std::size_t count = 256;
    const auto values = rows_of(count, dimension, 3);
    const MatrixView rows{values.data(), count, dimension};
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(model.score(rows.row(i++ % count)));
}
BENCHMARK(KMeans_score)->ArgsProduct({{16, 64}, {64, 256}})->ArgNames({"dimension", "clusters"});

void KMeans_fit(benchmark::State& state) {
    const auto values = rows_of(10'000, 16, 4);
    for (auto _ : state)
        benchmark::DoNotOptimize(fit_kmeans({values.data(), 10'000, 16}, {.clusters = 32, .restarts = 1}));
}
BENCHMARK(KMeans_fit)->Unit(benchmark::kMillisecond);

}  // namespace
