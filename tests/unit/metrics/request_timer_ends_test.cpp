// SPDX-License-Identifier: Apache-2.0
// Requests that end early, twice, elsewhere; events that come late, or in no order.
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "sonde/metrics/request_timer.hpp"
#include "support/catch.hpp"
#include "unit/metrics/generation.hpp"

using namespace std::chrono_literals;
using namespace sonde;
using sonde::testing::count;
using sonde::testing::Generation;
using sonde::testing::only;

TEST_CASE("RequestTimer: nothing is recorded after the end", "[metrics]") {
    Generation model;
    auto request = model.arrive();
    request.finish();
    model.clock.advance(1s);
    request.schedule();
    request.start();
    request.prompt_tokens(3);
    request.first_token();
    request.token();
    request.tokens(3);
    request.finish();
    request.finish(Outcome::failed);
    CHECK(only(model.metrics.duration) == 0s);
    CHECK(model.metrics.requests.snapshot().total == 1);
    CHECK(model.metrics.requests.snapshot().failed == 0);
    CHECK(count(model.metrics.queue_time) == 0);
    CHECK(count(model.metrics.time_to_first_token) == 0);
    CHECK(model.metrics.generation_tokens.total() == 0);
    CHECK(model.metrics.prompt_tokens.snapshot().count == 0);
    CHECK(model.in_flight() == 0);
}

TEST_CASE("RequestTimer: it is scheduled once, and not after a token", "[metrics]") {
    Generation model;
    auto preempted = model.arrive();
    model.clock.advance(2ms);
    preempted.schedule();
    model.clock.advance(2ms);
    preempted.schedule();
    preempted.finish();
    CHECK(only(model.metrics.queue_time) == 2ms);
    CHECK(only(model.metrics.inference_time) == 2ms);

    auto late = model.arrive();
    model.clock.advance(2ms);
    late.token();
    late.schedule();
    late.finish();
    CHECK(count(model.metrics.queue_time) == 1);
    CHECK(count(model.metrics.inference_time) == 1);
    CHECK(model.in_flight() == 0);
}

TEST_CASE("RequestTimer: a first token and a token are the same, a step of none is nothing", "[metrics]") {
    Generation model;
    auto request = model.arrive();
    request.tokens(0);
    model.clock.advance(4ms);
    request.token();
    CHECK(only(model.metrics.time_to_first_token) == 4ms);
    model.clock.advance(6ms);
    request.tokens(0);
    request.first_token();
    CHECK(count(model.metrics.time_to_first_token) == 1);
    CHECK(only(model.metrics.inter_token_latency) == 6ms);
    CHECK(model.metrics.generation_tokens.total() == 2);
}

TEST_CASE("RequestTimer: more tokens than it can count stay that many", "[metrics]") {
    constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
    Generation model;
    auto request = model.arrive();
    request.token();
    model.clock.advance(1s);
    request.tokens(most);
    request.token();
    request.finish();
    CHECK(model.metrics.request_tokens.snapshot().sum == most);
    CHECK(model.metrics.generation_tokens.total() == std::uint64_t{most} + 2);
    CHECK(count(model.metrics.time_per_output_token) == 1);
}

TEST_CASE("RequestTimer: time that goes back counts as 0", "[metrics]") {
    Generation model;
    auto request = model.arrive();
    const TimePoint before = model.clock.now() - 5ns;
    request.schedule(before);
    request.token(before);
    request.tokens(3, before - 1s);
    request.finish(Outcome::ok, before - 2s);
    CHECK(only(model.metrics.queue_time) == 0s);
    CHECK(only(model.metrics.time_to_first_token) == 0s);
    CHECK(model.metrics.inter_token_latency.snapshot().sum == 0s);
    CHECK(only(model.metrics.duration) == 0s);
    CHECK(model.metrics.duration.clamped() == 1);
    CHECK(only(model.metrics.time_per_output_token) == 0s);
}

