// SPDX-License-Identifier: Apache-2.0
// What it costs to ask for the p99 of the last ten seconds.
#include "contender.hpp"
#include "inputs.hpp"
#include "keep.hpp"
#include "sections.hpp"
#include "sonde/metrics/latency.hpp"
#if SONDE_HAS_PROMETHEUS
#include "prometheus_recorders.hpp"
#endif

namespace peers {

void windowed_quantile(Bench& bench) {
    using namespace std::chrono_literals;
    constexpr int seconds_seen = 15, asked = 256;
    constexpr std::size_t each_second = 4'000;
    Report& report = bench.report;
    report.title("p99 of the last 10 s: ns per question");
    report.note(
        "15 s of 4,000 lognormal durations each; the Summary has a window of 60 s and four quantiles.");

    const auto durations = lognormal_durations(seconds_seen * each_second, 2);
    sonde::Latency latency;
    sonde::TimePoint now{};
    latency.tick(now);
    for (std::size_t i = 0; i < durations.size(); ++i) {
        latency.observe(durations[i]);
        if ((i + 1) % each_second == 0) latency.tick(now += 1s);
    }
    if (!latency.window_quantile(0.99, 10s, now)) return report.not_measured("p99", "the window is absent");

    std::vector<Contender> contenders;
    contenders.push_back({"sonde: window_quantile", asked, [&](unsigned) {
                              for (int i = 0; i < asked; ++i) keep(latency.window_quantile(0.99, 10s, now));
                          }});
    contenders.push_back(
        {"sonde: window, then quantile", 1, [&](unsigned) { keep(latency.window(10s, now)->p99()); }});
#if SONDE_HAS_PROMETHEUS
    PrometheusSummary summary;
    const auto observe = summary.writer();
    for (const Duration d : durations) observe(sonde::seconds(d));
    contenders.push_back({"prometheus-cpp Summary: Collect", 1, [&](unsigned) { summary.scrape(); }});
#endif
    const auto rounds = measure(bench.crew, contenders, bench.rounds);
    report.header({"ns"});
    for (std::size_t i = 0; i < rounds.size(); ++i) report.row(contenders[i].name, {median(rounds[i])});
    report.note("");
    report.bar("p99 of a full 10 s window", rounds[0], 100, " ns");
}

}  // namespace peers
