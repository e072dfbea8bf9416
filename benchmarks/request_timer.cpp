// SPDX-License-Identifier: Apache-2.0
// What the stages of a request cost, with a clock and without.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "sonde/core/tsc_clock.hpp"
#include "sonde/metrics/registry.hpp"
#include "sonde/metrics/request_metrics.hpp"

namespace {

using namespace sonde;

constexpr int token_count = 100;

/// Free to read: what is left is the recording. It advances 20 ms, the gap of a usual stream.
class FreeClock {
public:
    [[nodiscard]] TimePoint now() const noexcept { return TimePoint{Duration{now_ += 20'000'000}}; }

private:
    mutable std::int64_t now_ = 0;
};

const GenerationMetrics& generation() {
    static Registry registry;
    static const GenerationMetrics metrics{registry};
    return metrics;
}

/// A generation of 100 tokens, each an event.
template <class C>
void serve_100_tokens(benchmark::State& state) {
    const C clock;
    for (auto _ : state) {
        auto request = generation().arrive(clock);
        request.schedule();
        request.first_token();
        for (int i = 1; i < token_count; ++i) request.token();
        request.finish();
    }
    state.SetItemsProcessed(state.iterations() * token_count);
}
BENCHMARK(serve_100_tokens<FreeClock>)->Name("generation_100_tokens/free_clock");
BENCHMARK(serve_100_tokens<TscClock>)
    ->Name("generation_100_tokens/TscClock")
    ->ThreadRange(1, 2)
    ->UseRealTime();
BENCHMARK(serve_100_tokens<SteadyClock>)->Name("generation_100_tokens/SteadyClock");

/// One token more of a request that runs.
template <class C>
void token(benchmark::State& state) {
    auto request = generation().arrive(C{});
    for (auto _ : state) request.token();
    request.finish();
}
BENCHMARK(token<FreeClock>)->Name("token/free_clock");
BENCHMARK(token<TscClock>)->Name("token/TscClock");

/// Four tokens of one step, as speculative decoding brings them.
void tokens_of_a_step(benchmark::State& state) {
    auto request = generation().arrive(FreeClock{});
    std::uint32_t n = 4;
    for (auto _ : state) {
        benchmark::DoNotOptimize(n);
        request.tokens(n);
    }
    request.finish();
}
BENCHMARK(tokens_of_a_step)->Name("tokens_4/free_clock");

/// A model that answers at once: arrive, start, finish.
template <class C>
void one_shot(benchmark::State& state) {
    static Registry registry;
    static const RequestMetrics metrics{registry};
    const C clock;
    for (auto _ : state) {
        auto request = metrics.arrive(clock);
        request.start();
        request.finish();
    }
}
BENCHMARK(one_shot<FreeClock>)->Name("one_shot/free_clock");
BENCHMARK(one_shot<TscClock>)->Name("one_shot/TscClock");

void in_flight(benchmark::State& state) {
    static UpDownCounter counter;
    for (auto _ : state) const InFlight counted{counter};
}
BENCHMARK(in_flight)->ThreadRange(1, 2)->UseRealTime();

}  // namespace
