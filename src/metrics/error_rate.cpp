// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/error_rate.hpp"

#include <algorithm>
#include <mutex>

#include "core/utf8.hpp"
#include "metrics/windows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/metrics/collector.hpp"

namespace sonde {

namespace {

using Counts = std::vector<std::uint64_t>;

ErrorRateOptions checked(ErrorRateOptions options) {
    if (options.max_reasons < 1 || options.max_reasons > 1000)
        fail("ErrorRate", "max_reasons", static_cast<double>(options.max_reasons), "in [1, 1000]");
    if (!is_finite(options.confidence) || options.confidence <= 0 || options.confidence >= 1)
        fail("ErrorRate", "confidence", options.confidence, "in (0, 1)");
    return options;
}

}  // namespace

std::optional<double> ErrorRateSnapshot::ratio() const noexcept {
    if (total == 0) return std::nullopt;
    return static_cast<double>(failed) / static_cast<double>(total);
}

std::optional<Interval> ErrorRateSnapshot::interval(double confidence) const noexcept {
    if (total == 0) return std::nullopt;
    return wilson_interval(failed, total, confidence);
}

struct ErrorRate::State {
    explicit State(double c) : confidence{c} {}

    const double confidence;
    detail::Windows<Counts> windows;
    mutable std::mutex names_mutex;
    std::vector<std::string> names{"other"};  // of slot 1, 2, ...; never more than max_reasons + 1

    [[nodiscard]] std::vector<std::string> names_now() const {
        const std::lock_guard lock{names_mutex};
        return names;
    }
    Snapshot snapshot_of(const Counts& counts) const {
        Snapshot result;
        const auto known = names_now();
        for (std::size_t i = 0; i < known.size(); ++i) {
            result.reasons.push_back({known[i], counts[i + 1]});
            result.failed += counts[i + 1];
        }
        result.total = result.failed + counts[Outcome::ok.slot];
        return result;
    }
};

namespace {

Counts load(const detail::ThreadCells& cells) {
    Counts result(cells.size());
    cells.totals(0, result);
    return result;
}

}  // namespace

ErrorRate::ErrorRate(ErrorRateOptions options)
    : counts_{checked(options).max_reasons + 2}, state_{new State{options.confidence}} {}

ErrorRate::~ErrorRate() { delete state_; }

Outcome ErrorRate::reason(std::string_view given) {
    std::string name = detail::valid_utf8(given);
    const std::lock_guard lock{state_->names_mutex};
    auto& names = state_->names;
    const auto found = std::find(names.begin(), names.end(), name);
    const auto slot = static_cast<std::uint32_t>(found - names.begin()) + 1;
    if (found != names.end()) return {slot};
    if (slot >= counts_.size()) return Outcome::failed;
    names.push_back(std::move(name));
    bound_.store(slot + 1);
    return {slot};
}

ErrorRateSnapshot ErrorRate::snapshot() const { return state_->snapshot_of(load(counts_)); }

std::optional<ErrorRateSnapshot> ErrorRate::window(Duration length, TimePoint now) const {
    return state_->windows.read(length, now,
                                [this](const Counts& before, Duration covered) -> std::optional<Snapshot> {
                                    Counts counts = load(counts_);
                                    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] -= before[i];
                                    Snapshot result = state_->snapshot_of(counts);
                                    if (result.total == 0) return std::nullopt;
                                    result.covered = covered;
                                    return result;
                                });
}

void ErrorRate::tick(TimePoint now) {
    state_->windows.tick(now, [this] { return load(counts_); });
}

void ErrorRate::merge(const ErrorRate& other) noexcept {
    counts_.add(Outcome::ok.slot, other.counts_.total(Outcome::ok.slot));
    for (std::size_t i = 1; i < other.counts_.size(); ++i) {
        const std::uint64_t count = other.counts_.total(i);
        if (count == 0) continue;
        Outcome mine = Outcome::failed;
        try {
            mine = reason(other.state_->names_now().at(i - 1));
        } catch (...) {  // no name, or no memory for one; the count is not lost
        }
        counts_.add(mine.slot, count);
    }
}

void ErrorRate::collect(Collector& out, TimePoint now) const {
    const Snapshot all = snapshot();
    out.counter("_total", out.help(), all.total - all.failed, {{"outcome", "ok"}});
    for (const auto& [name, count] : all.reasons)
        out.counter("_total", out.help(), count, {{"outcome", "failed"}, {"reason", name}});
    for (const auto& [length, name] : standard_windows) {
        const auto recent = window(length, now);
        if (!recent) continue;
        const Label over{"window", std::string{name}};
        const Interval interval = *recent->interval(state_->confidence);
        out.gauge("_error_ratio", "Share of the window that failed.", *recent->ratio(), {over});
        out.gauge("_error_lower_ratio", "Lower end of its Wilson interval.", interval.lower, {over});
        out.gauge("_error_upper_ratio", "Upper end of its Wilson interval.", interval.upper, {over});
    }
}

}  // namespace sonde
