// SPDX-License-Identifier: Apache-2.0
// What DBSCAN and a score by its core rows cost: blobs of 3000 rows, and a tenth of noise. Drawn before the clock runs.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/dbscan.hpp"
#include "sonde/models/dbscan_eps.hpp"
#include "sonde/models/fit_dbscan.hpp"

namespace {

using namespace sonde;

std::vector<float> rows_of(std::size_t count, std::size_t dimension, std::uint64_t seed) {
    Rng centre_rng{1}, rng{seed};
    const double half = dimension > 2 ? 10 : 40;
    const auto uniform = [&](Rng& from) { return half * (2 * from.uniform() - 1); };
    std::vector<double> centres(count / 3000 * dimension + dimension);
    for (double& centre : centres) centre = uniform(centre_rng);
    std::vector<float> values;
    values.reserve(count * dimension);
    for (std::size_t i = 0; i < count; ++i) {
        const bool noise = rng.uniform() < 0.1;
        const std::size_t blob =
            static_cast<std::size_t>(rng.uniform() * static_cast<double>(centres.size() / dimension));
        for (std::size_t j = 0; j < dimension; ++j)
            values.push_back(
                static_cast<float>(noise ? uniform(rng) : centres[blob * dimension + j] + rng.normal()));
    }
    return values;
}

double eps_for(MatrixView rows) {
    return dbscan_eps_quantile(dbscan_k_distances(rows, {.most_rows = 2000}), 0.85);
}

void Dbscan_clusters(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0)),
               dimension = static_cast<std::size_t>(state.range(1));
    const auto values = rows_of(count, dimension, 2);
    const MatrixView rows{values.data(), count, dimension};
    const double eps = eps_for(rows);
    for (auto _ : state) benchmark::DoNotOptimize(dbscan_clusters(rows, {.eps = eps}));
}
BENCHMARK(Dbscan_clusters)
    ->ArgsProduct({{10'000, 100'000}, {2, 8, 16}})
    ->ArgNames({"rows", "dimension"})
    ->Unit(benchmark::kMillisecond);

/// With eps by default, and calibrated.
void Dbscan_fit(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const auto values = rows_of(10'000, dimension, 2);
    for (auto _ : state) benchmark::DoNotOptimize(fit_dbscan({values.data(), 10'000, dimension}));
}
BENCHMARK(Dbscan_fit)->Arg(2)->Arg(8)->Arg(16)->ArgName("dimension")->Unit(benchmark::kMillisecond);

DbscanModel model_of(std::size_t dimension) {
    constexpr std::size_t count = 100'000;
    const auto values = rows_of(count, dimension, 2);
    const MatrixView rows{values.data(), count, dimension};
    return fit_dbscan(rows, {.eps = eps_for(rows)});
}

void Dbscan_score_batch(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const DbscanModel model = model_of(dimension);
    constexpr std::size_t count = 1024;
    const auto values = rows_of(count, dimension, 3);
    std::vector<Score> scores(count);
    for (auto _ : state) {
        model.score_batch({values.data(), count, dimension}, scores);
        benchmark::DoNotOptimize(scores.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}
BENCHMARK(Dbscan_score_batch)->Arg(2)->Arg(8)->Arg(16)->ArgName("dimension");

void Dbscan_score(benchmark::State& state) {
    const auto dimension = static_cast<std::size_t>(state.range(0));
    const DbscanModel model = model_of(dimension);
    constexpr std::size_t count = 256;
    const auto values = rows_of(count, dimension, 3);
    const MatrixView rows{values.data(), count, dimension};
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(model.score(rows.row(i++ % count)));
}
BENCHMARK(Dbscan_score)->Arg(2)->Arg(8)->Arg(16)->ArgName("dimension");

}  // namespace