TEST_CASE("RequestTimer: who ends without finish is abandoned", "[metrics]") {
    Generation model;
    const auto check_abandoned = [&](std::uint64_t requests) {
        const ErrorRateSnapshot ended = model.metrics.requests.snapshot();
        CHECK(ended.total == requests);
        CHECK(ended.failed == requests);
        REQUIRE(ended.reasons.size() == 2);
        CHECK(ended.reasons[1].name == "abandoned");
        CHECK(ended.reasons[1].count == requests);
        CHECK(count(model.metrics.duration) == 0);
        CHECK(model.metrics.failed_duration.snapshot().sum == static_cast<std::int64_t>(requests) * 3ms);
        CHECK(model.in_flight() == 0);
    };
    {
        auto request = model.arrive();
        model.clock.advance(3ms);
    }
    check_abandoned(1);
    const auto fails = [&] {
        auto request = model.arrive();
        request.schedule();
        model.clock.advance(3ms);
        throw std::runtime_error{"failed"};
    };
    CHECK_THROWS_AS(fails(), std::runtime_error);
    check_abandoned(2);
    CHECK(only(model.metrics.inference_time) == 3ms);
}

TEST_CASE("RequestTimer: a failure counts by its reason, and apart from what went well", "[metrics]") {
    Generation model;
    const Outcome timeout = model.metrics.requests.reason("timeout");
    for (const Outcome outcome : {Outcome::ok, Outcome::ok, Outcome::failed, timeout}) {
        auto request = model.arrive();
        model.clock.advance(outcome == Outcome::ok ? 1ms : 100ms);
        request.finish(outcome);
    }
    CHECK(model.metrics.duration.snapshot().sum == 2ms);
    CHECK(model.metrics.failed_duration.snapshot().sum == 200ms);
    const ErrorRateSnapshot ended = model.metrics.requests.snapshot();
    CHECK(ended.total == 4);
    CHECK(ended.failed == 2);
    CHECK(ended.reasons.at(0).count == 1);
    CHECK(ended.reasons.at(2).name == "timeout");
    CHECK(ended.reasons.at(2).count == 1);
}

TEST_CASE("RequestTimer: it waits, then runs, then is gone", "[metrics]") {
    Generation model;
    const auto check = [&](std::int64_t waiting, std::int64_t running) {
        CHECK(model.metrics.waiting.value() == waiting);
        CHECK(model.metrics.running.value() == running);
    };
    std::optional<Generation::Timer> first{model.arrive()}, second{model.arrive()}, third{model.arrive()};
    check(3, 0);
    first->schedule();
    first->schedule();
    check(2, 1);
    second->token();  // nobody said that it was scheduled
    second->token();
    second->schedule();
    check(1, 2);
    first->finish();
    check(1, 1);
    first.reset();
    check(1, 1);
    second.reset();
    check(1, 0);
    third.reset();
    check(0, 0);
}

TEST_CASE("RequestTimer: moves with its request, and what it left records nothing", "[metrics]") {
    Generation model;
    auto here = model.arrive();
    here.schedule();
    model.clock.advance(5ms);
    here.token();
    {
        auto there = std::move(here);
        model.clock.advance(7ms);
        here.token();  // NOLINT(bugprone-use-after-move): it has finished
        here.finish();
        there.token();
        CHECK(only(model.metrics.inter_token_latency) == 7ms);
        CHECK(count(model.metrics.duration) == 0);
        auto other = model.arrive();
        other = std::move(there);  // what `other` was is abandoned
        CHECK(model.metrics.requests.snapshot().failed == 1);
        CHECK(model.in_flight() == 1);
        other.finish();
    }
    CHECK(only(model.metrics.duration) == 12ms);
    CHECK(model.metrics.requests.snapshot().total == 2);
    CHECK(model.in_flight() == 0);

    auto same = model.arrive();
    auto& alias = same;
    same = std::move(alias);
    CHECK(model.in_flight() == 1);
    same.finish();
    CHECK(model.metrics.requests.snapshot().total == 3);
}
