// SPDX-License-Identifier: Apache-2.0
#include "telemetry.hpp"

#include <string>

namespace demo {
namespace {

sonde::Counter& outputs_total(sonde::Registry& registry, const char* verdict) {
    return registry.counter("outputs_total", "Predictions, by what the output detector says of their logits.",
                            {{"verdict", verdict}});
}

sonde::Counter& inputs_total(sonde::Registry& registry, const char* verdict) {
    return registry.counter("inputs_total", "Images, by what the input detector says of them.",
                            {{"verdict", verdict}});
}

std::array<sonde::Counter*, cell_count> cells_total(sonde::Registry& registry) {
    std::array<sonde::Counter*, cell_count> counters{};
    for (std::size_t cell = 0; cell < cell_count; ++cell)
        counters[cell] = &registry.counter(
            "input_cells_total",
            "Anomalous images of whose error this cell of 7 x 7 pixels is among the fewest that hold half.",
            {{"row", std::to_string(cell / grid)}, {"column", std::to_string(cell % grid)}});
    return counters;
}

}  // namespace

Telemetry::Telemetry(sonde::Registry& registry)
    : requests{registry.error_rate("requests_total", "Requests to classify an image, by outcome.")},
      latency{registry.latency("request_duration_seconds", "From a request's arrival to its answer.", {},
                               {.bounds = {10e-6, 20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3,
                                           10e-3, 20e-3, 50e-3, 0.1, 0.2, 0.5, 1}})},
      input_scoring{
          registry.latency("input_scoring_seconds", "What the input detector adds to a request.", {},
                           {.bounds = {5e-6, 10e-6, 20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 1e-2}})},
      predictions{registry.throughput("predictions_total", "Images that were given a digit.")},
      quality{registry.classification("digits", "Digits that were predicted, against their labels.", {},
                                      {.classes = Network::outputs})},
      labels{registry.label_join("digit", "Labels that come after their predictions.", quality, {},
                                 {.capacity = 8192, .timeout = std::chrono::seconds{30}})},
      usual_inputs{inputs_total(registry, "normal")},
      unusual_inputs{inputs_total(registry, "anomalous")},
      usual_outputs{outputs_total(registry, "normal")},
      unusual_outputs{outputs_total(registry, "anomalous")},
      bad_request_{requests.reason("bad_request")},
      internal_{requests.reason("internal")},
      main_cells_{cells_total(registry)} {
    registry.watch(sonde::ProcessCpu{});
    registry.watch(sonde::ProcessMemory{});
    registry.watch(sonde::HostCpu{});
    registry.watch(sonde::HostMemory{});
}

void Telemetry::answered(std::uint64_t id, const Prediction& prediction, const InputVerdict& input,
                         sonde::Duration scoring, sonde::TimePoint arrived, sonde::TimePoint now) noexcept {
    requests.observe(sonde::Outcome::ok);
    latency.observe(now - arrived);
    predictions.observe();
    labels.predict(id, prediction.digit, now);

    input_scoring.observe(scoring);
    (input.verdict.anomalous ? unusual_inputs : usual_inputs).observe();
    if (input.verdict.anomalous) {
        const Cells cells = main_cells(input.where);
        for (std::size_t cell = 0; cell < cell_count; ++cell)
            if (cells[cell]) main_cells_[cell]->observe();
    }
    const sonde::Verdict verdict = output_.observe(prediction.logits);
    if (verdict.score.status == sonde::Status::ok)
        (verdict.anomalous ? unusual_outputs : usual_outputs).observe();
}

ForeignCounts Telemetry::foreign_counts() const noexcept {
    ForeignCounts counts{.images = unusual_inputs.value()};
    for (std::size_t cell = 0; cell < cell_count; ++cell)
        counts.main_cells[cell] = main_cells_[cell]->value();
    return counts;
}

void Telemetry::labelled(std::uint64_t id, std::size_t digit) noexcept { labels.label(id, digit); }

void Telemetry::failed(Failure why) noexcept {
    requests.observe(why == Failure::bad_request ? bad_request_ : internal_);
}

}  // namespace demo
