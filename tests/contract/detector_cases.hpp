// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every detector that the contract holds for: how it is made, and its name in the list below.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/detectors/any_detector.hpp"
#include "sonde/detectors/gaussian.hpp"
#include "sonde/detectors/multivariate_gaussian.hpp"
#include "sonde/detectors/sliding_window.hpp"
#include "sonde/models/forecast/auto_regression.hpp"
#include "sonde/models/forecast/holt_winters.hpp"
#include "sonde/models/forecast/per_feature.hpp"
#include "sonde/models/forecast/seasonal_naive.hpp"
#include "sonde/models/kmeans_stream.hpp"
#include "sonde/models/neural/recurrent_forecaster.hpp"
#include "sonde/models/random_cut_forest.hpp"
#include "sonde/models/random_features.hpp"
#include "sonde/models/streaming_kmeans.hpp"
#include "sonde/thresholds/quantile_threshold.hpp"

namespace sonde::testing {

struct Gaussian {
    static auto make() { return GaussianDetector{}; }
};
struct GaussianDecayed {
    static auto make() { return GaussianDetector{{.half_life = 100}}; }
};
struct GaussianDensity {
    static auto make() { return GaussianDetector{{.form = GaussianForm::density, .side = Side::above}}; }
};
struct GaussianRobust {
    static auto make() {
        return GaussianDetector{{.estimate = GaussianEstimate::median_mad, .reservoir = 64}};
    }
};
struct GaussianRobustDecayed {
    static auto make() {
        return GaussianDetector{
            {.half_life = 100, .estimate = GaussianEstimate::median_mad, .reservoir = 64}};
    }
};
struct GaussianNormalOnly {
    static auto make() { return GaussianDetector{GaussianScorer{}, LearnFrom::normal_only}; }
};
struct GaussianQuantile {
    static auto make() {
        return StreamingDetector{GaussianScorer{}, QuantileThreshold{{.quantile = 0.95, .warm_up = 100}}};
    }
};
struct Diagonal {
    static auto make() { return MultivariateGaussianDetector{{.dimension = 4}}; }
};
struct DiagonalDecayed {
    static auto make() { return MultivariateGaussianDetector{{.dimension = 4, .half_life = 100}}; }
};
struct Full {
    static auto make() {
        return MultivariateGaussianDetector{{.dimension = 4, .covariance = Covariance::full}};
    }
};
struct FullDecayed {
    static auto make() {
        return MultivariateGaussianDetector{
            {.dimension = 4, .covariance = Covariance::full, .half_life = 100}};
    }
};
struct FullNormalOnly {
    static auto make() {
        return MultivariateGaussianDetector{{.dimension = 4, .covariance = Covariance::full},
                                            LearnFrom::normal_only};
    }
};
struct FullQuantile {
    static auto make() {
        return StreamingDetector{MultivariateGaussianScorer{{.dimension = 4, .covariance = Covariance::full}},
                                 QuantileThreshold{{.quantile = 0.95, .warm_up = 100, .half_life = 500}}};
    }
};
struct CutForest {
    static auto make() {
        return StreamingDetector{
            RandomCutForest{
                {.dimension = 4, .trees = 20, .sample_size = 64, .warm_up = 64, .half_life = 500}},
            QuantileThreshold{{.quantile = 0.95, .warm_up = 100, .half_life = 500}}};
    }
};
struct CutForestUniform {
    static auto make() {
        return StreamingDetector{
            RandomCutForest{{.dimension = 4, .trees = 20, .sample_size = 128, .warm_up = 32, .half_life = 0}},
            QuantileThreshold{{.quantile = 0.99, .warm_up = 100}}, LearnFrom::normal_only};
    }
};
struct MovingCentres {
    static auto make() {
        return StreamingDetector{
            StreamingKMeans{{.dimension = 4, .clusters = 4, .warm_up = 64, .half_life = 500}},
            QuantileThreshold{{.quantile = 0.95, .warm_up = 100}}};
    }
};
struct OnlineSvm {
    static auto make() {
        return StreamingDetector{OnlineOneClassSvm{{.dimension = 4, .random_features = 256, .warm_up = 64}},
                                 QuantileThreshold{{.quantile = 0.95, .warm_up = 100}}};
    }
};
struct ScalarKMeans {
    static auto make() {
        return KMeansStreamDetector{
            {.window = 120, .train_every = 4000, .models = 3, .difference = false, .smooth = 1, .lag = 0}};
    }
};
struct NaiveForecast {
    static auto make() { return SeasonalNaiveDetector{ForecastScorer{SeasonalNaive{{.season = 3}}}}; }
};
struct LinearForecast {  // of few lags: with 20 of them the anomalies of the streams below are foreseen
    static auto make() {
        return AutoRegressionDetector{ForecastScorer{AutoRegression{{.max_order = 8}}, {.window = 100}}};
    }
};
struct LinearForecastFaded {
    static auto make() {
        return StreamingDetector{
            ForecastScorer{AutoRegression{{.order = 4, .difference = 2, .half_life = 100}},
                           {.window = 50, .quantile = 0.9, .side = Side::above, .clip = 3}},
            QuantileThreshold{{.quantile = 0.95, .warm_up = 100}}, LearnFrom::normal_only};
    }
};
struct Smoothed {
    static auto make() { return HoltWintersDetector{}; }
};
struct SmoothedSeasons {
    static auto make() {
        return HoltWintersDetector{
            ForecastScorer{HoltWinters{{.season = 5, .trend = Trend::damped, .alpha = 0.1, .fit = 60}},
                           {.window = 100, .clip = 3}},
            FixedThreshold{4}};
    }
};
struct LinearForecastRows {
    static auto make() {
        return StreamingDetector{
            ForecastScorer{PerFeature{4, AutoRegression{{.order = 2}}}, {.window = 100, .clip = 3}},
            QuantileThreshold{{.quantile = 0.95, .warm_up = 100}}};
    }
};
struct RecurrentForecast {  // a network that knows nothing: its forecasts are near the middle
    static auto make() {
        const float rows[] = {-1, -1, -1, 3, 1, 1, 1, 7};
        return StreamingDetector{
            ForecastScorer{RecurrentForecaster{random_recurrent_network(Cell::gru, 4, 3, 1, 4),
                                               FeatureScaling{{rows, 2, 4}, Scaling::standard}},
                           {.window = 100}},
            QuantileThreshold{{.quantile = 0.95, .warm_up = 100}}};
    }
};
struct WindowMean {
    static auto make() { return SlidingWindowDetector{}; }
};
struct WindowMad {
    static auto make() { return SlidingWindowDetector{{.reference = WindowReference::median_mad}}; }
};
struct WindowQuantiles {
    static auto make() {
        return SlidingWindowDetector{{.reference = WindowReference::quantiles, .side = Side::above}};
    }
};

using Detectors =
    std::tuple<Gaussian, GaussianDecayed, GaussianDensity, GaussianRobust, GaussianRobustDecayed,
               GaussianNormalOnly, GaussianQuantile, Diagonal, DiagonalDecayed, Full, FullDecayed,
               FullNormalOnly, FullQuantile, CutForest, CutForestUniform, MovingCentres, OnlineSvm,
               ScalarKMeans, NaiveForecast, LinearForecast, LinearForecastFaded, LinearForecastRows, Smoothed,
               SmoothedSeasons, RecurrentForecast, WindowMean, WindowMad, WindowQuantiles>;

using RowDetectors =
    std::tuple<Diagonal, DiagonalDecayed, Full, FullDecayed, FullNormalOnly, FullQuantile, CutForest,
               CutForestUniform, MovingCentres, OnlineSvm, LinearForecastRows, RecurrentForecast>;

/// What the toy streams are made of; the memory behind an Input.
template <class Input>
struct Example;

template <>
struct Example<double> {
    double value;

