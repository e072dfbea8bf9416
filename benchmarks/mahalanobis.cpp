// SPDX-License-Identifier: Apache-2.0
// What scores by covariance cost: Mahalanobis distance, principal components. Rows are drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_mahalanobis.hpp"
#include "sonde/models/fit_pca.hpp"

namespace {

using namespace sonde;

std::vector<float> rows_of(std::size_t count, std::size_t dimension, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

constexpr std::size_t training = 2000;

MahalanobisModel mahalanobis(std::size_t dimension) {
    const auto values = rows_of(training, dimension, 1);
    return fit_mahalanobis({values.data(), training, dimension});
}

PcaModel pca(PcaForm form, std::size_t dimension, std::size_t components) {
    const auto values = rows_of(training, dimension, 1);
    return fit_pca({values.data(), training, dimension}, {.form = form, .components = components});
}

template <class Model>
void score_batch(benchmark::State& state, const Model& model) {
    constexpr std::size_t count = 1024;
    const auto values = rows_of(count, model.dimension(), 2);
    std::vector<Score> scores(count);
    for (auto _ : state) {
        model.score_batch({values.data(), count, model.dimension()}, scores);
        benchmark::DoNotOptimize(scores.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}

void Mahalanobis_score_batch(benchmark::State& state) {
    score_batch(state, mahalanobis(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(Mahalanobis_score_batch)->Arg(8)->Arg(64)->Arg(784)->ArgName("dimension");

void Mahalanobis_score(benchmark::State& state) {
    const auto model = mahalanobis(static_cast<std::size_t>(state.range(0)));
    const auto row = rows_of(1, model.dimension(), 3);
    for (auto _ : state) benchmark::DoNotOptimize(model.score(row));
}
BENCHMARK(Mahalanobis_score)->Arg(8)->Arg(64)->Arg(784)->ArgName("dimension");

void Pca_score_batch(benchmark::State& state) {
    const auto form = static_cast<PcaForm>(state.range(1));
    const auto dimension = static_cast<std::size_t>(state.range(0));
    score_batch(state, pca(form, dimension, dimension / 4));
}
BENCHMARK(Pca_score_batch)->ArgsProduct({{8, 64, 784}, {0, 1}})->ArgNames({"dimension", "residual"});

void Mahalanobis_fit(benchmark::State& state) {
    const auto values = rows_of(5000, 32, 4);
    const auto estimate = static_cast<CovarianceEstimate>(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(fit_mahalanobis({values.data(), 5000, 32}, {.estimate = estimate}));
}
BENCHMARK(Mahalanobis_fit)->Arg(0)->Arg(2)->ArgName("robust")->Unit(benchmark::kMillisecond);

}  // namespace
