// SPDX-License-Identifier: Apache-2.0
#include "metrics/histogram_export.hpp"

#include <string>
#include <utility>

#include "metrics/windows.hpp"
#include "sonde/metrics/collector.hpp"
#include "sonde/metrics/histogram.hpp"

namespace sonde::detail {

namespace {

/// A bound in what is recorded. 0.1 s is 1e8 ns, whatever a double makes of it; 2.5 of whole numbers is 2.
std::uint64_t whole(double bound, const HistogramUnit& unit) {
    const double exact = bound * unit.per_unit;
    return static_cast<std::uint64_t>(unit.per_unit > 1 ? exact + 0.5 : exact);
}

}  // namespace

void collect_histogram(Collector& out, TimePoint now, const Histogram& histogram, const HistogramUnit& unit) {
    const HistogramSnapshot all = histogram.snapshot();
    Series& series = out.add(FamilyKind::histogram, unit.suffix, out.help());
    for (const double bound : histogram.options().bounds)
        series.buckets.push_back({bound, all.count_up_to(whole(bound, unit))});
    series.count = all.count;
    series.sum = Number::of(all.total / unit.per_unit);
    static constexpr std::pair<double, const char*> quantiles[] = {
        {0.5, "50"}, {0.9, "90"}, {0.99, "99"}, {0.999, "99.9"}};
    for (const Duration length : histogram.options().windows) {
        const auto recent = histogram.window(length, now);
        if (!recent) continue;
        for (const auto& [q, p] : quantiles)
            out.gauge(unit.window_suffix, out.help() + " Percentile p of the window.",
                      static_cast<double>(*recent->quantile(q)) / unit.per_unit,
                      {{"window", window_name(length)}, {"p", p}});
    }
}

}  // namespace sonde::detail
