// SPDX-License-Identifier: Apache-2.0
#include "monitor.hpp"

#include <cmath>
#include <optional>

namespace demo {
namespace {

using namespace std::chrono_literals;

// Of a share that was seen in a sample, what it is at least, with 97.5 % confidence: a few errors among few
// requests are no reason to wake anybody.
double at_least(std::uint64_t part, std::uint64_t all) { return sonde::wilson_interval(part, all).lower; }

// The median latency of the last second, in milliseconds.
std::optional<double> latency(const Telemetry& telemetry, sonde::TimePoint now) {
    const auto window = telemetry.latency.window(1s, now);
    const auto median = window ? window->p50() : std::nullopt;
    if (!median) return std::nullopt;
    return 1e3 * sonde::seconds(*median);
}

// The share of requests that failed in the last second.
std::optional<double> errors(const Telemetry& telemetry, sonde::TimePoint now) {
    const auto window = telemetry.requests.window(1s, now);
    if (!window) return std::nullopt;
    return at_least(window->failed, window->total);
}

// The share of labelled predictions that were wrong in the last two seconds.
std::optional<double> mistakes(const Telemetry& telemetry, sonde::TimePoint now) {
    const auto window = telemetry.quality.window(2s, now);
    if (!window) return std::nullopt;
    const double labelled = window->total();
    const double wrong = labelled * (1 - window->accuracy());
    return at_least(static_cast<std::uint64_t>(std::lround(wrong)), static_cast<std::uint64_t>(labelled));
}

// The share of predictions since the last look whose logits the output detector found unusual.
Watch::Source unusual_outputs(const Telemetry& telemetry) {
    return [&telemetry, usual_before = std::uint64_t{0},
            unusual_before = std::uint64_t{0}](sonde::TimePoint) mutable -> std::optional<double> {
        const std::uint64_t usual = telemetry.usual_outputs.value() - usual_before;
        const std::uint64_t unusual = telemetry.unusual_outputs.value() - unusual_before;
        if (usual + unusual < 20) return std::nullopt;  // too few to say anything: wait for more
        usual_before += usual;
        unusual_before += unusual;
        return at_least(unusual, usual + unusual);
    };
}

}  // namespace

Monitor::Monitor(sonde::Registry& registry, const Telemetry& telemetry, sonde::TimePoint begin)
    : begin_{begin} {
    const auto of = [&telemetry](auto read) {
        return [&telemetry, read](sonde::TimePoint now) { return read(telemetry, now); };
    };
    watches_.emplace_back(registry, "latency", 2.0, of(latency));  // ms
    watches_.emplace_back(registry, "errors", 0.02, of(errors));
    watches_.emplace_back(registry, "output", 0.05, unusual_outputs(telemetry));
    watches_.emplace_back(registry, "accuracy", 0.03, of(mistakes));
}

std::vector<Alarm> Monitor::look(sonde::TimePoint now) {
    std::vector<Alarm> opened;
    for (Watch& watch : watches_)
        if (watch.look(now)) opened.push_back({watch.name(), now - begin_, watch.verdict().level()});
    alarms_.insert(alarms_.end(), opened.begin(), opened.end());
    return opened;
}

}  // namespace demo
