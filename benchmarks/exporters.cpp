// SPDX-License-Identifier: Apache-2.0
// Writing a registry of n series: what a scrape costs the endpoint's thread.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "sonde/exporters/negotiate.hpp"

using namespace sonde;

namespace {

Families many(std::int64_t series) {
    Family family{
        "demo_request_duration_seconds", "From arrival to answer.", "seconds", FamilyKind::gauge, {}};
    for (std::int64_t i = 0; i < series; ++i) {
        family.series.push_back({{{"model", "resnet50"}, {"shard", std::to_string(i)}},
                                 Number::of(0.001 * static_cast<double>(i)),
                                 {},
                                 0,
                                 {}});
    }
    return {family};
}

void ExpositionText(benchmark::State& state, TextFormat format) {
    const Families families = many(state.range(0));
    std::string text;
    for (auto _ : state) {
        text.clear();
        append_text(text, families, format);
        benchmark::DoNotOptimize(text.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void Negotiate(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            negotiate("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
                      "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
    }
}

BENCHMARK_CAPTURE(ExpositionText, prometheus, TextFormat::prometheus)->Arg(100)->Arg(10'000);
BENCHMARK_CAPTURE(ExpositionText, openmetrics, TextFormat::openmetrics)->Arg(10'000);
BENCHMARK(Negotiate);

}  // namespace
