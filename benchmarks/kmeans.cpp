// SPDX-License-Identifier: Apache-2.0
// What the k-means family costs. Rows and centroids are drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_kmeans.hpp"
#include "sonde/models/kmeans.hpp"
#include "sonde/models/kmeans_stream.hpp"
#include "sonde/models/minibatch_kmeans.hpp"
#include "sonde/models/streaming_kmeans.hpp"

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

void KMeans_fit_minibatch(benchmark::State& state) {
    const auto values = rows_of(10'000, 16, 4);
    for (auto _ : state)
        benchmark::DoNotOptimize(
            fit_minibatch_kmeans({values.data(), 10'000, 16}, {.clusters = 32, .restarts = 1}));
}
BENCHMARK(KMeans_fit_minibatch)->Unit(benchmark::kMillisecond);

void StreamingKMeans_observe(benchmark::State& state) {
    constexpr std::size_t dimension = 16, count = 1024;
    const auto values = rows_of(count, dimension, 5);
    const MatrixView rows{values.data(), count, dimension};
    StreamingKMeansDetector detector{
        {.dimension = dimension, .clusters = static_cast<std::size_t>(state.range(0))}};
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(detector.observe(rows.row(i++ % count)));
}
BENCHMARK(StreamingKMeans_observe)->Arg(8)->Arg(64)->ArgName("clusters");

/// netdata's defaults, with all models there. A training is one of 10,800 values.
void KMeansStream_observe(benchmark::State& state) {
    KMeansStreamDetector detector;
    Rng rng{6};
    for (int i = 0; i < 18 * 10'800; ++i) static_cast<void>(detector.observe(rng.normal()));
    std::vector<double> values(1024);
    for (double& value : values) value = rng.normal();
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(detector.observe(values[i++ % values.size()]));
}
BENCHMARK(KMeansStream_observe);

void KMeansStream_train(benchmark::State& state) {
    Rng rng{7};
    std::vector<double> values(30'000);
    for (double& value : values) value = rng.normal();
    KMeansStream full{{.warm_up = 21'600, .train_every = 1}};
    for (int i = 0; i < 21'599; ++i) full.learn(values[static_cast<std::size_t>(i)]);
    std::size_t i = 21'599;
    for (auto _ : state) full.learn(values[i++ % values.size()]);
}
BENCHMARK(KMeansStream_train)->Unit(benchmark::kMillisecond);

}  // namespace
