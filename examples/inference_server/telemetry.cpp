// SPDX-License-Identifier: Apache-2.0
#include "telemetry.hpp"

namespace demo {
namespace {

sonde::Counter& outputs_total(sonde::Registry& registry, const char* verdict) {
    return registry.counter("outputs_total", "Predictions, by what the output detector says of their logits.",
                            {{"verdict", verdict}});
}

}  // namespace

Telemetry::Telemetry(sonde::Registry& registry)
    : requests{registry.error_rate("requests_total", "Requests to classify an image, by outcome.")},
      latency{registry.latency("request_duration_seconds", "From a request's arrival to its answer.", {},
                               {.bounds = {10e-6, 20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3,
                                           10e-3, 20e-3, 50e-3, 0.1, 0.2, 0.5, 1}})},
      predictions{registry.throughput("predictions_total", "Images that were given a digit.")},
      quality{registry.classification("digits", "Digits that were predicted, against their labels.", {},
                                      {.classes = Network::outputs})},
      labels{registry.label_join("digit", "Labels that come after their predictions.", quality, {},
                                 {.capacity = 8192, .timeout = std::chrono::seconds{30}})},
      usual_outputs{outputs_total(registry, "normal")},
      unusual_outputs{outputs_total(registry, "anomalous")},
      bad_request_{requests.reason("bad_request")},
      internal_{requests.reason("internal")} {
    registry.watch(sonde::ProcessCpu{});
    registry.watch(sonde::ProcessMemory{});
    registry.watch(sonde::HostCpu{});
    registry.watch(sonde::HostMemory{});
}

void Telemetry::answered(std::uint64_t id, const Prediction& prediction, sonde::TimePoint arrived,
                         sonde::TimePoint now) noexcept {
    requests.observe(sonde::Outcome::ok);
    latency.observe(now - arrived);
    predictions.observe();
    labels.predict(id, prediction.digit, now);

    const sonde::Verdict verdict = output_.observe(prediction.logits);
    if (verdict.score.status == sonde::Status::ok)
        (verdict.anomalous ? unusual_outputs : usual_outputs).observe();
}

void Telemetry::labelled(std::uint64_t id, std::size_t digit) noexcept { labels.label(id, digit); }

void Telemetry::failed(Failure why) noexcept {
    requests.observe(why == Failure::bad_request ? bad_request_ : internal_);
}

}  // namespace demo
