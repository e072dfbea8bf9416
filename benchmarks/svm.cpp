// SPDX-License-Identifier: Apache-2.0
// What support vector machines cost. Rows and support vectors are drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_one_class_svm.hpp"
#include "sonde/models/fit_svc.hpp"
#include "sonde/models/one_class_svm.hpp"
#include "sonde/models/random_features.hpp"

namespace {

using namespace sonde;

std::vector<float> rows_of(std::size_t count, std::size_t dimension, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

OneClassSvmModel model_of(std::size_t vectors, std::size_t dimension) {
    const auto values = rows_of(vectors, dimension, 1);
    const std::vector<double> alphas(vectors, 1.0);
    return {
        SvmExpansion::rbf(1 / static_cast<double>(dimension), {values.data(), vectors, dimension}, alphas),
        1.0};
}

void OneClassSvm_score_batch(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const auto model = model_of(static_cast<std::size_t>(state.range(1)), dimension);
    constexpr std::size_t count = 1024;
    const auto values = rows_of(count, dimension, 2);
    std::vector<Score> scores(count);
    for (auto _ : state) {
        model.score_batch({values.data(), count, dimension}, scores);
        benchmark::DoNotOptimize(scores.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}
BENCHMARK(OneClassSvm_score_batch)
    ->ArgsProduct({{8, 64, 784}, {255, 2000}})
    ->ArgNames({"dimension", "vectors"});

void OneClassSvm_score(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const auto model = model_of(static_cast<std::size_t>(state.range(1)), dimension);
    constexpr std::size_t count = 256;
    const auto values = rows_of(count, dimension, 3);
    const MatrixView rows{values.data(), count, dimension};
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(model.score(rows.row(i++ % count)));
}
BENCHMARK(OneClassSvm_score)->ArgsProduct({{8, 64, 784}, {255}})->ArgNames({"dimension", "vectors"});

void OneClassSvm_fit(benchmark::State& state) {
    const auto rows = static_cast<std::size_t>(state.range(0));
    const auto values = rows_of(rows, 16, 4);
    for (auto _ : state) benchmark::DoNotOptimize(fit_one_class_svm({values.data(), rows, 16}));
}
BENCHMARK(OneClassSvm_fit)->Arg(1000)->Arg(5000)->Arg(20'000)->Unit(benchmark::kMillisecond);

void Svc_fit(benchmark::State& state) {
    const auto rows = static_cast<std::size_t>(state.range(0));
    auto values = rows_of(rows, 16, 5);
    std::vector<std::uint8_t> labels(rows);
    for (std::size_t i = 0; i < rows; i += 10) {
        labels[i] = 1;
        for (std::size_t j = 0; j < 16; ++j) values[i * 16 + j] += 1;
    }
    for (auto _ : state)
        benchmark::DoNotOptimize(fit_svc({values.data(), rows, 16}, labels, {.probability = false}));
}
BENCHMARK(Svc_fit)->Arg(1000)->Arg(5000)->Unit(benchmark::kMillisecond);

void OnlineOneClassSvm_observe(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    OnlineOneClassSvm scorer{{.dimension = dimension,
                              .random_features = static_cast<std::size_t>(state.range(1)),
                              .warm_up = 256}};
    constexpr std::size_t count = 256;
    const auto values = rows_of(count, dimension, 6);
    const MatrixView rows{values.data(), count, dimension};
    for (std::size_t i = 0; i < count; ++i) scorer.learn(rows.row(i));
    std::size_t i = 0;
    for (auto _ : state) {
        const auto row = rows.row(i++ % count);
        benchmark::DoNotOptimize(scorer.score(row));
        scorer.learn(row);
    }
}
BENCHMARK(OnlineOneClassSvm_observe)
    ->ArgsProduct({{8, 64}, {256, 1024}})
    ->ArgNames({"dimension", "features"});

}  // namespace
