// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/utilization.hpp"

#include <algorithm>
#include <utility>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/published.hpp"
#include "sonde/metrics/collector.hpp"

namespace sonde {

Utilization::Utilization(UtilizationOptions options) : unit_{std::move(options.unit)} {
    const bool allowed =
        !unit_.empty() && unit_ != "ratio" &&
        std::all_of(unit_.begin(), unit_.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    if (!allowed) fail("Utilization", "unit", unit_, "lower-case letters and underscores, and not ratio");
}

void Utilization::observe(Usage usage) noexcept {
    if (is_finite(usage.used) && is_finite(usage.total) && usage.used >= 0 && usage.total > 0)
        store(usage);
    else
        rejected_.add(1);
}

void Utilization::clear() noexcept { store({0, 0}); }

void Utilization::store(Usage usage) noexcept {
    std::uint64_t version = version_.load_ordered();
    if (version % 2 != 0 || !version_.replace_ordered(version, version + 1)) return;
    used_.store_ordered(usage.used);
    total_.store_ordered(usage.total);
    version_.store_ordered(version + 2);
}

std::optional<Usage> Utilization::snapshot() const noexcept {
    for (;; detail::yield()) {
        const std::uint64_t version = version_.load_ordered();
        if (version % 2 != 0) continue;
        const Usage usage{used_.load_ordered(), total_.load_ordered()};
        if (version_.load_ordered() != version) continue;
        if (usage.total > 0) return usage;
        return std::nullopt;
    }
}

void Utilization::merge(const Utilization& other) noexcept {
    rejected_.add(other.rejected());
    const auto theirs = other.snapshot();
    if (!theirs) return;
    const Usage mine = snapshot().value_or(Usage{});
    observe({mine.used + theirs->used, mine.total + theirs->total});
}

void Utilization::collect(Collector& out, TimePoint) const {
    const auto usage = snapshot();
    if (!usage) return;
    out.gauge("_used_" + unit_, out.help() + " In use.", usage->used);
    out.gauge("_limit_" + unit_, out.help() + " There is.", usage->total);
    out.gauge("_used_ratio", out.help() + " In use, as a share of what there is.", usage->ratio());
}

}  // namespace sonde
