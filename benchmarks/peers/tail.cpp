// SPDX-License-Identifier: Apache-2.0
// The slow records: two threads record, a third reads everything a thousand times a second.
#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "inputs.hpp"
#include "keep.hpp"
#include "other_work.hpp"
#include "plain_recorders.hpp"
#include "sections.hpp"
#include "sonde_recorders.hpp"
#include "ticks.hpp"
#include "turns.hpp"
#if SONDE_HAS_PROMETHEUS
#include "prometheus_recorders.hpp"
#endif

namespace peers {

namespace {

using namespace std::chrono_literals;

/// Room for all records of a slice; touched beforehand, so that keeping a time is no page fault.
using Times = std::vector<std::uint32_t>;
constexpr std::size_t most_records = 1 << 18;
constexpr auto tail_slice = 20ms;  // so long that the reader comes often; there are fewer of them
constexpr std::size_t fewer_rounds = 5;
constexpr auto between_scrapes = 1ms;

/// Records until told to stop, or until the room is used up; returns how many it timed, at least one.
template <Ends ends, class Writer, class Input>
[[gnu::noinline]] std::size_t record_timed(Writer write, Stream<Input> stream, Times& times,
                                           const std::atomic<bool>& stop) {
    sonde::Rng rng{3};
    std::size_t n = 0;
    do {
        const Input value = stream.next(1).front();
        other_work(rng);
        const auto before = ticks_before<ends>();
        next_record();
        write(value);
        next_record();
        times[n++] = static_cast<std::uint32_t>(ticks_after<ends>() - before);
    } while (n < times.size() && !stop.load(std::memory_order_relaxed));
    return n;
}

/// Nothing at all: what timing costs.
class EmptyPair {
public:
    using Input = Duration;
    auto writer() {
        return [](Duration) {};
    }
    void scrape() {}
    void tick() {}
};

struct Entry {
    std::string name;
    std::function<std::size_t(unsigned thread, Times&, const std::atomic<bool>& stop)> write;
    std::function<void()> scrape, tick;
    std::array<Rounds, 3> ns{};
};
constexpr std::array quantiles{0.5, 0.99, 0.999};

template <Ends ends, class Recorder>
Entry entry(const std::string& name) {
    auto recorder = std::make_shared<Recorder>();
    return {name,
            [recorder](unsigned thread, Times& times, const std::atomic<bool>& stop) {
                return record_timed<ends>(recorder->writer(), Stream<typename Recorder::Input>{thread}, times,
                                          stop);
            },
            [recorder] { recorder->scrape(); }, [recorder] { recorder->tick(); }};
}

/// The times of all records that two threads made in one slice but its first quarter, in which the caches that
/// the others have emptied fill up again.
Rounds timed_slice(Crew& crew, const Entry& entry, std::array<Times, Crew::size>& times) {
    std::atomic<bool> stop{false};
    std::array<std::size_t, Crew::size> written{};
    crew.start(Crew::size,
               [&](unsigned thread) { written[thread] = entry.write(thread, times[thread], stop); });
    const auto end = std::chrono::steady_clock::now() + tail_slice;
    for (auto next = end - tail_slice; next < end; next += between_scrapes) {
        std::this_thread::sleep_until(next);
        entry.tick();
        entry.scrape();
    }
    stop = true;
    crew.wait();
    Rounds all;
    for (unsigned thread = 0; thread < Crew::size; ++thread) {
        const auto first = times[thread].begin();
        const auto n = static_cast<std::ptrdiff_t>(written[thread]);
        all.insert(all.end(), first + n / 4, first + n);
    }
    return all;
}

enum Rank : std::size_t { floor = 1, bucket, latency };

template <Ends ends>
std::vector<Entry> entries() {
    std::vector<Entry> result{entry<ends, EmptyPair>("nothing: the pair of clock reads"),
                              entry<ends, ThreadLocalIncrement>("floor: thread-local increment"),
                              entry<ends, ThreadLocalBucket>("thread-local log-linear bucket"),
                              entry<ends, SondeLatency>("sonde::Latency"),
                              entry<ends, AtomicHistogram>("relaxed atomics, log-linear"),
                              entry<ends, MutexHistogram>("std::mutex, log-linear")};
#if SONDE_HAS_PROMETHEUS
    result.push_back(entry<ends, PrometheusHistogram>("prometheus-cpp Histogram, 20 bounds"));
#endif
    return result;
}

template <Ends ends>
std::vector<Entry> race(Bench& bench) {
    std::array<Times, Crew::size> times{Times(most_records), Times(most_records)};
    const double scale = ns_per_tick(), step = counter_step();
    auto all = entries<ends>();
    in_turns(all.size(), std::max<std::size_t>(1, bench.rounds / fewer_rounds),
             [&](std::size_t i, std::size_t round) {
                 const Rounds ticks = timed_slice(bench.crew, all[i], times);
                 if (round == 0) return;
                 for (std::size_t q = 0; q < quantiles.size(); ++q)
                     all[i].ns[q].push_back(scale * grouped_quantile(ticks, quantiles[q], step));
             });
    bench.report.header({"p50", "p99", "p99.9"});
    for (const Entry& e : all) bench.report.row(e.name, {median(e.ns[0]), median(e.ns[1]), median(e.ns[2])});
    bench.report.note("");
    return all;
}

}  // namespace

void tail_of_one_value(Bench& bench) {
    const auto p999 = [](const std::vector<Entry>& all, Rank a, Rank b) {
        return ratios(all[a].ns[2], all[b].ns[2]);
    };
    Report& report = bench.report;
    report.title("The tail of one value: ns, two threads recording, a reader at 1 kHz");
    report.note(
        "Some 0.1 us of other work between two records. The reader ticks, takes a snapshot, a p99 of the\n"
        "last 10 s and what a scrape exports. Figures include the pair of clock reads; medians over slices "
        "of 20 "
        "ms.\n"
        "Some processors' counters move in steps of 10 ns; times of one step are spread evenly over it.\n\n"
        "Until the thread goes on:");
    const auto passed = race<Ends::when_passed>(bench);
    report.bar("Latency / floor, p99.9", p999(passed, latency, floor), 1.5);
    report.note("\nUntil all memory has answered, as if the request had nothing else to do (fenced):");
    const auto complete = race<Ends::when_complete>(bench);
    report.figure("Latency / floor, p99.9, fenced", p999(complete, latency, floor));
    report.figure("Latency / thread-local log-linear bucket, p99.9, fenced", p999(complete, latency, bucket));
}

}  // namespace peers
