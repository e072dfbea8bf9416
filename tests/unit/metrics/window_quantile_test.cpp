// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "metrics/windows.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/metrics/histogram.hpp"
#include "sonde/metrics/latency.hpp"
#include "sonde/metrics/registry.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::Duration;
using sonde::Histogram;

namespace {

constexpr double quantiles[] = {0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1};

void record_second(Histogram& histogram, sonde::testing::ManualClock& clock, sonde::Rng& rng) {
    for (int i = 0; i < 200; ++i) histogram.observe(rng.below(1'000'000));
    clock.advance(1s);
    histogram.tick(clock.now());
}

}  // namespace

TEST_CASE("Histogram: a window's quantile is that of the window's snapshot at the last tick",
          "[metrics][law]") {
    Histogram histogram;
    sonde::testing::ManualClock clock;
    sonde::Rng rng{1};
    histogram.tick(clock.now());
    for (int second = 0; second < 400; ++second) {
        record_second(histogram, clock, rng);
        if (second % 7 != 0) continue;
        for (const Duration length : histogram.options().windows)
            for (const double q : quantiles)
                CHECK(histogram.window_quantile(q, length, clock.now()) ==
                      histogram.window(length, clock.now())->quantile(q));
    }
}

TEST_CASE("Histogram: a window's quantile is absent when never ticked, idle, stale or of no window",
          "[metrics]") {
    Histogram histogram;
    sonde::testing::ManualClock clock;
    sonde::Rng rng{2};
    CHECK_FALSE(histogram.window_quantile(0.5, 10s, clock.now()));
    histogram.tick(clock.now());
    histogram.observe(5);
    CHECK_FALSE(histogram.window_quantile(0.5, 10s, clock.now()));
    record_second(histogram, clock, rng);
    CHECK(histogram.window_quantile(0.5, 10s, clock.now()));
    CHECK_FALSE(histogram.window_quantile(0.5, 11s, clock.now()));
    CHECK_FALSE(histogram.window_quantile(std::numeric_limits<double>::quiet_NaN(), 10s, clock.now()));
    CHECK(histogram.window_quantile(0.5, 10s, clock.now() + 2s));
    CHECK_FALSE(histogram.window_quantile(0.5, 10s, clock.now() + 2001ms));  // the last tick is too old
    CHECK(histogram.window_quantile(0.5, 60s, clock.now() + 12s));
    for (int i = 0; i < 12; ++i) {
        clock.advance(1s);
        histogram.tick(clock.now());
    }
    CHECK_FALSE(histogram.window_quantile(0.5, 10s, clock.now()));  // idle
    CHECK(histogram.window_quantile(0.5, 60s, clock.now()));
}

TEST_CASE("Histogram, Latency: windows are those that were chosen", "[metrics]") {
    Histogram histogram{{.windows = {2s, 1h}}};
    sonde::testing::ManualClock clock;
    sonde::Rng rng{3};
    for (int second = 0; second < 20; ++second) {
        histogram.tick(clock.now());
        for (int i = 0; i < 10; ++i) {
            histogram.observe(static_cast<std::uint64_t>(second));
            clock.advance(100ms);
            histogram.tick(clock.now());
        }
    }
    CHECK(histogram.window(2s, clock.now())->min == 18);
    CHECK(histogram.window(2s, clock.now())->count == 20);
    CHECK(histogram.window(1h, clock.now())->count == 200);
    CHECK(histogram.window_quantile(0, 2s, clock.now()) == 18u);
    CHECK(histogram.window_quantile(0, 1h, clock.now()) == 0u);
    CHECK_FALSE(histogram.window_quantile(0, 10s, clock.now()));

    sonde::Latency latency{{.windows = {1s}}};
    latency.tick(clock.now());
    latency.observe(4ms);
    clock.advance(1s);
    latency.tick(clock.now());
    CHECK(latency.window_quantile(1, 1s, clock.now()) == Duration{4ms});
}