    static Example usual(Rng& rng) { return {10 + 2 * rng.normal()}; }
    static Example odd(Rng& rng) { return {26 + 2 * rng.normal()}; }
    static std::vector<Example> bad() {
        return {{std::bit_cast<double>(0x7ff8'0000'0000'0001U)},
                {std::bit_cast<double>(0x7ff0'0000'0000'0000U)},
                {std::bit_cast<double>(0xfff0'0000'0000'0000U)}};
    }
    static std::vector<Example> extreme() {
        return {{0}, {-0.0}, {1e-310}, {5e-324}, {1e300}, {-1e300}, {1.7e308}, {-1.7e308}, {10}, {1e18}};
    }
    [[nodiscard]] const double& input() const { return value; }
};

template <>
struct Example<Row> {
    std::vector<float> values;

    static Example usual(Rng& rng) {
        const double common = rng.normal();
        return of({common, common + 0.3 * rng.normal(), rng.normal(), 5 + 2 * rng.normal()});
    }
    static Example odd(Rng& rng) {
        Example example = usual(rng);
        example.values[0] += 6.0F;
        example.values[1] -= 6.0F;
        return example;
    }
    static std::vector<Example> bad() {
        std::vector<Example> result{{{}}, {{1}}, {{1, 2, 3}}, {{1, 2, 3, 4, 5}}};
        for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U, 0xff80'0000U}) {
            for (std::size_t at = 0; at < 4; ++at) {
                result.push_back({{1, 2, 3, 4}});
                result.back().values[at] = std::bit_cast<float>(bits);
            }
        }
        return result;
    }
    static std::vector<Example> extreme() {
        return {{{0, 0, 0, 0}},
                {{1e-44F, 0, 0, 0}},
                {{3e38F, -3e38F, 3e38F, -3e38F}},
                {{1e30F, 1, 1, 1}},
                {{-3e38F, -3e38F, -3e38F, -3e38F}}};
    }
    [[nodiscard]] Row input() const { return values; }

private:
    static Example of(const std::array<double, 4>& features) {
        Example example;
        for (const double feature : features) example.values.push_back(static_cast<float>(feature));
        return example;
    }
};

template <class Case>
using DetectorOf = decltype(Case::make());
template <class Case>
using ExampleOf = Example<typename DetectorOf<Case>::Input>;

/// A stream with one anomaly in twenty.
template <class Case>
std::vector<ExampleOf<Case>> stream(std::uint64_t seed, std::size_t size) {
    Rng rng{seed};
    std::vector<ExampleOf<Case>> examples;
    for (std::size_t i = 0; i < size; ++i)
        examples.push_back(i % 20 == 19 ? ExampleOf<Case>::odd(rng) : ExampleOf<Case>::usual(rng));
    return examples;
}

/// A detector that has seen 400 ordinary observations.
template <class Case>
auto trained() {
    auto detector = Case::make();
    Rng rng{7};
    for (int i = 0; i < 400; ++i) detector.observe(ExampleOf<Case>::usual(rng).input());
    return detector;
}

/// Equal, but for rounding where -ffast-math lets the same formula round differently in two places.
inline bool same(double a, double b) {
#ifdef __FAST_MATH__
    return detail::abs(a - b) <= 1e-9 * (detail::abs(a) + detail::abs(b));
#else
    return a == b;
#endif
}
inline bool same(const Score& a, const Score& b) { return a.status == b.status && same(a.value, b.value); }
inline bool same(const Verdict& a, const Verdict& b) {
    return same(a.score, b.score) && same(a.threshold, b.threshold) && a.anomalous == b.anomalous;
}

/// True when two detectors judge all of these alike, without observing them.
template <class Left, class Right, class Examples>
bool judge_alike(const Left& left, const Right& right, const Examples& examples) {
    for (const auto& example : examples)
        if (!same(left.judge(example.input()), right.judge(example.input()))) return false;
    return true;
}

}  // namespace sonde::testing
