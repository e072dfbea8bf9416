// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/error_rate.hpp"
#include "sonde/metrics/latency.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::Duration;

namespace {

constexpr int thread_count = 8;

/// Every thread of a generation records a slice and ends; 8 live at a time, so each lane starts the next one
/// when the last has ended.
constexpr int generations = 250;
constexpr std::uint64_t all_records = 100'000'000, slice = all_records / (thread_count * generations);

/// Of record `i` of a slice, from 100 ns to some 100 ms; exact sums need no more than their own arithmetic.
constexpr std::int64_t duration_of(std::uint64_t i, int lane) {
    return 100 + 2000 * static_cast<int>(i) + lane;
}
constexpr bool fails(std::uint64_t i) { return i % 4 == 0; }

struct Recorded {
    sonde::Latency latency;
    sonde::Counter counter;
    sonde::ErrorRate errors;

    void record_slice(int lane, sonde::Outcome failure) noexcept {
        for (std::uint64_t i = 0; i < slice; ++i) {
            latency.observe(Duration{duration_of(i, lane)});
            counter.observe();
            errors.observe(fails(i) ? failure : sonde::Outcome::ok);
        }
    }
};

/// What a scraper saw, held against what must be so at any time.
class Scraper {
public:
    explicit Scraper(Recorded& recorded) : recorded_{recorded} {}

    void scrape() {
        const auto now = sonde::TimePoint{1000s} + ++scrapes_ * 1s;
        const auto snapshot = recorded_.latency.snapshot();
        check(snapshot);
        check_counts();
        const auto window = recorded_.latency.window(10s, now);
        if (window) check(*window);
        recorded_.latency.tick(now);
        recorded_.errors.tick(now);
        Duration last{0};
        for (const double q : {0.0, 0.5, 0.99, 1.0}) {
            const auto value = recorded_.latency.window_quantile(q, 10s, now);
            sound =
                sound && (!value || (*value >= last && *value <= Duration{duration_of(slice, thread_count)}));
            last = value.value_or(last);
        }
        const auto later = recorded_.latency.snapshot();
        sound = sound && snapshot.count >= count_ && later.count >= snapshot.count &&
                no_bucket_fell(snapshot, later);
        sound = sound && (!window || window->count <= later.count);
        count_ = later.count;
    }

    bool sound = true;
    [[nodiscard]] int scrapes() const noexcept { return scrapes_; }

private:
    void check(const sonde::LatencySnapshot& snapshot) {
        std::uint64_t sum = 0;
        for (const auto& bucket : snapshot.buckets) sum += bucket.count;
        sound = sound && sum == snapshot.count && snapshot.min <= snapshot.max;
        sound = sound && (snapshot.count == 0 || snapshot.min >= Duration{duration_of(0, 0)});
        sound = sound && snapshot.max <= Duration{duration_of(slice, thread_count)};
    }
    void check_counts() {
        const std::uint64_t value = recorded_.counter.value();
        const auto outcomes = recorded_.errors.snapshot();
        sound = sound && value >= counted_ && outcomes.total >= total_ && outcomes.failed >= failed_;
        counted_ = value;
        total_ = outcomes.total;
        failed_ = outcomes.failed;
    }
    static bool no_bucket_fell(const sonde::LatencySnapshot& before, const sonde::LatencySnapshot& after) {
        auto next = after.buckets.begin();
        return std::all_of(before.buckets.begin(), before.buckets.end(),
                           [&](const sonde::BucketCount& bucket) {
                               while (next != after.buckets.end() && next->index < bucket.index) ++next;
                               return next != after.buckets.end() && next->index == bucket.index &&
                                      next->count >= bucket.count;
                           });
    }

    Recorded& recorded_;
    int scrapes_ = 0;
    std::uint64_t count_ = 0, counted_ = 0, total_ = 0, failed_ = 0;
};

/// Exactly what all slices have in them.
void check_all(const Recorded& recorded) {
    std::int64_t sum = 0;
    std::uint64_t failures = 0;
    for (int lane = 0; lane < thread_count; ++lane)
        for (std::uint64_t i = 0; i < slice; ++i) sum += duration_of(i, lane), failures += fails(i) ? 1 : 0;
    const auto snapshot = recorded.latency.snapshot();
    CHECK(snapshot.count == all_records);
    CHECK(snapshot.sum == generations * Duration{sum});
    CHECK(snapshot.min == Duration{duration_of(0, 0)});
    CHECK(snapshot.max == Duration{duration_of(slice - 1, thread_count - 1)});
    CHECK(recorded.latency.clamped() == 0);
    CHECK(recorded.counter.value() == all_records);
    const auto outcomes = recorded.errors.snapshot();
    CHECK(outcomes.total == all_records);
    CHECK(outcomes.failed == generations * failures);
    REQUIRE(outcomes.reasons.size() == 2);
    CHECK(outcomes.reasons[0].count == outcomes.failed / 2);
    CHECK(outcomes.reasons[1].count == outcomes.failed / 2);
}

}  // namespace

TEST_CASE(
    "Latency, Counter, ErrorRate: 1e8 records of 2000 threads, 8 at a time, are exact, and every scrape is "
    "sound",
    "[recording][threads]") {
    Recorded recorded;
    const sonde::Outcome timeout = recorded.errors.reason("timeout");
    std::atomic<int> running{thread_count};
    std::vector<std::thread> lanes;
    for (int lane = 0; lane < thread_count; ++lane)
        lanes.emplace_back([&, lane] {  // starts threads, and records nothing itself
            for (int i = 0; i < generations; ++i)
                std::thread{[&] {
                    recorded.record_slice(lane, lane % 2 == 0 ? timeout : sonde::Outcome::failed);
                }}.join();
            --running;
        });
    Scraper scraper{recorded};
    while (running > 0) {
        scraper.scrape();
        std::this_thread::sleep_for(10ms);
    }
    for (auto& lane : lanes) lane.join();
    CHECK(scraper.sound);
    CHECK(scraper.scrapes() > 5);
    check_all(recorded);
}
