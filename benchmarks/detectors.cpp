// SPDX-License-Identifier: Apache-2.0
// What a detector costs per observation. Inputs are drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/detectors/any_detector.hpp"
#include "sonde/detectors/gaussian.hpp"
#include "sonde/detectors/multivariate_gaussian.hpp"
#include "sonde/detectors/sliding_window.hpp"
#include "sonde/thresholds/quantile_threshold.hpp"

namespace {

using namespace sonde;

constexpr std::size_t stream_size = 4096;

std::vector<double> numbers() {
    Rng rng{1};
    std::vector<double> values(stream_size);
    for (double& value : values) value = rng.normal();
    return values;
}

template <class Detector>
void observe_numbers(benchmark::State& state, Detector detector) {
    const auto values = numbers();
    for (const double value : values) detector.observe(value);
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(detector.observe(values[i++ % stream_size]));
    state.SetItemsProcessed(state.iterations());
}

void Gaussian_score(benchmark::State& state) {
    GaussianDetector detector;
    const auto values = numbers();
    for (const double value : values) detector.observe(value);
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(detector.score(values[i++ % stream_size]));
}
BENCHMARK(Gaussian_score);

void Gaussian_observe(benchmark::State& state) { observe_numbers(state, GaussianDetector{}); }
BENCHMARK(Gaussian_observe);

void Gaussian_observe_decayed(benchmark::State& state) {
    observe_numbers(state, GaussianDetector{{.half_life = 1000}});
}
BENCHMARK(Gaussian_observe_decayed);

void Gaussian_observe_robust(benchmark::State& state) {
    observe_numbers(state, GaussianDetector{{.estimate = GaussianEstimate::median_mad}});
}
BENCHMARK(Gaussian_observe_robust);

void Gaussian_observe_robust_decayed(benchmark::State& state) {
    observe_numbers(state, GaussianDetector{{.half_life = 1000, .estimate = GaussianEstimate::median_mad}});
}
BENCHMARK(Gaussian_observe_robust_decayed);

void Gaussian_observe_any(benchmark::State& state) {
    observe_numbers(state, AnyDetector{GaussianDetector{}});
}
BENCHMARK(Gaussian_observe_any);

void Gaussian_observe_quantile_threshold(benchmark::State& state) {
    observe_numbers(state, StreamingDetector{GaussianScorer{}, QuantileThreshold{}});
}
BENCHMARK(Gaussian_observe_quantile_threshold);

void SlidingWindow_observe(benchmark::State& state) {
    const auto reference = static_cast<WindowReference>(state.range(1));
    observe_numbers(state, SlidingWindowDetector{
                               {.window = static_cast<std::size_t>(state.range(0)), .reference = reference}});
}
BENCHMARK(SlidingWindow_observe)->ArgsProduct({{100, 1000}, {0, 1, 2}})->ArgNames({"window", "reference"});

std::vector<float> rows(std::size_t count, std::size_t dimension) {
    Rng rng{2};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

MultivariateGaussianDetector of_rows(const benchmark::State& state, MatrixView batch) {
    MultivariateGaussianDetector detector{
        {.dimension = batch.cols(), .covariance = static_cast<Covariance>(state.range(1))}};
    for (std::size_t i = 0; i < 2 * batch.cols() + 30; ++i) detector.observe(batch.row(i % batch.rows()));
    return detector;
}

void with_dimensions(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgsProduct({{8, 32, 128, 512}, {0, 1}})->ArgNames({"dimension", "full"});
}

void MultivariateGaussian_observe(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const auto values = rows(256, dimension);
    const MatrixView batch{values.data(), 256, dimension};
    auto detector = of_rows(state, batch);
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(detector.observe(batch.row(i++ % 256)));
}
BENCHMARK(MultivariateGaussian_observe)->Apply(with_dimensions);

void MultivariateGaussian_score_batch(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const auto values = rows(256, dimension);
    const MatrixView batch{values.data(), 256, dimension};
    const auto detector = of_rows(state, batch);
    std::vector<Score> scores(256);
    for (auto _ : state) {
        detector.score_batch(batch, scores);
        benchmark::DoNotOptimize(scores.data());
    }
    state.SetItemsProcessed(state.iterations() * 256);
}
BENCHMARK(MultivariateGaussian_score_batch)->Apply(with_dimensions);

}  // namespace
