// SPDX-License-Identifier: Apache-2.0
// What a random cut forest costs per row. Rows are drawn, and the forest is at work, before the clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/random_cut_forest.hpp"

namespace {

using namespace sonde;

std::vector<float> rows_of(std::size_t count, std::size_t dimension, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

RandomCutForest at_work(std::size_t dimension) {
    constexpr std::size_t rows = 4000;
    const auto values = rows_of(rows, dimension, 1);
    RandomCutForest forest{{.dimension = dimension}};
    for (std::size_t i = 0; i < rows; ++i) forest.learn({values.data() + i * dimension, dimension});
    return forest;
}

constexpr std::size_t count = 1024;

void RandomCutForest_score(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const auto forest = at_work(dimension);
    const auto values = rows_of(count, dimension, 2);
    const MatrixView rows{values.data(), count, dimension};
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(forest.score(rows.row(i++ % count)));
}
BENCHMARK(RandomCutForest_score)->Arg(4)->Arg(8)->Arg(38)->Arg(64)->ArgName("dimension");

void RandomCutForest_score_batch(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const auto forest = at_work(dimension);
    const auto values = rows_of(count, dimension, 2);
    std::vector<Score> scores(count);
    for (auto _ : state) {
        forest.score_batch({values.data(), count, dimension}, scores);
        benchmark::DoNotOptimize(scores.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}
BENCHMARK(RandomCutForest_score_batch)->Arg(4)->Arg(8)->Arg(38)->Arg(64)->ArgName("dimension");

void RandomCutForest_learn(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    auto forest = at_work(dimension);
    const auto values = rows_of(count, dimension, 3);
    const MatrixView rows{values.data(), count, dimension};
    std::size_t i = 0;
    for (auto _ : state) forest.learn(rows.row(i++ % count));
}
BENCHMARK(RandomCutForest_learn)->Arg(4)->Arg(8)->Arg(38)->Arg(64)->ArgName("dimension");

}  // namespace
