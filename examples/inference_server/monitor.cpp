// SPDX-License-Identifier: Apache-2.0
#include "monitor.hpp"

#include <cmath>
#include <optional>

namespace demo {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t looks_in_a_second = 4;

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

// The share of images or predictions since the last look that their detector found unusual.
Watch::Source share_of(const sonde::Counter& unusual_ones, const sonde::Counter& usual_ones) {
    return [&unusual_ones, &usual_ones, usual_before = std::uint64_t{0},
            unusual_before = std::uint64_t{0}](sonde::TimePoint) mutable -> std::optional<double> {
        const std::uint64_t usual = usual_ones.value() - usual_before;
        const std::uint64_t unusual = unusual_ones.value() - unusual_before;
        if (usual + unusual < 20) return std::nullopt;  // too few to say anything: wait for more
        usual_before += usual;
        unusual_before += unusual;
        return at_least(unusual, usual + unusual);
    };
}

}  // namespace

Monitor::Monitor(sonde::Registry& registry, const Telemetry& telemetry, sonde::TimePoint begin)
    : telemetry_{telemetry}, begin_{begin} {
    const auto of = [&telemetry](auto read) {
        return [&telemetry, read](sonde::TimePoint now) { return read(telemetry, now); };
    };
    watches_.emplace_back(registry, "latency", 2.0, of(latency));  // ms
    watches_.emplace_back(registry, "errors", 0.02, of(errors));
    watches_.emplace_back(registry, "input", 0.05,
                          share_of(telemetry.unusual_inputs, telemetry.usual_inputs));
    watches_.emplace_back(registry, "output", 0.05,
                          share_of(telemetry.unusual_outputs, telemetry.usual_outputs));
    watches_.emplace_back(registry, "accuracy", 0.03, of(mistakes));
}

std::vector<Alarm> Monitor::look(sonde::TimePoint now) {
    foreign_.push_back(telemetry_.foreign_counts());
    if (foreign_.size() > looks_in_a_second + 1) foreign_.pop_front();
    std::vector<Alarm> opened;
    for (Watch& watch : watches_)
        if (watch.look(now)) opened.push_back({watch.name(), now - begin_, watch.verdict().level()});
    alarms_.insert(alarms_.end(), opened.begin(), opened.end());
    return opened;
}

CellShares Monitor::foreign_cells() const noexcept {
    CellShares shares{};
    if (foreign_.empty() || foreign_.back().images == foreign_.front().images) return shares;
    const auto images = static_cast<double>(foreign_.back().images - foreign_.front().images);
    for (std::size_t cell = 0; cell < cell_count; ++cell)
        shares[cell] =
            static_cast<double>(foreign_.back().main_cells[cell] - foreign_.front().main_cells[cell]) /
            images;
    return shares;
}

}  // namespace demo
