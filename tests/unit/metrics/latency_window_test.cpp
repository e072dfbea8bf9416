// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "metrics/packed_counts.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/metrics/latency.hpp"
#include "sonde/metrics/snapshot_ring.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::Duration;
using sonde::Latency;

namespace {

struct Seen {
    sonde::TimePoint at;
    Duration value;
};

/// 20 durations a second, slower and slower, so that a wrong window shows.
std::vector<Seen> record_700_seconds(Latency& latency, sonde::testing::ManualClock& clock) {
    std::vector<Seen> seen;
    sonde::Rng rng{1};
    for (int second = 0; second < 700; ++second) {
        latency.tick(clock.now());
        for (int i = 0; i < 20; ++i) {
            clock.advance(50ms);
            const Duration value{static_cast<std::int64_t>(1e6 * (1 + second) * (0.9 + 0.2 * rng.uniform()))};
            latency.observe(value);
            seen.push_back({clock.now() - 1ms, value});
        }
    }
    return seen;
}

/// The durations seen from `start` on, ascending.
std::vector<Duration> since(const std::vector<Seen>& seen, sonde::TimePoint start) {
    std::vector<Duration> inside;
    for (const Seen& s : seen)
        if (s.at >= start) inside.push_back(s.value);
    std::sort(inside.begin(), inside.end());
    return inside;
}

double ns(Duration duration) { return static_cast<double>(duration.count()); }

void check_holds(const sonde::LatencySnapshot& window, const std::vector<Duration>& inside) {
    CHECK(window.count == inside.size());
    CHECK(window.sum == std::accumulate(inside.begin(), inside.end(), Duration{0}));
    CHECK(ns(window.max) == Approx(ns(inside.back())).epsilon(1.0 / 64));
    CHECK(ns(window.min) == Approx(ns(inside.front())).epsilon(1.0 / 64));
    for (const double q : {0.01, 0.5, 0.9, 0.99, 1.0}) {
        const double rank = std::ceil(q * static_cast<double>(inside.size()));
        const double exact = ns(inside[static_cast<std::size_t>(rank) - 1]);
        CHECK(std::abs(ns(*window.quantile(q)) - exact) <= exact / 64);
    }
}

}  // namespace

TEST_CASE("Latency: a window is absent when never ticked, ticked just now, or idle", "[metrics]") {
    Latency latency;
    sonde::testing::ManualClock clock;
    latency.observe(1ms);
    CHECK_FALSE(latency.window(10s, clock.now()));
    latency.tick(clock.now());
    CHECK_FALSE(latency.window(10s, clock.now()));
    clock.advance(1s);
    CHECK_FALSE(latency.window(10s, clock.now()));  // nothing since the tick
    latency.observe(2ms);
    CHECK(latency.window(10s, clock.now()));
    for (int i = 0; i < 15; ++i) {
        latency.tick(clock.now());
        clock.advance(1s);
    }
    CHECK_FALSE(latency.window(10s, clock.now()));  // idle for longer than the window
    CHECK(latency.window(1min, clock.now()));
}

TEST_CASE("Latency: ticked once a second, a window holds exactly what was recorded in it", "[metrics][law]") {
    Latency latency;
    sonde::testing::ManualClock clock;
    const auto seen = record_700_seconds(latency, clock);
    for (const auto& [length, name] : sonde::standard_windows) {
        const auto window = latency.window(length, clock.now());
        REQUIRE(window);
        REQUIRE(window->covered);
        CAPTURE(name);
        CHECK(std::abs((*window->covered - length).count()) <= length.count() / 20);
        CHECK(*window->rate() == Approx(20.0));
        check_holds(*window, since(seen, clock.now() - *window->covered));
    }
}

TEST_CASE("Latency: with rare ticks a window says what it covers", "[metrics]") {
    Latency latency;
    sonde::testing::ManualClock clock;
    latency.tick(clock.now());
    for (int i = 0; i < 4; ++i) {
        latency.observe(5ms);
        clock.advance(45s);
        latency.tick(clock.now());
    }
    latency.observe(5ms);
    clock.advance(30s);
    const auto ten = latency.window(10s, clock.now()), minute = latency.window(1min, clock.now()),
               five = latency.window(5min, clock.now());
    REQUIRE((ten && minute && five));
    CHECK(ten->covered == 30s);
    CHECK(ten->count == 1);
    CHECK(minute->covered == 75s);
    CHECK(minute->count == 2);
    CHECK(five->covered == 210s);
    CHECK(five->count == 5);
}

TEST_CASE("Latency: a window of another length comes from the next longer ring", "[metrics]") {
    Latency latency;
    sonde::testing::ManualClock clock;
    for (int i = 0; i < 600; ++i) {
        latency.tick(clock.now());
        latency.observe(1ms);
        clock.advance(1s);
    }
    CHECK(std::abs((*latency.window(30s, clock.now())->covered - 30s).count()) <= Duration{3s}.count());
    CHECK(latency.window(1h, clock.now())->covered == latency.window(5min, clock.now())->covered);
}

TEST_CASE("Latency: what is merged counts as recorded now", "[metrics]") {
    Latency latency, other;
    sonde::testing::ManualClock clock;
    other.observe(3ms);
    latency.tick(clock.now());
    clock.advance(1s);
    latency.merge(other);
    CHECK(latency.window(10s, clock.now())->count == 1);
}

TEST_CASE("PackedCounts: gives back what was appended, and 0 elsewhere", "[metrics]") {
    sonde::detail::PackedCounts packed;
    const std::vector<std::pair<std::uint64_t, std::uint64_t>> counts{
        {0, 1}, {1, 127}, {2, 128}, {500, 300'000}, {4000, ~std::uint64_t{0}}};
    for (const auto& [index, count] : counts) packed.append(index, count);
    sonde::detail::PackedCounts::Cursor cursor{packed};
    auto next = counts.begin();
    for (std::uint64_t i = 0; i < 5000; ++i) {
        const bool there = next != counts.end() && next->first == i;
        CHECK(cursor.at(i) == (there ? next->second : 0));
        if (there) ++next;
    }
    sonde::detail::PackedCounts::Cursor jumps{packed};
    CHECK(jumps.at(500) == 300'000);
    CHECK(jumps.at(4000) == ~std::uint64_t{0});
    CHECK(jumps.at(4001) == 0);
}

TEST_CASE("PackedCounts: the windows of 1e6 log-normal durations take 40 kB", "[metrics]") {
    Latency latency;
    sonde::Rng rng{2};
    for (int i = 0; i < 1'000'000; ++i)
        latency.observe(Duration{static_cast<std::int64_t>(20e6 * std::exp(0.5 * rng.normal()))});
    const auto snapshot = latency.snapshot();
    sonde::detail::PackedCounts packed;
    for (const auto& bucket : snapshot.buckets) packed.append(bucket.index, bucket.count);
    packed.shrink();
    CAPTURE(snapshot.buckets.size(), packed.bytes());
    CHECK(packed.bytes() <= 3 * snapshot.buckets.size());  // as the docstring of Histogram says
    CHECK(36 * packed.bytes() <= 40'000);
}
