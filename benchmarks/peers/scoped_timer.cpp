// SPDX-License-Identifier: Apache-2.0
// What a scoped timer costs beyond the two clock reads that it cannot do without.
#include <array>

#include "contender.hpp"
#include "keep.hpp"
#include "other_work.hpp"
#include "plain_recorders.hpp"
#include "sections.hpp"
#include "sonde/core/tsc_clock.hpp"
#include "sonde/metrics/latency.hpp"

namespace peers {

namespace {

constexpr int at_once = 256;

/// What is timed: some work, as in a server, or nothing.
enum class Inside { work, nothing };

template <Inside inside>
void scope(sonde::Rng& rng) {
    next_record();
    if constexpr (inside == Inside::work) other_work(rng);
    next_record();
}

template <Inside inside, sonde::Clock C>
[[gnu::noinline]] void read_twice(const C& clock) {
    sonde::Rng rng{4};
    for (int i = 0; i < at_once; ++i) {
        const sonde::TimePoint start = clock.now();
        scope<inside>(rng);
        keep(sonde::Duration{clock.now() - start});
    }
}

/// What any histogram has to do: count in a bucket that the duration selects. Its address is known only when the
/// second reading has arrived, and some processors hold up the next reading until then.
template <Inside inside, sonde::Clock C>
[[gnu::noinline]] void count_scopes(const C& clock) {
    static thread_local std::array<std::uint64_t, bucket_count> buckets{};
    sonde::Rng rng{4};
    for (int i = 0; i < at_once; ++i) {
        const sonde::TimePoint start = clock.now();
        scope<inside>(rng);
        ++buckets[bucket_of(clock.now() - start)];
    }
}

template <Inside inside, sonde::Clock C>
[[gnu::noinline]] void time_scopes(sonde::Latency& latency, const C& clock) {
    sonde::Rng rng{4};
    for (int i = 0; i < at_once; ++i) {
        const auto timing = latency.time(clock);
        scope<inside>(rng);
    }
}

class Timers {
public:
    explicit Timers(Bench& bench) : bench_{bench} {}

    template <Inside inside, sonde::Clock C>
    void add(const std::string& clock_name, C clock) {
        const std::string name = clock_name + (inside == Inside::work ? ", 0.1 us of work" : ", empty");
        names_.push_back(name);
        contenders_.push_back(
            {"two reads: " + name, at_once, [clock](unsigned) { read_twice<inside>(clock); }});
        contenders_.push_back(
            {"two reads and a bucket: " + name, at_once, [clock](unsigned) { count_scopes<inside>(clock); }});
        contenders_.push_back({"latency.time(): " + name, at_once,
                               [this, clock](unsigned) { time_scopes<inside>(latency_, clock); }});
    }

    void run() {
        Report& report = bench_.report;
        const auto rounds = measure(bench_.crew, contenders_, bench_.rounds);
        report.header({"ns"});
        for (std::size_t i = 0; i < rounds.size(); ++i) report.row(contenders_[i].name, {median(rounds[i])});
        report.note("");
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const auto &reads = rounds[3 * i], &bucket = rounds[3 * i + 1], &timer = rounds[3 * i + 2];
            const auto beyond = differences(timer, reads);
            if (i % 2 == 0)
                report.bar("scoped timer less two reads, " + names_[i], beyond, 6, " ns");
            else
                report.figure("scoped timer less two reads, " + names_[i], beyond, " ns");
            report.figure("two reads and a bucket less two reads, " + names_[i], differences(bucket, reads),
                          " ns");
        }
    }

private:
    Bench& bench_;
    sonde::Latency latency_;
    std::vector<std::string> names_;
    std::vector<Contender> contenders_;
};

}  // namespace

void scoped_timer(Bench& bench) {
    bench.report.title("A scoped timer: ns per scope");
    Timers timers{bench};
    timers.add<Inside::work>("TscClock", sonde::TscClock{});
    timers.add<Inside::nothing>("TscClock", sonde::TscClock{});
    timers.add<Inside::work>("SteadyClock", sonde::SteadyClock{});
    timers.add<Inside::nothing>("SteadyClock", sonde::SteadyClock{});
    timers.run();
}

}  // namespace peers
