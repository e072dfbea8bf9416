// SPDX-License-Identifier: Apache-2.0
// A process that ends while it records: `exit <how>`, 0 .. 3. Records come from static destructors, atexit handlers,
// thread_local destructors and detached threads; none may crash, hang, or be lost.
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "check.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/latency.hpp"

using namespace std::chrono_literals;

namespace {

// Never destroyed: what detached threads use must outlive the process.
sonde::Latency& latency() {
    static auto* const made = new sonde::Latency;
    return *made;
}
sonde::Counter& by_main_thread() {
    static auto* const made = new sonde::Counter;
    return *made;
}

void record() noexcept {
    by_main_thread().observe();
    latency().observe(1ms);
}

struct Last {
    std::uint64_t expected = 0;
    /// Made first, destroyed last.
    ~Last() {
        record();
        sonde::testing::must_equal(by_main_thread().value(), expected + 1, "records until the end");
        sonde::testing::must(latency().snapshot().count >= expected + 1, "durations until the end");
    }
} last;

struct RecordsWhenDestroyed {
    ~RecordsWhenDestroyed() { record(); }
};
RecordsWhenDestroyed made_before_the_first_record;
thread_local RecordsWhenDestroyed of_main_thread;

struct Recorder {
    sonde::Latency own;
    ~Recorder() {
        own.observe(1ms);
        sonde::testing::must_equal(own.snapshot().count, 1, "a static metric records in its last moment");
        record();
    }
} static_metric;

void start_detached_threads() {
    for (int t = 0; t < 3; ++t)
        std::thread{[] {
            for (;;) latency().observe(2ms);
        }}.detach();
    // And one that starts others, which end.
    std::thread{[] {
        for (;;) std::thread{[] { latency().observe(3ms); }}.join();
    }}.detach();
}

}  // namespace

int main(int, char** arguments) {
    const std::string how = arguments[1];
    std::atexit(record);
    static_cast<void>(&of_main_thread);  // before this thread has a region: destroyed after that is parked
    record();
    static RecordsWhenDestroyed made_after_the_first_record;
    std::atexit(record);
    last.expected = 1 + 2 + 2 + 1;  // here, atexit twice, static ones, the static metric's
    start_detached_threads();
    if (how == "1") std::this_thread::sleep_for(5ms);
    if (how == "3") std::quick_exit(EXIT_SUCCESS);
    if (how == "2") {
        std::thread{[] { std::exit(EXIT_SUCCESS); }}.detach();
        for (;;) std::this_thread::sleep_for(1s);
    }
    last.expected += 1;  // the thread_local of the thread that calls exit
    return EXIT_SUCCESS;
}
