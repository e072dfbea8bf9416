// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/request_timer.hpp"

#include <thread>
#include <type_traits>

#include "sonde/core/rng.hpp"
#include "sonde/core/tsc_clock.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/metrics/generation.hpp"

using namespace std::chrono_literals;
using namespace sonde;
using sonde::testing::count;
using sonde::testing::Generation;
using sonde::testing::ManualClock;
using sonde::testing::only;

namespace {

using Generating = Generation::Timer;
using OneShot = RequestTimer<RequestMetrics, ManualClock::Face>;

static_assert(!std::is_copy_constructible_v<Generating> && !std::is_copy_assignable_v<Generating>);
static_assert(std::is_nothrow_move_constructible_v<Generating> &&
              std::is_nothrow_move_assignable_v<Generating>);
static_assert(sizeof(RequestTimer<GenerationMetrics, TscClock>) == 64);
static_assert(sizeof(RequestTimer<GenerationMetrics>) == 48);

// A model that answers at once has no tokens to tell of.
template <class Timer>
concept TellsTokens = requires(Timer& timer) {
    timer.token();
};
static_assert(TellsTokens<Generating>);
static_assert(!TellsTokens<OneShot>);

}  // namespace

TEST_CASE("RequestTimer: each stage of a generation is as long as it was", "[metrics]") {
    Generation model;
    auto request = model.arrive();
    request.prompt_tokens(17);
    model.clock.advance(3ms);
    request.schedule();
    CHECK(only(model.metrics.queue_time) == 3ms);
    model.clock.advance(40ms);
    request.first_token();
    CHECK(only(model.metrics.time_to_first_token) == 43ms);
    for (const Duration gap : {10ms, 30ms, 11ms}) {
        model.clock.advance(gap);
        request.token();
    }
    const LatencySnapshot gaps = model.metrics.inter_token_latency.snapshot();
    CHECK(gaps.count == 3);
    CHECK(gaps.sum == 51ms);
    CHECK(gaps.min == 10ms);
    CHECK(gaps.max == 30ms);
    CHECK(model.metrics.generation_tokens.total() == 4);
    CHECK(count(model.metrics.duration) == 0);

    model.clock.advance(9ms);
    request.finish();
    CHECK(only(model.metrics.duration) == 103ms);
    CHECK(only(model.metrics.inference_time) == 100ms);
    CHECK(only(model.metrics.time_per_output_token) == 20ms);  // (103 - 43) / 3
    CHECK(model.metrics.prompt_tokens.snapshot().sum == 17);
    CHECK(model.metrics.request_tokens.snapshot().count == 1);
    CHECK(model.metrics.request_tokens.snapshot().sum == 4);
    CHECK(count(model.metrics.failed_duration) == 0);
    CHECK(model.metrics.requests.snapshot().total == 1);
    CHECK(model.metrics.requests.snapshot().failed == 0);
}

TEST_CASE("RequestTimer: a model that answers at once has queue, inference and duration", "[metrics]") {
    Registry registry;
    const RequestMetrics metrics{registry};
    ManualClock clock;
    auto request = metrics.arrive(clock.face());
    clock.advance(2ms);
    request.start();
    clock.advance(5ms);
    request.finish();
    CHECK(only(metrics.queue_time) == 2ms);
    CHECK(only(metrics.inference_time) == 5ms);
    CHECK(only(metrics.duration) == 7ms);
    CHECK(metrics.requests.snapshot().total == 1);
}

TEST_CASE("RequestTimer: what was not told is absent", "[metrics]") {
    Generation model;
    auto silent = model.arrive();
    model.clock.advance(1s);
    silent.finish();
    CHECK(only(model.metrics.duration) == 1s);
    CHECK(count(model.metrics.queue_time) == 0);
    CHECK(count(model.metrics.inference_time) == 0);
    CHECK(count(model.metrics.time_to_first_token) == 0);
    CHECK(count(model.metrics.inter_token_latency) == 0);
    CHECK(count(model.metrics.time_per_output_token) == 0);
    CHECK(model.metrics.request_tokens.snapshot().count == 1);
    CHECK(model.metrics.request_tokens.snapshot().sum == 0);
}

TEST_CASE("RequestTimer: no time per output token without tokens after the first step", "[metrics]") {
    Generation model;
    auto one = model.arrive();
    one.first_token();
    model.clock.advance(5ms);
    one.finish();
    auto at_once = model.arrive();
    model.clock.advance(5ms);
    at_once.tokens(100);
    model.clock.advance(5ms);
    at_once.finish();
    CHECK(count(model.metrics.time_to_first_token) == 2);
    CHECK(count(model.metrics.inter_token_latency) == 0);
    CHECK(count(model.metrics.time_per_output_token) == 0);

    auto failed = model.arrive();
    failed.token();
    failed.token();
    failed.finish(Outcome::failed);
    CHECK(count(model.metrics.inter_token_latency) == 1);
    CHECK(count(model.metrics.time_per_output_token) == 0);
}

