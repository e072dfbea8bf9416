// SPDX-License-Identifier: Apache-2.0
// What prometheus_test.py scrapes: a registry with every kind of metric behind an HttpEndpoint. Prints the URL
// and serves until its input ends.
#include "sonde/exporters/http_endpoint.hpp"

#include <cstdio>

#include "sonde/metrics/registry.hpp"
#include "sonde/models/neural/training_metrics.hpp"

using namespace sonde;

namespace {

void fill(Registry& registry) {
    auto& plain = registry.counter("requests_total", "Requests taken.", {{"model", "resnet50"}});
    for (int i = 0; i < 12'345; ++i) plain.observe();
    registry
        .counter("requests_total", "Requests taken.", {{"model", "a \"quoted\\\" n\xC3\xA4me\nin two lines"}})
        .observe();
    registry.gauge("queue_depth", "Requests that wait.").observe(0.1);
    auto& latency = registry.latency("request_duration_seconds", "From arrival to answer.");
    for (int i = 1; i <= 1000; ++i) latency.observe(std::chrono::microseconds{37 * i});
    auto& errors = registry.error_rate("answers_total", "Answers, good and bad.");
    const Outcome timeout = errors.reason("timeout");
    for (int i = 0; i < 200; ++i) errors.observe(i % 10 != 0 ? Outcome::ok : timeout);
    registry.throughput("rows_total", "Rows scored.").observe(4096);
    auto& quality = registry.classification("quality", "How good the model is.");
    for (std::size_t i = 0; i < 60; ++i) quality.observe(i % 3 == 0, i % 2 == 0);
    registry.utilization("memory", "Memory that is reserved.").set(3, 4);
    TrainingMetrics{registry}.observe(2, 5, {0.5, 0.25, 0.001}, std::chrono::seconds{3});
}

}  // namespace

int main() {
    Registry registry{{.prefix = "demo"}};
    fill(registry);
    HttpEndpoint endpoint{registry};
    if (const auto started = endpoint.start(); !started) {
        std::fprintf(stderr, "%s\n", started.error.c_str());
        return 1;
    }
    std::printf("%s\n", endpoint.url().c_str());
    std::fflush(stdout);
    while (std::getchar() != EOF) {}
}
