// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/latency.hpp"

#include <algorithm>

#include "metrics/histogram_export.hpp"
#include "metrics/snapshot_values.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

namespace {

constexpr double ns_per_second = 1e9;

/// Bounds become whole nanoseconds.
constexpr double largest_bound = 1e9;

LatencyOptions with_bounds(LatencyOptions options) {
    for (const double bound : options.bounds)
        if (bound > largest_bound) fail("Latency", "bounds", bound, "at most 1e9 s");
    // The usual ones of an HTTP request, and finer ones below for models that answer in less.
    if (options.bounds.empty())
        options.bounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                          0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
    return options;
}

}  // namespace

Latency::Latency(LatencyOptions options) : nanoseconds_{with_bounds(std::move(options)), "Latency"} {}

void Latency::observe_elsewhere(Duration duration, std::uint64_t n) noexcept {
    if (n > 0 && duration < Duration::zero())
        nanoseconds_.observe_clamped(0, n);
    else
        nanoseconds_.observe_elsewhere(whole(duration), n);
}

void Latency::observe(std::span<const Duration> durations) noexcept {
    const auto odd = [this](Duration duration) { observe_elsewhere(duration, 1); };
    if (const detail::HistogramCells own = nanoseconds_.own_cells(); own.buckets != nullptr)
        own.record_alone(durations, whole, odd);
    else
        std::for_each(durations.begin(), durations.end(), odd);
}

void Latency::observe_corrected(Duration duration, Duration interval) noexcept {
    if (duration < Duration::zero() || interval <= Duration::zero()) return observe(duration);
    nanoseconds_.observe_corrected(whole(duration), whole(interval));
}

LatencySnapshot Latency::snapshot() const { return as_durations(nanoseconds_.snapshot()); }

std::optional<LatencySnapshot> Latency::window(Duration length, TimePoint now) const {
    auto recent = nanoseconds_.window(length, now);
    if (!recent) return std::nullopt;
    return as_durations(*std::move(recent));
}

std::optional<Duration> Latency::window_quantile(double q, Duration length, TimePoint now) const noexcept {
    const auto ns = nanoseconds_.window_quantile(q, length, now);
    if (!ns) return std::nullopt;
    return detail::clamped_duration(*ns);
}

void Latency::collect(Collector& out, TimePoint now) const {
    detail::collect_histogram(out, now, nanoseconds_, {ns_per_second, "_seconds", "_window_seconds"});
}

}  // namespace sonde
