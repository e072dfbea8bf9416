// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "sonde/core/concepts.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/metrics/latency.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using sonde::Duration;
using sonde::Histogram;
using sonde::HistogramSnapshot;

static_assert(sonde::Metric<Histogram>);
static_assert(sonde::Observer<Histogram, std::uint64_t>);

namespace {

constexpr std::uint64_t largest = (std::uint64_t{1} << 63) - 1;

std::vector<std::uint64_t> some_values(std::size_t n, std::uint64_t seed) {
    sonde::Rng rng{seed};
    std::vector<std::uint64_t> values(n);
    for (auto& value : values) value = rng.next() >> (1 + rng.below(63));
    return values;
}

HistogramSnapshot recorded(const std::vector<std::uint64_t>& values) {
    Histogram histogram;
    for (const auto value : values) histogram.observe(value);
    return histogram.snapshot();
}

}  // namespace

TEST_CASE("Histogram: small whole numbers are exact, their quantiles too", "[metrics]") {
    Histogram batch_sizes;
    for (std::uint64_t size = 0; size < 128; ++size) batch_sizes.observe(size);
    const auto snapshot = batch_sizes.snapshot();
    CHECK(snapshot.count == 128);
    CHECK(snapshot.sum == 127 * 128 / 2);
    CHECK(snapshot.min == 0);
    CHECK(snapshot.max == 127);
    for (std::uint64_t k = 1; k <= 128; ++k) CHECK(snapshot.quantile(static_cast<double>(k) / 128) == k - 1);
}

TEST_CASE("Histogram: count, sum, largest and smallest are exact", "[metrics]") {
    sonde::Rng rng{1};
    std::vector<std::uint64_t> values(10'000);
    for (auto& value : values) value = 5 + rng.below(1'000'000'000'000);
    const auto snapshot = recorded(values);
    CHECK(snapshot.count == values.size());
    CHECK(snapshot.sum == std::accumulate(values.begin(), values.end(), std::uint64_t{0}));
    CHECK(snapshot.total == Approx(static_cast<double>(snapshot.sum)).epsilon(1e-15));
    CHECK(snapshot.min == *std::min_element(values.begin(), values.end()));
    CHECK(snapshot.max == *std::max_element(values.begin(), values.end()));
}

TEST_CASE("Histogram: a sum beyond 2^64 stays at the end, its total goes on", "[metrics]") {
    Histogram histogram;
    for (int i = 0; i < 40; ++i) histogram.observe(std::uint64_t{1} << 60);
    const auto snapshot = histogram.snapshot();
    CHECK(snapshot.sum == std::numeric_limits<std::uint64_t>::max());
    CHECK(snapshot.total == 40 * std::ldexp(1.0, 60));
}

TEST_CASE("Histogram: what is too large counts as the largest, and as clamped", "[metrics]") {
    Histogram histogram;
    histogram.observe(largest);
    CHECK(histogram.clamped() == 0);
    histogram.observe(largest + 1);
    histogram.observe(std::numeric_limits<std::uint64_t>::max(), 3);
    CHECK(histogram.clamped() == 4);
    CHECK(histogram.snapshot().count == 5);
    CHECK(histogram.snapshot().max == largest);
    CHECK(histogram.snapshot().min == largest);
}

TEST_CASE("Histogram: n times at once is n times, 0 times is never", "[metrics][law]") {
    const auto values = some_values(500, 2);
    Histogram one_by_one, at_once;
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t k = 0; k < i % 5; ++k) one_by_one.observe(values[i]);
        at_once.observe(values[i], i % 5);
    }
    CHECK(at_once.snapshot() == one_by_one.snapshot());
    CHECK(at_once.clamped() == one_by_one.clamped());
    at_once.observe(largest + 1, 0);
    CHECK(at_once.snapshot() == one_by_one.snapshot());
    CHECK(at_once.clamped() == one_by_one.clamped());
}

TEST_CASE("Histogram, Latency: a batch is its values one by one", "[metrics][law]") {
    auto values = some_values(1000, 3);
    values.push_back(largest + 7);
    Histogram batch, single;
    batch.observe(values);
    for (const auto value : values) single.observe(value);
    CHECK(batch.snapshot() == single.snapshot());
    CHECK(batch.clamped() == single.clamped());
    batch.observe(std::span<const std::uint64_t>{});
    CHECK(batch.snapshot() == single.snapshot());

    std::vector<Duration> durations;
    for (const auto value : values) durations.push_back(Duration{static_cast<std::int64_t>(value)});
    durations.push_back(Duration{-5});
    sonde::Latency batches, singles;
    batches.observe(durations);
    for (const auto duration : durations) singles.observe(duration);
    CHECK(batches.snapshot() == singles.snapshot());
    CHECK(batches.clamped() == singles.clamped());
    CHECK(singles.clamped() == 2);  // the one above the largest is negative as a duration
}