TEST_CASE("RequestTimer: the tokens of one step share its gap", "[metrics]") {
    Generation model;
    auto request = model.arrive();
    request.tokens(2);  // no gap between them is known
    model.clock.advance(30ms);
    request.tokens(3);
    const LatencySnapshot gaps = model.metrics.inter_token_latency.snapshot();
    CHECK(gaps.count == 3);
    CHECK(gaps.min == 10ms);
    CHECK(gaps.max == 10ms);
    request.finish();
    CHECK(only(model.metrics.time_per_output_token) == 7'500us);  // 30 ms / (5 - 1)
    CHECK(model.metrics.generation_tokens.total() == 5);
    CHECK(model.metrics.request_tokens.snapshot().sum == 5);
}

TEST_CASE("RequestTimer: what does not divide among tokens goes to the next step", "[metrics]") {
    Generation model;
    auto request = model.arrive();
    request.token();
    model.clock.advance(11ns);
    request.tokens(4);  // 2 ns each, 3 ns left
    model.clock.advance(10ns);
    request.token();  // 13 ns
    const LatencySnapshot gaps = model.metrics.inter_token_latency.snapshot();
    CHECK(gaps.count == 5);
    CHECK(gaps.sum == 21ns);
    CHECK(gaps.min == 2ns);
    CHECK(gaps.max == 13ns);
}

TEST_CASE("RequestTimer: gaps add up to the time from the first token to the last", "[metrics][law]") {
    Generation model;
    Rng rng{7};
    std::uint64_t gap_count = 0, token_count = 0;
    Duration from_first_to_last{0}, per_token{0};
    for (int i = 0; i < 200; ++i) {
        auto request = model.arrive();
        model.clock.advance(Duration{static_cast<std::int64_t>(rng.below(1'000'000))});
        const auto first_step = static_cast<std::uint32_t>(rng.below(3)) + 1;
        request.tokens(first_step);
        const TimePoint first = model.clock.now();
        std::uint64_t tokens = first_step;
        const std::uint64_t steps = rng.below(20);
        for (std::uint64_t step = 0; step < steps; ++step) {
            const auto n = static_cast<std::uint32_t>(rng.below(4)) + 1;
            model.clock.advance(Duration{static_cast<std::int64_t>(rng.below(50'000))});
            request.tokens(n);
            tokens += n;
        }
        // A last step of one token takes what was left over.
        model.clock.advance(1us);
        request.token();
        ++tokens;
        from_first_to_last += model.clock.now() - first;
        per_token += (model.clock.now() - first) / static_cast<std::int64_t>(tokens - 1);
        gap_count += tokens - first_step;
        token_count += tokens;
        request.finish();
    }
    const LatencySnapshot gaps = model.metrics.inter_token_latency.snapshot();
    CHECK(gaps.count == gap_count);
    CHECK(gaps.sum == from_first_to_last);
    CHECK(model.metrics.time_per_output_token.snapshot().sum == per_token);
    CHECK(model.metrics.time_per_output_token.snapshot().count == 200);
    CHECK(model.metrics.generation_tokens.total() == token_count);
    CHECK(model.metrics.request_tokens.snapshot().sum == token_count);
}

TEST_CASE("RequestTimer: a request goes from thread to thread", "[metrics]") {
    Generation model;
    auto request = model.arrive();
    model.clock.advance(1ms);
    std::thread{[&] {
        request.schedule();
        model.clock.advance(1ms);
        request.token();
        model.clock.advance(1ms);
        request.token();
    }}.join();
    request.finish();
    CHECK(only(model.metrics.duration) == 3ms);
    CHECK(only(model.metrics.inter_token_latency) == 1ms);
    CHECK(model.metrics.waiting.value() == 0);
    CHECK(model.metrics.running.value() == 0);
}

namespace {

/// Counts how often it is read.
struct CountingClock {
    [[nodiscard]] TimePoint now() const noexcept {
        ++*readings;
        return TimePoint{1s};
    }
    int* readings;
};

}  // namespace

TEST_CASE("RequestTimer: a clock reading an event, none where a time point is given", "[metrics]") {
    Registry registry;
    const GenerationMetrics metrics{registry};
    int readings = 0;
    const CountingClock clock{&readings};
    auto read = metrics.arrive(clock);
    read.schedule();
    read.first_token();
    read.token();
    read.tokens(2);
    read.finish();
    CHECK(readings == 6);
    const TimePoint at{2s};
    {
        auto given = metrics.arrive(clock, at);
        given.schedule(at);
        given.first_token(at);
        given.token(at + 1ms);
        given.tokens(2, at + 5ms);
        given.finish(Outcome::ok, at + 6ms);
    }
    CHECK(readings == 6);
    CHECK(metrics.time_per_output_token.snapshot().max == 2ms);

    Registry another;
    const RequestMetrics one_shot{another};
    auto answer = one_shot.arrive(clock, at);
    answer.start(at + 1ms);
    answer.finish(Outcome::ok, at + 2ms);
    CHECK(only(one_shot.inference_time) == 1ms);
}

TEST_CASE("RequestTimer: steady_clock is the clock where none is given", "[metrics]") {
    Registry registry;
    const GenerationMetrics metrics{registry};
    const TimePoint before = SteadyClock{}.now();
    auto request = metrics.arrive();
    request.token();
    request.finish();
    CHECK(metrics.duration.snapshot().max <= SteadyClock{}.now() - before);
    CHECK(count(metrics.duration) == 1);
}

TEST_CASE("RequestTimer: allocates nothing", "[metrics]") {
    Generation model;
    const RequestMetrics one_shot{model.registry};
    model.arrive().finish();
    const sonde::testing::AllocationCount allocations;
    for (int i = 0; i < 100; ++i) {
        auto request = model.arrive();
        request.prompt_tokens(10);
        request.schedule();
        request.first_token();
        model.clock.advance(1ms);
        request.token();
        request.tokens(3);
        auto moved = std::move(request);
        if (i % 2 == 0) moved.finish();
        auto answer = one_shot.arrive(model.clock.face());
        answer.start();
        answer.finish(Outcome::failed);
    }
    CHECK(allocations.since_start() == 0);
    CHECK(allocations.freed_since_start() == 0);
}
