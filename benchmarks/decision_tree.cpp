// SPDX-License-Identifier: Apache-2.0
// What a decision tree and a random forest cost. Rows are drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/decision_tree.hpp"
#include "sonde/models/fit_decision_tree.hpp"
#include "sonde/models/fit_random_forest.hpp"
#include "sonde/models/random_forest.hpp"

namespace {

using namespace sonde;

struct Data {
    std::size_t count, dimension;
    std::vector<float> values;
    std::vector<std::uint8_t> labels;

    /// A tenth or so are anomalies, told by three features and noise.
    Data(std::size_t rows, std::size_t features, std::uint64_t seed) : count{rows}, dimension{features} {
        Rng rng{seed};
        values.resize(rows * features);
        for (float& value : values) value = static_cast<float>(rng.normal());
        for (std::size_t i = 0; i < rows; ++i) {
            const float* row = values.data() + i * features;
            labels.push_back(static_cast<double>(row[0] + row[1] * row[2]) + rng.normal() / 2 > 1.8 ? 1 : 0);
        }
    }
    [[nodiscard]] MatrixView rows() const { return {values.data(), count, dimension}; }
};

template <class Model>
void score_batch(benchmark::State& state, const Model& model) {
    const Data data{4096, model.dimension(), 2};
    std::vector<Score> scores(data.count);
    for (auto _ : state) {
        model.score_batch(data.rows(), scores);
        benchmark::DoNotOptimize(scores.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(data.count));
}

template <class Model>
void score(benchmark::State& state, const Model& model) {
    const Data data{256, model.dimension(), 3};
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(model.score(data.rows().row(i++ % data.count)));
}

DecisionTreeModel tree_of(std::size_t depth) {
    const Data data{10'000, 16, 1};
    return fit_decision_tree(data.rows(), data.labels, {.max_depth = depth});
}

RandomForestModel forest_of(std::size_t depth) {
    const Data data{10'000, 16, 1};
    return fit_random_forest(data.rows(), data.labels, {.max_depth = depth});
}

// Depth 0: no limit.
void DecisionTree_score_batch(benchmark::State& state) {
    score_batch(state, tree_of(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(DecisionTree_score_batch)->Arg(0)->Arg(6)->ArgName("depth");

void DecisionTree_score(benchmark::State& state) {
    score(state, tree_of(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(DecisionTree_score)->Arg(0)->Arg(6)->ArgName("depth");

void RandomForest_score_batch(benchmark::State& state) {
    score_batch(state, forest_of(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(RandomForest_score_batch)->Arg(0)->Arg(8)->ArgName("depth");

void RandomForest_score(benchmark::State& state) {
    score(state, forest_of(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(RandomForest_score)->Arg(0)->Arg(8)->ArgName("depth");

void DecisionTree_fit(benchmark::State& state) {
    const Data data{static_cast<std::size_t>(state.range(0)), 16, 4};
    for (auto _ : state) benchmark::DoNotOptimize(fit_decision_tree(data.rows(), data.labels));
}
BENCHMARK(DecisionTree_fit)->Arg(10'000)->Arg(100'000)->ArgName("rows")->Unit(benchmark::kMillisecond);

void RandomForest_fit(benchmark::State& state) {
    const Data data{10'000, 16, 4};
    for (auto _ : state) benchmark::DoNotOptimize(fit_random_forest(data.rows(), data.labels));
}
BENCHMARK(RandomForest_fit)->Unit(benchmark::kMillisecond);

}  // namespace
