// SPDX-License-Identifier: Apache-2.0
// What a recurrent forecaster costs per row, with and without tuning, and what an epoch of its training does. Rows are
// drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/neural/recurrent_forecaster.hpp"
#include "sonde/models/neural/recurrent_training.hpp"

namespace {

using namespace sonde;

constexpr std::size_t features = 19, count = 1024;

std::vector<float> noise(std::size_t rows) {
    Rng rng{1};
    std::vector<float> values(rows * features);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

void learn(benchmark::State& state, std::size_t every) {
    const auto cell = static_cast<Cell>(state.range(0));
    const auto units = static_cast<std::size_t>(state.range(1));
    const auto rows = noise(count);
    const RecurrentForecaster plain{random_recurrent_network(cell, features, units, 1, features),
                                    FeatureScaling{{rows.data(), count, features}, Scaling::standard}};
    RecurrentForecaster forecaster = plain.tuned({.every = every});
    std::vector<double> next(features);
    std::size_t i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(forecaster.forecast(next));
        forecaster.learn({rows.data() + i++ % count * features, features});
    }
}

void RecurrentForecaster_learn(benchmark::State& state) { learn(state, 0); }
void RecurrentForecaster_learn_tuned_every_8(benchmark::State& state) { learn(state, 8); }

/// 8192 rows, eight segments side by side.
void Recurrent_epoch(benchmark::State& state) {
    constexpr std::size_t rows = 8192;
    const auto values = noise(rows + 1);
    const RecurrentNetwork start = random_recurrent_network(
        static_cast<Cell>(state.range(0)), features, static_cast<std::size_t>(state.range(1)), 1, features);
    for (auto _ : state)
        benchmark::DoNotOptimize(train(start, {values.data(), rows, features},
                                       {values.data() + features, rows, features}, 0, 32,
                                       {.epochs = 1, .clip_norm = 1}));
}

void cells_and_units(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"lstm", "units"})->Args({0, 32})->Args({1, 32})->Args({0, 128})->Args({1, 128});
}
BENCHMARK(RecurrentForecaster_learn)->Apply(cells_and_units);
BENCHMARK(RecurrentForecaster_learn_tuned_every_8)->Apply(cells_and_units);
BENCHMARK(Recurrent_epoch)->Apply(cells_and_units)->Unit(benchmark::kMillisecond);

}  // namespace
