// SPDX-License-Identifier: Apache-2.0
// What a request costs that is timed and counted twice, beside one record.
#include "contender.hpp"
#include "inputs.hpp"
#include "keep.hpp"
#include "sections.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/latency.hpp"
#if SONDE_HAS_PROMETHEUS
#include "prometheus_recorders.hpp"
#endif

namespace peers {

namespace {

constexpr std::size_t requests_at_once = 1024;

template <class Input, class Use>
[[gnu::noinline]] void for_some(Use use) {
    thread_local Stream<Input> stream{0};
    for (const Input value : stream.next(requests_at_once)) {
        use(value);
        next_record();
    }
}

}  // namespace

void one_request(Bench& bench) {
    Report& report = bench.report;
    report.title("One request: ns, 1 thread");
    sonde::Latency latency;
    sonde::Counter requests, tokens;
    std::vector<Contender> contenders;
    const auto add = [&](const char* name, std::function<void(unsigned)> batch) {
        contenders.push_back({name, static_cast<double>(requests_at_once), std::move(batch)});
    };
    add("sonde: latency", [&](unsigned) { for_some<Duration>([&](Duration d) { latency.observe(d); }); });
    add("sonde: latency and 2 counters", [&](unsigned) {
        for_some<Duration>([&](Duration d) {
            latency.observe(d);
            requests.observe();
            tokens.observe(17);
        });
    });
#if SONDE_HAS_PROMETHEUS
    PrometheusHistogram histogram;
    const auto observe = histogram.writer();
    prometheus::Counter other_requests, other_tokens;
    add("prometheus-cpp: Histogram, 2 Counters", [&](unsigned) {
        for_some<double>([&](double seconds) {
            observe(seconds);
            other_requests.Increment();
            other_tokens.Increment(17);
        });
    });
#endif
    const auto rounds = measure(bench.crew, contenders, bench.rounds);
    report.header({"ns"});
    for (std::size_t i = 0; i < rounds.size(); ++i) report.row(contenders[i].name, {median(rounds[i])});
    report.note("");
    report.bar("latency and 2 counters / latency", ratios(rounds[1], rounds[0]), 3);
}

}  // namespace peers
