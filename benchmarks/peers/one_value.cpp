// SPDX-License-Identifier: Apache-2.0
// What recording one value costs, on one thread and on two.
#include <array>
#include <memory>
#include <vector>

#include "contender.hpp"
#include "plain_recorders.hpp"
#include "sections.hpp"
#include "sonde_recorders.hpp"
#if SONDE_HAS_PROMETHEUS
#include "prometheus_recorders.hpp"
#endif

namespace peers {

namespace {

/// The loop that everyone is timed in.
template <class Writer, class Input>
[[gnu::noinline]] void record_all(Writer write, std::span<const Input> values) {
    for (const Input value : values) {
        write(value);
        next_record();
    }
}
template <class Writer, class Input>
[[gnu::noinline]] void record_batches(Writer write, std::span<const Input> values, std::size_t at_once) {
    for (; !values.empty(); values = values.subspan(at_once)) {
        write(values.first(at_once));
        next_record();
    }
}

/// The same work, alone, by two threads into one recorder, and by two threads into one each.
enum Way { alone, into_one, one_each, ways };

class Race {
public:
    template <class Recorder>
    std::size_t enter(const std::string& name) {
        using Recorders = std::array<Recorder, 1 + Crew::size>;
        using Input = typename Recorder::Input;
        auto recorders = std::make_shared<Recorders>();
        auto streams = std::make_shared<std::vector<Stream<Input>>>();
        for (unsigned thread = 0; thread < Crew::size; ++thread) streams->emplace_back(thread);
        std::size_t batch = 1024;
        if constexpr (requires { Recorder::batch; }) batch = Recorder::batch;
        const auto record = [=](unsigned thread, std::size_t which) {
            const auto values = (*streams)[thread].next(batch);
            if constexpr (requires { Recorder::at_once; })
                record_batches((*recorders)[which].writer(), values, Recorder::at_once);
            else
                record_all((*recorders)[which].writer(), values);
        };
        // Time stands still while values are recorded: a third thread would take a processor from the two.
        const auto tick = [recorders] {
            for (Recorder& recorder : *recorders) recorder.tick();
        };
        const auto n = static_cast<double>(batch);
        contenders_.push_back({name, n, [record](unsigned thread) { record(thread, 0); }, tick, 1});
        contenders_.push_back({name, n, [record](unsigned thread) { record(thread, 0); }, tick, 2});
        contenders_.push_back({name, n, [record](unsigned thread) { record(thread, 1 + thread); }, tick, 2});
        return contenders_.size() / ways - 1;
    }

    void run(Bench& bench) {
        rounds_ = measure(bench.crew, contenders_, bench.rounds);
        bench.report.header({"1 thread", "2, one recorder", "2, one each"});
        for (std::size_t i = 0; i < rounds_.size(); i += ways)
            bench.report.row(contenders_[i].name, {median(rounds_[i + alone]), median(rounds_[i + into_one]),
                                                   median(rounds_[i + one_each])});
        bench.report.note("");
    }

    const Rounds& of(std::size_t entry, Way way) const { return rounds_[entry * ways + way]; }

private:
    std::vector<Contender> contenders_;
    std::vector<Rounds> rounds_;
};

}  // namespace

void one_value(Bench& bench) {
    bench.report.title("One value recorded: ns per value and thread");
    bench.report.note(
        "65,536 lognormal durations, over and over. sonde's windows are ticked between slices, a second "
        "each.");
    Race race;
    const auto latency = race.enter<SondeLatency>("sonde::Latency");
    race.enter<SondeShard>("sonde::Latency, shard()");
    race.enter<SondeSpan>("sonde::Latency, 64 values at once");
    const auto atomic = race.enter<AtomicHistogram>("relaxed atomics, log-linear");
    race.enter<MutexHistogram>("std::mutex, log-linear");
#if SONDE_HAS_PROMETHEUS
    const auto prometheus = race.enter<PrometheusHistogram>("prometheus-cpp Histogram, 20 bounds");
    race.enter<PrometheusSummary>("prometheus-cpp Summary, 4 quantiles");
    race.enter<PrometheusCounter>("prometheus-cpp Counter");
#endif
    race.enter<SondeCounter>("sonde::Counter");
    race.enter<ThreadLocalIncrement>("floor: thread-local increment");
    race.run(bench);

    Report& report = bench.report;
#if SONDE_HAS_PROMETHEUS
    report.bar("Latency / prometheus-cpp Histogram, 1 thread",
               ratios(race.of(latency, alone), race.of(prometheus, alone)), 1. / 10);
    report.bar("Latency / prometheus-cpp Histogram, 2 threads, one recorder",
               ratios(race.of(latency, into_one), race.of(prometheus, into_one)), 1. / 50);
#else
    report.not_measured("Latency / prometheus-cpp Histogram", "prometheus-cpp was not found");
#endif
    report.bar("Latency / relaxed atomics, 1 thread", ratios(race.of(latency, alone), race.of(atomic, alone)),
               1. / 2);
    report.bar("Latency, 2 threads: one recorder / one each (equal load)",
               ratios(race.of(latency, into_one), race.of(latency, one_each)), 1.2);
    report.figure("Latency, one recorder: 2 threads / 1 thread and an idle processor",
                  ratios(race.of(latency, into_one), race.of(latency, alone)));
}

}  // namespace peers
