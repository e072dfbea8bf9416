// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "sonde/core/chrono.hpp"
#include "sonde/metrics/error_rate.hpp"
#include "sonde/metrics/family.hpp"
#include "sonde/metrics/histogram.hpp"
#include "sonde/metrics/latency.hpp"
#include "sonde/metrics/request_timer.hpp"
#include "sonde/metrics/throughput.hpp"
#include "sonde/metrics/up_down_counter.hpp"

namespace sonde {

class Registry;

/// What the metrics of a model's requests have in common.
struct RequestMetricsOptions {
    /// Of every family, such as `{{"model", "resnet50"}}`. Not `error_type`, `stage`, `outcome` and `reason`,
    /// which are ours, nor what `Registry` reserves.
    Labels labels{};
    /// \see HistogramOptions
    unsigned precision_bits = 6;
    /// \see HistogramOptions
    std::vector<Duration> windows{};
};

/// Where requests to a model that answers at once are recorded: a classifier, an embedding.
///
///     sonde::RequestMetrics requests{registry, {.labels = {{"model", "resnet50"}}}};
///     auto request = requests.arrive(clock);                            // sonde::RequestTimer
///     request.start();
///     request.finish();
///
/// The metrics belong to the registry; this refers to them. Asking again with the same labels means the same
/// ones. Names follow OpenTelemetry where it has any, else vLLM, behind the registry's prefix unless that is empty;
/// docs/recording.md has the table.
/// Threading: as the metrics, thread-safe.
struct RequestMetrics {
    /// \throws std::invalid_argument  as asking the registry does
    explicit RequestMetrics(Registry& registry, const RequestMetricsOptions& options = {});

    /// A request arrived. \param clock  of all its events: a `TscClock` costs less than half as much
    template <Clock C = SteadyClock>
    [[nodiscard]] RequestTimer<RequestMetrics, C> arrive(C clock = {}) const noexcept {
        return RequestTimer<RequestMetrics, C>{*this, std::move(clock)};
    }
    /// It arrived a while ago. \param arrived  by the same clock
    template <Clock C>
    [[nodiscard]] RequestTimer<RequestMetrics, C> arrive(C clock, TimePoint arrived) const noexcept {
        return RequestTimer<RequestMetrics, C>{*this, std::move(clock), arrived};
    }

    Latency& duration;         ///< from arrival to the end, of those that ended well: error_type=""
    Latency& failed_duration;  ///< the same of those that failed or were abandoned: error_type="_OTHER"
    Latency& queue_time;       ///< from arrival to `schedule`
    Latency& inference_time;   ///< from `schedule` to the end
    ErrorRate& requests;       ///< that ended; bind reasons here
    Outcome abandoned;         ///< the reason "abandoned": ended without `finish`
    UpDownCounter& waiting;    ///< arrived, not scheduled: requests_in_flight{stage="waiting"}
    UpDownCounter& running;    ///< scheduled, or has tokens: stage="running"
    Histogram& batch_size;     ///< for the scheduler: `observe` how many it runs at once

protected:
    struct Preset;
    RequestMetrics(Registry& registry, const RequestMetricsOptions& options, const Preset& preset);
};

/// Where requests to a model that generates tokens are recorded.
///
///     sonde::GenerationMetrics requests{registry, {.labels = {{"gen_ai_request_model", "llama-3-8b"}}}};
///     auto request = requests.arrive(clock);                            // sonde::RequestTimer
///     request.schedule();
///     request.first_token();
///     request.token();
///     request.finish();
///
/// All else as in `RequestMetrics`. Names, units and bounds are those of OpenTelemetry's conventions for
/// generative AI (status: development): https://github.com/open-telemetry/semantic-conventions-genai at 004902b8,
/// docs/gen-ai/gen-ai-metrics.md, for the request duration, the time to first token, the time per output token
/// and, from `gen_ai.client.token.usage`, the bounds of tokens. What they lack is named as in vLLM:
/// https://docs.vllm.ai/en/v0.12.0/design/metrics/
struct GenerationMetrics : RequestMetrics {
    /// \throws std::invalid_argument  as asking the registry does
    explicit GenerationMetrics(Registry& registry, const RequestMetricsOptions& options = {});

    /// \see RequestMetrics::arrive
    template <Clock C = SteadyClock>
    [[nodiscard]] RequestTimer<GenerationMetrics, C> arrive(C clock = {}) const noexcept {
        return RequestTimer<GenerationMetrics, C>{*this, std::move(clock)};
    }
    /// \see RequestMetrics::arrive
    template <Clock C>
    [[nodiscard]] RequestTimer<GenerationMetrics, C> arrive(C clock, TimePoint arrived) const noexcept {
        return RequestTimer<GenerationMetrics, C>{*this, std::move(clock), arrived};
    }

    Latency& time_to_first_token;  ///< from arrival; as it happens, so of those too that fail later
    Latency& inter_token_latency;  ///< between consecutive tokens, one observation a token; as it happens
    Latency&
        time_per_output_token;  ///< one observation a request: its mean, to the end; of those that ended well
    Throughput& generation_tokens;  ///< in all, and per second
    Histogram& prompt_tokens;       ///< of a request
    Histogram& request_tokens;      ///< generated for a request, when it ended
};

}  // namespace sonde
