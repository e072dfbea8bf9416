// SPDX-License-Identifier: Apache-2.0
// What scores feature by feature cost: ECOD, HBOS. Rows are drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_ecod.hpp"
#include "sonde/models/fit_hbos.hpp"

namespace {

using namespace sonde;

std::vector<float> rows_of(std::size_t count, std::size_t dimension, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

template <class Fit>
void score_batch(benchmark::State& state, const Fit& fit) {
    const auto rows = static_cast<std::size_t>(state.range(0)),
               dimension = static_cast<std::size_t>(state.range(1));
    const auto training = rows_of(rows, dimension, 1);
    const auto model = fit(MatrixView{training.data(), rows, dimension});
    constexpr std::size_t count = 1024;
    const auto values = rows_of(count, dimension, 2);
    std::vector<Score> scores(count);
    for (auto _ : state) {
        model.score_batch({values.data(), count, dimension}, scores);
        benchmark::DoNotOptimize(scores.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}

void Ecod_score_batch(benchmark::State& state) {
    score_batch(state, [](MatrixView rows) { return fit_ecod(rows); });
}
BENCHMARK(Ecod_score_batch)->ArgsProduct({{1000, 100'000}, {8, 64}})->ArgNames({"rows", "dimension"});

void Hbos_score_batch(benchmark::State& state) {
    score_batch(state, [](MatrixView rows) { return fit_hbos(rows); });
}
BENCHMARK(Hbos_score_batch)->ArgsProduct({{1000, 100'000}, {8, 64}})->ArgNames({"rows", "dimension"});

void Ecod_score(benchmark::State& state) {
    const auto training = rows_of(10'000, 16, 1), row = rows_of(1, 16, 2);
    const auto model = fit_ecod({training.data(), 10'000, 16});
    for (auto _ : state) benchmark::DoNotOptimize(model.score(row));
}
BENCHMARK(Ecod_score);

}  // namespace