TEST_CASE("Histogram, Latency: a shard's values are seen with all others", "[metrics][law]") {
    auto values = some_values(1000, 4);
    values.push_back(largest + 1);
    Histogram histogram;
    auto shard = histogram.shard();
    for (std::size_t i = 0; i < values.size(); ++i)
        i % 2 == 0 ? shard.observe(values[i]) : histogram.observe(values[i]);
    CHECK(histogram.snapshot() == recorded(values));
    CHECK(histogram.clamped() == 1);

    sonde::Latency latency;
    auto own = latency.shard();
    own.observe(std::chrono::milliseconds{3});
    own.observe(Duration{-3});
    CHECK(latency.snapshot().count == 2);
    CHECK(latency.clamped() == 1);
}

TEST_CASE("Histogram: correction for coordinated omission adds what a steady load would have seen",
          "[metrics][law]") {
    sonde::Rng rng{5};
    Histogram corrected, expected;
    for (int i = 0; i < 2000; ++i) {
        const std::uint64_t interval = 1 + rng.below(1'000);
        const std::uint64_t value = rng.below(interval * 300);
        corrected.observe_corrected(value, interval);
        expected.observe(value);  // and one each interval that the request was in the way
        for (auto missing = static_cast<std::int64_t>(value - interval);
             value > interval && missing >= static_cast<std::int64_t>(interval);
             missing -= static_cast<std::int64_t>(interval))
            expected.observe(static_cast<std::uint64_t>(missing));
    }
    CHECK(corrected.snapshot() == expected.snapshot());
}

TEST_CASE("Histogram: correction takes few steps however long the pause, and none without an interval",
          "[metrics]") {
    Histogram histogram;
    histogram.observe_corrected(largest, 1);  // 2^63 values
    CHECK(histogram.snapshot().count == largest);
    CHECK(histogram.snapshot().min == 1);
    histogram.observe_corrected(largest + 9, 0);
    CHECK(histogram.snapshot().count == largest + 1);
    CHECK(histogram.clamped() == 1);

    sonde::Latency latency;
    latency.observe_corrected(std::chrono::seconds{1}, std::chrono::milliseconds{10});
    CHECK(latency.snapshot().count == 100);
    CHECK(latency.snapshot().sum == std::chrono::milliseconds{10} * (100 * 101 / 2));
    latency.observe_corrected(Duration{-1}, Duration{10});
    latency.observe_corrected(Duration{50}, Duration{-10});
    CHECK(latency.snapshot().count == 102);
    CHECK(latency.clamped() == 1);
}

TEST_CASE("Histogram: merging one of another precision keeps count, sum and extremes", "[metrics][law]") {
    const auto values = some_values(3000, 6);
    for (const unsigned bits : {3u, 5u, 6u, 10u}) {
        Histogram coarse{{.precision_bits = bits}}, fine{{.precision_bits = 8}};
        for (const auto value : values) fine.observe(value);
        coarse.merge(fine);
        const auto merged = coarse.snapshot(), original = fine.snapshot();
        CHECK(merged.precision_bits == bits);
        CHECK(merged.count == original.count);
        CHECK(merged.min == original.min);
        CHECK(merged.max == original.max);
        if (bits > 8) continue;
        Histogram direct{{.precision_bits = bits}};
        for (const auto value : values) direct.observe(value);
        CHECK(merged == direct.snapshot());  // coarser buckets hold finer ones exactly
    }
}

TEST_CASE("Histogram: observing allocates nothing, however it is done", "[metrics]") {
    Histogram histogram;
    const auto values = some_values(100, 7);
    const sonde::testing::AllocationCount count;
    histogram.observe(values);
    auto shard = histogram.shard();
    for (const auto value : values) {
        histogram.observe(value);
        histogram.observe(value, 3);
        histogram.observe_corrected(value, 1 + value / 100);
        shard.observe(value);
    }
    CHECK(count.since_start() == 0);
}

TEST_CASE("Histogram: options are checked", "[metrics]") {
    using Options = sonde::HistogramOptions;
    using namespace std::chrono_literals;
    const Duration s = 1s;
    for (const unsigned bits : {0u, 2u, 11u})
        CHECK_THROWS_AS(Histogram{Options{.precision_bits = bits}}, std::invalid_argument);
    for (const auto& bounds : std::vector<std::vector<double>>{{0}, {-1}, {2, 1}, {1, 1}, {1e19}, {NAN}})
        CHECK_THROWS_AS(Histogram{Options{.bounds = bounds}}, std::invalid_argument);
    for (const auto& windows : std::vector<std::vector<Duration>>{
             {0 * s}, {99ms}, {2 * s, s}, {s, s}, {25h}, std::vector<Duration>(9, s)})
        CHECK_THROWS_AS(Histogram{Options{.windows = windows}}, std::invalid_argument);
    CHECK_THROWS_AS(sonde::Latency{Options{.bounds = {2e9}}}, std::invalid_argument);
    CHECK(Histogram{}.options().bounds.size() == 17);
    CHECK(Histogram{}.options().windows == std::vector<Duration>{10 * s, 60 * s, 300 * s});
}
