// SPDX-License-Identifier: Apache-2.0
// What it costs that a model can be replaced while it serves: the model alone, behind a ServedModel, with offers, and
// while another thread trains. Rows are drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/registry.hpp"
#include "sonde/models/served_model.hpp"

namespace {

using namespace sonde;

constexpr std::size_t dimension = 784, count = 2000;

std::vector<float> rows_in_0_1(std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.uniform());
    return values;
}

AutoencoderModel model_of(const std::vector<float>& values) {
    return fit_autoencoder({values.data(), count, dimension},
                           {.training = {.loss = Loss::cross_entropy, .epochs = 1}});
}

struct Served {
    std::vector<float> values = rows_in_0_1(1);
    Registry registry;
    ServedAutoencoder model{
        model_of(values), RetrainMetrics{registry}, {}, {.reservoir = {.capacity = count}}};

    Row row(std::size_t i) const { return {values.data() + i % count * dimension, dimension}; }
};

Served& served() {
    static Served all;
    return all;
}

void model_alone(benchmark::State& state) {
    Served& all = served();
    const AutoencoderModel model = all.model.serving()->model;
    const FixedThreshold threshold{model.default_threshold()};
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(threshold.judge(model.score(all.row(i++))));
}

void judge(benchmark::State& state) {
    Served& all = served();
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(all.model.judge(all.row(i++)));
}

void observe(benchmark::State& state) {
    Served& all = served();
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(all.model.observe(all.row(i++)));
}

void offer(benchmark::State& state) {
    Served& all = served();
    std::size_t i = 0;
    for (auto _ : state) all.model.offer(all.row(i++));
}

void observe_while_training(benchmark::State& state) {
    Served& all = served();
    for (std::size_t i = 0; i < count; ++i) all.model.offer(all.row(i));
    std::atomic<bool> done{false};
    std::thread trainer{[&] {
        while (!done) (void)all.model.retrain({});
    }};
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(all.model.observe(all.row(i++)));
    done = true;
    trainer.join();
}

BENCHMARK(model_alone)->Name("served_model/model_alone");
BENCHMARK(judge)->Name("served_model/judge");
BENCHMARK(observe)->Name("served_model/observe");
BENCHMARK(offer)->Name("served_model/offer")->ThreadRange(1, 2);
BENCHMARK(observe_while_training)->Name("served_model/observe_while_training")->UseRealTime();

}  // namespace
