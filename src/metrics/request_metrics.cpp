// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/request_metrics.hpp"

#include <string_view>

#include "sonde/metrics/registry.hpp"

namespace sonde {

/// In what models that generate and models that answer at once differ.
struct RequestMetrics::Preset {
    std::string_view duration;
    std::vector<double> duration_bounds{}, stage_bounds{};  // empty: those of a `Latency`
};

namespace {

using Options = RequestMetricsOptions;

HistogramOptions histogram(const Options& options, std::vector<double> bounds) {
    return {options.precision_bits, std::move(bounds), options.windows};
}

Labels with(Labels labels, Label more) {
    labels.push_back(std::move(more));
    return labels;
}

/// The end of a failed request has `error.type`; this is the conventions' value where there is no finer one. An
/// empty label is none, for Prometheus.
Label error_type(bool failed) { return {"error_type", failed ? "_OTHER" : ""}; }

UpDownCounter& in_flight(Registry& registry, const Options& options, const char* stage) {
    return registry.up_down_counter("requests_in_flight", "Requests that arrived and have not ended.",
                                    with(options.labels, {"stage", stage}));
}

std::vector<double> powers(double base, double last) {
    std::vector<double> bounds;
    for (double bound = 1; bound <= last; bound *= base) bounds.push_back(bound);
    return bounds;
}

// The bounds of the conventions that request_metrics.hpp names. They have none for the queue, which is a part
// of the time to first token, and for single gaps, of which the time per output token is the mean.
std::vector<double> request_bounds() {
    return {0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
}
std::vector<double> first_token_bounds() {
    return {0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10};
}
std::vector<double> token_gap_bounds() {
    return {0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5};
}
std::vector<double> token_count_bounds() { return powers(4, 67'108'864); }

}  // namespace

RequestMetrics::RequestMetrics(Registry& registry, const Options& options)
    : RequestMetrics{registry, options, {"request_duration_seconds"}} {}

RequestMetrics::RequestMetrics(Registry& registry, const Options& options, const Preset& preset)
    : duration{registry.latency(preset.duration, "Time from arrival to the end.",
                                with(options.labels, error_type(false)),
                                histogram(options, preset.duration_bounds))},
      failed_duration{registry.latency(preset.duration, "Time from arrival to the end.",
                                       with(options.labels, error_type(true)),
                                       histogram(options, preset.duration_bounds))},
      queue_time{registry.latency("request_queue_time_seconds", "Time from arrival to being scheduled.",
                                  options.labels, histogram(options, preset.stage_bounds))},
      inference_time{registry.latency("request_inference_time_seconds",
                                      "Time from being scheduled to the end.", options.labels,
                                      histogram(options, preset.duration_bounds))},
      requests{registry.error_rate("requests_total", "Requests that ended.", options.labels)},
      abandoned{requests.reason("abandoned")},
      waiting{in_flight(registry, options, "waiting")},
      running{in_flight(registry, options, "running")},
      batch_size{registry.histogram("batch_size", "Requests that ran at once.", options.labels,
                                    histogram(options, powers(2, 1024)))} {}

GenerationMetrics::GenerationMetrics(Registry& registry, const Options& options)
    : RequestMetrics{registry,
                     options,
                     {"gen_ai_server_request_duration_seconds", request_bounds(), first_token_bounds()}},
      time_to_first_token{registry.latency("gen_ai_server_time_to_first_token_seconds",
                                           "Time from arrival to the first output token.", options.labels,
                                           histogram(options, first_token_bounds()))},
      inter_token_latency{registry.latency("inter_token_latency_seconds",
                                           "Time between consecutive output tokens.", options.labels,
                                           histogram(options, token_gap_bounds()))},
      time_per_output_token{
          registry.latency("gen_ai_server_time_per_output_token_seconds",
                           "Mean time per output token after the first, of requests that ended well.",
                           options.labels, histogram(options, token_gap_bounds()))},
      generation_tokens{registry.throughput("generation_tokens_total", "Output tokens.", options.labels)},
      prompt_tokens{registry.histogram("request_prompt_tokens", "Tokens of a request's prompt.",
                                       options.labels, histogram(options, token_count_bounds()))},
      request_tokens{registry.histogram("request_generation_tokens", "Output tokens of a request.",
                                        options.labels, histogram(options, token_count_bounds()))} {}

}  // namespace sonde
