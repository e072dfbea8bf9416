// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "sonde/core/chrono.hpp"
#include "sonde/metrics/classification.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/error_rate.hpp"
#include "sonde/metrics/family.hpp"
#include "sonde/metrics/gauge.hpp"
#include "sonde/metrics/histogram.hpp"
#include "sonde/metrics/label_join.hpp"
#include "sonde/metrics/latency.hpp"
#include "sonde/metrics/recordings.hpp"
#include "sonde/metrics/resource_source.hpp"
#include "sonde/metrics/throughput.hpp"
#include "sonde/metrics/up_down_counter.hpp"
#include "sonde/metrics/utilization.hpp"

namespace sonde {

/// How a `Registry` names what it exports, and how many series it lets one name have.
struct RegistryOptions {
    /// Goes in front of every name: `demo` makes `demo_requests_total`. Empty: names stand as they are, for
    /// conventions that give them whole; what the registry says of itself then begins with `sonde_registry_`.
    std::string prefix = "sonde";
    /// How many label sets a name may have; further ones share one series, whose label values are all
    /// `overflow`, and are counted in `<prefix>_registry_overflowed_series_total`. At least 1.
    std::size_t max_series = 2000;
};

/// The metrics of an application, by name and labels. The application owns it and hands it around.
///
///     auto& requests = registry.counter("requests_total", "Requests taken.", {{"model", "resnet50"}});
///     requests.observe();
///
/// Asking registers, or finds what has that name and these labels: ask once, keep the reference. It is
/// valid as long as the registry. Options count when the labels are new, else the first ones stand.
/// Names follow Prometheus, in base units, and say what kind of thing they are: counters, throughputs
/// and error rates end in `_total`, latencies in `_seconds`, a utilization has no unit in its name.
/// Every asking throws std::invalid_argument when a name, a label or an option is not allowed, when the
/// name (or one that it would be exported under) stands for another kind or another help, and when the
/// label names differ from the family's others. Names that begin with `sonde_endpoint_` are the
/// `HttpEndpoint`'s. What is not UTF-8 in a label's value becomes U+FFFD.
/// When memory is short (std::bad_alloc) nothing has been registered; the next asking may do better.
/// Threading: thread-safe; nothing here is on the request path.
class Registry {
public:
    /// \throws std::invalid_argument  prefix is neither empty nor a name, max_series is 0
    explicit Registry(RegistryOptions options = {});
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;
    ~Registry();

    /// Exported as it is called.
    Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
    /// Exported as it is called, once it is known.
    Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
    /// Exports the histogram as it is called, and the gauge `x_window{window, p}`, whose p is 50, 90, 99 or
    /// 99.9.
    Histogram& histogram(std::string_view name, std::string_view help, Labels labels = {},
                         HistogramOptions options = {});
    /// `x_seconds` exports the histogram `x_seconds` and the gauge `x_window_seconds{window, p}`, whose p
    /// is 50, 90, 99 or 99.9.
    Latency& latency(std::string_view name, std::string_view help, Labels labels = {},
                     LatencyOptions options = {});
    /// `x_total` exports the counter `x_total` and the gauge `x_per_second{window}`.
    Throughput& throughput(std::string_view name, std::string_view help, Labels labels = {});
    /// `x_total` exports the counter `x_total{outcome, reason}`, without a reason where the outcome is `ok`,
    /// and the gauges `x_error_ratio{window}`, `x_error_lower_ratio{window}` and
    /// `x_error_upper_ratio{window}`: the Wilson interval.
    ErrorRate& error_rate(std::string_view name, std::string_view help, Labels labels = {},
                          ErrorRateOptions options = {});
    /// Exported as it is called, as a gauge.
    UpDownCounter& up_down_counter(std::string_view name, std::string_view help, Labels labels = {});
    /// Exports what `Classification` says it does.
    Classification& classification(std::string_view name, std::string_view help, Labels labels = {},
                                   ClassificationOptions options = {});
    /// Exports what `LabelJoin` says it does. \param classification  is fed; lives as long as
    /// the registry, as one of its own does
    LabelJoin& label_join(std::string_view name, std::string_view help, Classification& classification,
                          Labels labels = {}, LabelJoinOptions options = {});
    /// `x` exports the gauges `x_used_<unit>`, `x_limit_<unit>` and `x_used_ratio`.
    Utilization& utilization(std::string_view name, std::string_view help, Labels labels = {},
                             UtilizationOptions options = {});

    /// Takes a source and reads it at every tick into the utilization that is named after it.
    template <std::derived_from<ResourceSource> Source>
    Utilization& watch(Source source, const Labels& labels = {}) {
        return adopt(new Source(std::move(source)), labels);
    }

    /// Reads the sources and keeps what windows are made from. Call about once a second; without it
    /// there are no windows. Cost: some microseconds per metric.
    void tick(TimePoint now);
    /// Everything that is known, for exporters. \param now  the end of the windows
    [[nodiscard]] Families families(TimePoint now) const;
    /// What was recorded over all time, in a form that adds up with other processes', as a file (`to_bytes`) or
    /// at once (`Recordings::merge`): counters, throughputs, up-down counters, histograms and latencies. Other
    /// kinds are left out for now. Cost: that of a snapshot per metric, microseconds; asking for metrics and
    /// `tick` wait, recording does not.
    [[nodiscard]] Recordings recordings() const;

private:
    struct State;

    Utilization& adopt(ResourceSource* source, Labels labels);

    State* state_;
};

}  // namespace sonde