TEST_CASE("Histogram: asking for a window's quantile allocates nothing", "[metrics]") {
    Histogram histogram;
    sonde::testing::ManualClock clock;
    sonde::Rng rng{4};
    histogram.tick(clock.now());
    record_second(histogram, clock, rng);
    const sonde::testing::AllocationCount count;
    (void)histogram.window_quantile(0.99, 10s, clock.now());
    CHECK(count.since_start() == 0);
}

TEST_CASE("Registry: a histogram is exported with its bounds and its windows", "[metrics]") {
    sonde::Registry registry{{.prefix = "x"}};
    auto& sizes = registry.histogram("batch_size", "Requests in a batch.", {{"model", "m"}},
                                     {.bounds = {1, 8, 64}, .windows = {5s}});
    sonde::testing::ManualClock clock;
    registry.tick(clock.now());
    for (const std::uint64_t size : {1u, 2u, 8u, 9u, 100u}) sizes.observe(size);
    clock.advance(2s);
    const auto families = registry.families(clock.now());
    REQUIRE(families.size() == 2);
    CHECK(families[0].name == "x_batch_size");
    CHECK(families[0].kind == sonde::FamilyKind::histogram);
    const auto& series = families[0].series.at(0);
    CHECK(series.buckets.at(0).count == 1);
    CHECK(series.buckets.at(1).count == 3);
    CHECK(series.buckets.at(2).count == 4);
    CHECK(series.count == 5);
    CHECK(series.sum.real == 120);
    CHECK(families[1].name == "x_batch_size_window");
    CHECK(families[1].series.at(0).labels == sonde::Labels{{"model", "m"}, {"window", "5s"}, {"p", "50"}});
    CHECK(families[1].series.at(0).value.real == 8);
}

TEST_CASE("window_name: the largest unit that says it whole", "[metrics]") {
    using sonde::detail::window_name;
    CHECK(window_name(10s) == "10s");
    CHECK(window_name(60s) == "1m");
    CHECK(window_name(90s) == "90s");
    CHECK(window_name(24h) == "24h");
    CHECK(window_name(1500ms) == "1500ms");
    CHECK(window_name(Duration{100'000'001}) == "100000001ns");
    for (std::size_t i = 0; i < sonde::standard_windows.size(); ++i)
        CHECK(window_name(sonde::standard_windows[i].length) == sonde::standard_windows[i].name);
}

TEST_CASE("Histogram: after a pause of ticks a window's quantile is absent until it can be right",
          "[metrics]") {
    Histogram histogram;
    sonde::testing::ManualClock clock;
    sonde::Rng rng{5};
    for (int i = 0; i < 12; ++i) record_second(histogram, clock, rng);
    histogram.observe(7);
    clock.advance(1h);
    histogram.tick(clock.now());
    CHECK_FALSE(histogram.window_quantile(0.5, 10s, clock.now()));
    REQUIRE(histogram.window(10s, clock.now()));
    CHECK(histogram.window(10s, clock.now())->covered == 1h);  // which says so
    for (int i = 0; i < 11; ++i) record_second(histogram, clock, rng);
    CHECK(histogram.window_quantile(0.5, 10s, clock.now()));
}

TEST_CASE("Histogram: ticks that go back in time are ignored", "[metrics]") {
    Histogram histogram;
    sonde::testing::ManualClock clock;
    sonde::Rng rng{6};
    for (int i = 0; i < 12; ++i) record_second(histogram, clock, rng);
    const auto before = histogram.window_quantile(0.5, 10s, clock.now());
    histogram.tick(clock.now() - 9s);
    CHECK(histogram.window_quantile(0.5, 10s, clock.now()) == before);
}

TEST_CASE("Registry: a bound between two whole numbers counts up to the lower", "[metrics]") {
    sonde::Registry registry{{.prefix = "x"}};
    auto& sizes = registry.histogram("size", "Sizes.", {}, {.bounds = {0.5, 2.5, 10}});
    sizes.observe(1);
    sizes.observe(3);
    const auto families = registry.families(sonde::TimePoint{1h});
    const auto& buckets = families.at(0).series.at(0).buckets;
    CHECK(buckets.at(0).count == 0);
    CHECK(buckets.at(1).count == 1);
    CHECK(buckets.at(2).count == 2);
}
