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

/// Where there is something else to do, as in a server: between two scopes and in them, in them only, or nowhere.
enum class Work { around, inside, nowhere };

template <Work work>
void scope(sonde::Rng& rng) {
    next_record();
    if constexpr (work != Work::nowhere) other_work(rng);
    next_record();
}

template <Work work>
void between(sonde::Rng& rng) {
    next_record();
    if constexpr (work == Work::around) other_work(rng);
    next_record();
}

template <Work work, sonde::Clock C>
[[gnu::noinline]] void read_twice(const C& clock) {
    sonde::Rng rng{4};
    for (int i = 0; i < at_once; ++i) {
        const sonde::TimePoint start = clock.now();
        scope<work>(rng);
        keep(sonde::Duration{clock.now() - start});
        between<work>(rng);
    }
}

/// What any histogram has to do: count in a bucket that the duration selects. Its address is known only when the
/// second reading has arrived, and some processors hold up the next reading until then.
template <Work work, sonde::Clock C>
[[gnu::noinline]] void count_scopes(const C& clock) {
    static thread_local std::array<std::uint64_t, bucket_count> buckets{};
    sonde::Rng rng{4};
    for (int i = 0; i < at_once; ++i) {
        const sonde::TimePoint start = clock.now();
        scope<work>(rng);
        ++buckets[bucket_of(clock.now() - start)];
        between<work>(rng);
    }
}

template <Work work, sonde::Clock C>
[[gnu::noinline]] void time_scopes(sonde::Latency& latency, const C& clock) {
    sonde::Rng rng{4};
    for (int i = 0; i < at_once; ++i) {
        {
            const auto timing = latency.time(clock);
            scope<work>(rng);
        }
        between<work>(rng);
    }
}

class Timers {
public:
    explicit Timers(Bench& bench) : bench_{bench} {}

    template <Work work, sonde::Clock C>
    void add(const std::string& clock_name, C clock) {
        constexpr const char* names[] = {", work in and between", ", work in them", ", empty"};
        const std::string name = clock_name + names[static_cast<int>(work)];
        names_.push_back(name);
        contenders_.push_back(
            {"two reads: " + name, at_once, [clock](unsigned) { read_twice<work>(clock); }});
        contenders_.push_back(
            {"two reads and a bucket: " + name, at_once, [clock](unsigned) { count_scopes<work>(clock); }});
        contenders_.push_back({"latency.time(): " + name, at_once,
                               [this, clock](unsigned) { time_scopes<work>(latency_, clock); }});
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
            if (i % 3 == 0)
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
    timers.add<Work::around>("TscClock", sonde::TscClock{});
    timers.add<Work::inside>("TscClock", sonde::TscClock{});
    timers.add<Work::nowhere>("TscClock", sonde::TscClock{});
    timers.add<Work::around>("SteadyClock", sonde::SteadyClock{});
    timers.add<Work::inside>("SteadyClock", sonde::SteadyClock{});
    timers.add<Work::nowhere>("SteadyClock", sonde::SteadyClock{});
    timers.run();
}

}  // namespace peers
