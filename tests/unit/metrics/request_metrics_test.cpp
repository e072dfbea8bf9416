// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/request_metrics.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "sonde/exporters/prometheus.hpp"
#include "sonde/metrics/registry.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using namespace sonde;
using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<std::string> names(const Families& families) {
    std::vector<std::string> all;
    for (const Family& family : families) all.push_back(family.name);
    std::sort(all.begin(), all.end());
    return all;
}

std::vector<double> bounds(const Registry& registry, const std::string& name) {
    for (const Family& family : registry.families(TimePoint{1000s})) {
        if (family.name != name) continue;
        std::vector<double> uppers;
        for (const CumulativeBucket& bucket : family.series.at(0).buckets) uppers.push_back(bucket.upper);
        return uppers;
    }
    return {};
}

}  // namespace

TEST_CASE("RequestMetrics: exported under the names that docs/recording.md has", "[metrics]") {
    Registry registry;
    const RequestMetrics metrics{registry};
    CHECK(names(registry.families(TimePoint{1000s})) ==
          std::vector<std::string>{"sonde_batch_size", "sonde_request_duration_seconds",
                                   "sonde_request_inference_time_seconds", "sonde_request_queue_time_seconds",
                                   "sonde_requests_in_flight", "sonde_requests_total"});
}

TEST_CASE("GenerationMetrics: exported under the names that docs/recording.md has", "[metrics]") {
    Registry registry;
    const GenerationMetrics metrics{registry};
    CHECK(names(registry.families(TimePoint{1000s})) ==
          std::vector<std::string>{"sonde_batch_size", "sonde_gen_ai_server_request_duration_seconds",
                                   "sonde_gen_ai_server_time_per_output_token_seconds",
                                   "sonde_gen_ai_server_time_to_first_token_seconds",
                                   "sonde_generation_tokens_total", "sonde_inter_token_latency_seconds",
                                   "sonde_request_generation_tokens", "sonde_request_inference_time_seconds",
                                   "sonde_request_prompt_tokens", "sonde_request_queue_time_seconds",
                                   "sonde_requests_in_flight", "sonde_requests_total"});
}

TEST_CASE("GenerationMetrics: bounds are those of OpenTelemetry's conventions", "[metrics]") {
    Registry registry;
    const GenerationMetrics metrics{registry};
    const std::vector<double> per_token{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2,
                                        0.3,  0.4,   0.5,  0.75,  1.0, 2.5};
    const std::vector<double> to_first_token{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,
                                             0.25,  0.5,   0.75, 1.0,  2.5,  5.0,  7.5,  10.0};
    const std::vector<double> request{0.01, 0.02, 0.04, 0.08,  0.16,  0.32,  0.64,
                                      1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
    const std::vector<double> tokens{1,     4,     16,     64,      256,     1024,     4096,
                                     16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864};
    CHECK(bounds(registry, "sonde_gen_ai_server_time_per_output_token_seconds") == per_token);
    CHECK(bounds(registry, "sonde_inter_token_latency_seconds") == per_token);
    CHECK(bounds(registry, "sonde_gen_ai_server_time_to_first_token_seconds") == to_first_token);
    CHECK(bounds(registry, "sonde_request_queue_time_seconds") == to_first_token);
    CHECK(bounds(registry, "sonde_gen_ai_server_request_duration_seconds") == request);
    CHECK(bounds(registry, "sonde_request_inference_time_seconds") == request);
    CHECK(bounds(registry, "sonde_request_prompt_tokens") == tokens);
    CHECK(bounds(registry, "sonde_request_generation_tokens") == tokens);
}

TEST_CASE("RequestMetrics: both kinds of model share a registry, each by its labels", "[metrics]") {
    Registry registry;
    const GenerationMetrics llama{registry, {.labels = {{"model", "llama"}}}};
    const RequestMetrics resnet{registry, {.labels = {{"model", "resnet"}}, .precision_bits = 8}};
    const RequestMetrics again{registry, {.labels = {{"model", "resnet"}}}};
    CHECK(&llama.queue_time != &resnet.queue_time);
    CHECK(&again.queue_time == &resnet.queue_time);
    CHECK(&again.duration == &resnet.duration);
    CHECK(again.abandoned == resnet.abandoned);
    CHECK(resnet.queue_time.options().precision_bits == 8);
    testing::ManualClock clock;
    again.arrive(clock.face()).finish();
    CHECK(resnet.requests.snapshot().total == 1);
    CHECK(llama.requests.snapshot().total == 0);
}

TEST_CASE("RequestMetrics: what failed and what waits are series of their own", "[metrics]") {
    Registry registry{{.prefix = "demo"}};
    const RequestMetrics metrics{registry, {.labels = {{"model", "resnet"}}}};
    testing::ManualClock clock;
    auto waiting = metrics.arrive(clock.face());
    auto running = metrics.arrive(clock.face());
    running.start();
    metrics.arrive(clock.face()).finish();
    metrics.arrive(clock.face()).finish(metrics.requests.reason("timeout"));
    metrics.batch_size.observe(3);
    const std::string text = prometheus_text(registry.families(clock.now()));
    CHECK_THAT(text, ContainsSubstring("demo_requests_in_flight{model=\"resnet\",stage=\"waiting\"} 1\n"));
    CHECK_THAT(text, ContainsSubstring("demo_requests_in_flight{model=\"resnet\",stage=\"running\"} 1\n"));
    CHECK_THAT(
        text, ContainsSubstring("demo_request_duration_seconds_count{error_type=\"\",model=\"resnet\"} 1\n"));
    CHECK_THAT(text, ContainsSubstring(
                         "demo_request_duration_seconds_count{error_type=\"_OTHER\",model=\"resnet\"} 1\n"));
    CHECK_THAT(text, ContainsSubstring("demo_batch_size_sum{model=\"resnet\"} 3\n"));
    waiting.finish();
    running.finish();
}

TEST_CASE("RequestMetrics: windows are those of the options, and tick with the registry", "[metrics]") {
    Registry registry;
    const GenerationMetrics metrics{registry, {.windows = {30s}}};
    testing::ManualClock clock;
    registry.tick(clock.now());
    auto request = metrics.arrive(clock.face());
    clock.advance(1s);
    request.token();
    for (int i = 0; i < 10; ++i) request.token();
    registry.tick(clock.now());
    CHECK(metrics.time_to_first_token.window(30s, clock.now())->max == 1s);
    CHECK(metrics.generation_tokens.window(10s, clock.now())->rate() == Approx(11));
    request.finish();
}

TEST_CASE("RequestMetrics: our own labels cannot be the caller's", "[metrics]") {
    for (const char* name : {"error_type", "stage", "outcome", "reason", "window"}) {
        Registry registry;
        CHECK_THROWS_AS((RequestMetrics{registry, {.labels = {{name, "x"}}}}), std::invalid_argument);
    }
}
