// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/histogram_snapshot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "sonde/stats/log_linear.hpp"
#include "support/catch.hpp"
#include "unit/metrics/snapshot_of.hpp"

using namespace std::chrono_literals;
using sonde::Duration;
using sonde::HistogramSnapshot;
using sonde::LatencySnapshot;
using sonde::testing::random_values;
using sonde::testing::snapshot_of;
using sonde::testing::Values;

namespace {

constexpr std::uint64_t largest = (std::uint64_t{1} << 63) - 1;

/// Streams that sit where an estimate could be furthest off.
std::vector<Values> adversarial_streams(unsigned P) {
    std::vector<Values> streams{{0}, {largest}, {0, largest}, random_values(P, 5000)};
    for (const unsigned octave : {1U, 2U, 5U, 20U, 61U - P, 62U - P}) {
        for (const std::uint64_t step : {std::uint64_t{0}, (std::uint64_t{1} << P) - 1}) {
            const auto index = ((std::uint64_t{octave} + 1) << P) + step;
            const std::uint64_t lower = sonde::detail::log_linear_lower(index, P);
            const std::uint64_t upper = sonde::detail::log_linear_upper(index, P);
            streams.push_back(Values(100, lower));
            streams.push_back(Values(100, upper));
            streams.push_back({lower - 1, upper, upper, upper, upper + 1});  // extremes that draw nothing in
            streams.push_back({0, lower, lower, lower, upper + 1});
            Values both(500, lower);
            both.insert(both.end(), 500, upper);
            streams.push_back(both);
            both.back() = largest;
            streams.push_back(both);
        }
    }
    Values edges{largest - 1, largest}, small;
    for (unsigned bit = 0; bit < 63; ++bit)
        for (const unsigned beside : {0U, 1U, 2U}) edges.push_back((std::uint64_t{1} << bit) - 1 + beside);
    streams.push_back(edges);
    for (std::uint64_t value = 0; value < (std::uint64_t{4} << P); ++value) small.push_back(value);
    streams.push_back(small);
    for (Values& stream : streams) std::sort(stream.begin(), stream.end());
    return streams;
}

std::uint64_t exact_quantile(const Values& sorted, double q) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

void check_quantile(const HistogramSnapshot& snapshot, double q, std::uint64_t exact) {
    const unsigned P = snapshot.precision_bits;
    const std::uint64_t between = *snapshot.quantile(q), middle = *snapshot.quantile_midpoint(q);
    const auto range = *snapshot.quantile_range(q);
    const std::size_t bucket = sonde::detail::log_linear_index(exact, P);
    CAPTURE(P, q, exact, between, middle, range.lower, range.upper);
    REQUIRE(distance(between, exact) <= exact >> P);  // whole numbers: the same as <= exact / 2^P
    REQUIRE(distance(middle, exact) <= exact >> (P + 1));
    REQUIRE((range.lower <= exact && exact <= range.upper));
    REQUIRE((snapshot.min <= range.lower && range.upper <= snapshot.max));
    for (const std::uint64_t value : {between, middle, range.lower, range.upper}) {
        REQUIRE(sonde::detail::log_linear_index(value, P) == bucket);
        if (exact < std::uint64_t{2} << P) REQUIRE(value == exact);
    }
}

}  // namespace

TEST_CASE("HistogramSnapshot: all three quantiles hold their bounds on adversarial streams",
          "[metrics][law]") {
    const unsigned P = GENERATE(range(3U, 11U));
    for (const Values& sorted : adversarial_streams(P)) {
        const HistogramSnapshot snapshot = snapshot_of(sorted, P);
        for (const double q : {0.0, 1e-9, 0.001, 0.01, 0.1, 0.2, 0.25, 0.3333, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95,
                               0.99, 0.999, 0.9999, 1.0})
            check_quantile(snapshot, q, exact_quantile(sorted, q));
    }
}

TEST_CASE("HistogramSnapshot: quantiles never fall as q rises", "[metrics][law]") {
    const unsigned P = GENERATE(3U, 6U, 10U);
    for (const Values& sorted : adversarial_streams(P)) {
        const HistogramSnapshot snapshot = snapshot_of(sorted, P);
        std::uint64_t between = 0, middle = 0;
        for (int i = 0; i <= 5000; ++i) {
            const double q = i / 5000.0;
            REQUIRE(*snapshot.quantile(q) >= between);
            REQUIRE(*snapshot.quantile_midpoint(q) >= middle);
            between = *snapshot.quantile(q);
            middle = *snapshot.quantile_midpoint(q);
        }
    }
}

TEST_CASE("HistogramSnapshot: ranks are right where doubles no longer tell counts apart",
          "[metrics][boundary]") {
    const std::uint64_t half = std::uint64_t{1} << 62;
    HistogramSnapshot snapshot;
    snapshot.buckets = {{1, half}, {2, half + 1}, {3, 1}};
    snapshot.count = 2 * half + 2;
    snapshot.min = 1;
    snapshot.max = 3;
    CHECK(snapshot.quantile(0) == 1);
    CHECK(snapshot.quantile(0.5) == 1);
    CHECK(snapshot.quantile(0.5000001) == 2);
    CHECK(snapshot.quantile(1) == 3);
    CHECK(snapshot.quantile_midpoint(1) == 3);
    CHECK(snapshot.count_up_to(2) == 2 * half + 1);
    snapshot.buckets = {{1, std::numeric_limits<std::uint64_t>::max() - 1}, {3, 1}};
    snapshot.count = std::numeric_limits<std::uint64_t>::max();
    CHECK(snapshot.quantile(0.9999999) == 1);
    CHECK(snapshot.quantile(1) == 3);
}

TEST_CASE("HistogramSnapshot: a quantile outside [0, 1] is clamped, one that is not finite is absent",
          "[metrics]") {
    const HistogramSnapshot snapshot = snapshot_of({3, 5}, 6);
    CHECK(snapshot.quantile(-1) == 3);
    CHECK(snapshot.quantile_midpoint(2) == 5);
    CHECK(snapshot.quantile_range(2) == sonde::ValueRange<std::uint64_t>{5, 5});
    for (const double q : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
        CHECK_FALSE(snapshot.quantile(q));
        CHECK_FALSE(snapshot.quantile_midpoint(q));
        CHECK_FALSE(snapshot.quantile_range(q));
    }
}

TEST_CASE("HistogramSnapshot: nothing seen is absent, not 0", "[metrics]") {
    const HistogramSnapshot snapshot;
    CHECK_FALSE(snapshot.p50());
    CHECK_FALSE(snapshot.quantile_midpoint(0.5));
    CHECK_FALSE(snapshot.quantile_range(0.5));
    CHECK_FALSE(snapshot.mean());
    CHECK_FALSE(snapshot.rate());
    CHECK(snapshot.count_up_to(largest) == 0);
}

TEST_CASE("LatencySnapshot: says of durations what HistogramSnapshot says of nanoseconds", "[metrics]") {
    const HistogramSnapshot ns = snapshot_of(random_values(1, 3000), 6);
    LatencySnapshot snapshot;
    snapshot.count = ns.count;
    snapshot.buckets = ns.buckets;
    snapshot.min = Duration{static_cast<std::int64_t>(ns.min)};
    snapshot.max = Duration{static_cast<std::int64_t>(ns.max)};
    snapshot.sum = 3001ns;
    snapshot.covered = 2s;
    const auto whole = [](Duration d) { return static_cast<std::uint64_t>(d.count()); };
    for (const double q : {0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        CHECK(whole(*snapshot.quantile(q)) == ns.quantile(q));
        CHECK(whole(*snapshot.quantile_midpoint(q)) == ns.quantile_midpoint(q));
        CHECK(whole(snapshot.quantile_range(q)->lower) == ns.quantile_range(q)->lower);
        CHECK(whole(snapshot.quantile_range(q)->upper) == ns.quantile_range(q)->upper);
    }
    CHECK(snapshot.p999() == snapshot.quantile(0.999));
    CHECK(snapshot.mean() == 1ns);
    CHECK(*snapshot.rate() == Approx(1500));
    CHECK(snapshot.count_up_to(1ms) == ns.count_up_to(1'000'000));
    CHECK(snapshot.count_up_to(-1ns) == 0);
}

TEST_CASE("HistogramSnapshot: the mean stays right where the sum has reached its end",
          "[metrics][boundary]") {
    HistogramSnapshot snapshot = snapshot_of(Values(4, largest - 1), 6);
    snapshot.sum = std::numeric_limits<std::uint64_t>::max();
    CHECK(static_cast<double>(*snapshot.mean()) == Approx(0x1p63).epsilon(1e-15));
    LatencySnapshot durations;
    durations.count = 4;
    durations.sum = Duration::max();
    durations.total = 4 * 0x1p63 / 1e9;
    CHECK(durations.mean() > Duration::max() - 1us);
    durations.total = 2 * 0x1p63 / 1e9;
    CHECK(sonde::seconds(*durations.mean()) == Approx(0x1p62 / 1e9).epsilon(1e-15));
}

TEST_CASE("HistogramSnapshot: count_up_to is exact but for one bucket, and never falls", "[metrics]") {
    const unsigned P = GENERATE(3U, 6U, 10U);
    Values values = random_values(11, 5000);
    std::sort(values.begin(), values.end());
    const auto up_to = [&](std::uint64_t bound) {
        return static_cast<std::uint64_t>(std::upper_bound(values.begin(), values.end(), bound) -
                                          values.begin());
    };
    const HistogramSnapshot snapshot = snapshot_of(values, P);
    std::uint64_t last = 0;
    for (std::uint64_t bound = 1; bound < largest / 2; bound += bound / 50 + 1) {
        const std::size_t cut = sonde::detail::log_linear_index(bound, P);
        const std::uint64_t lower = sonde::detail::log_linear_lower(cut, P);
        const std::uint64_t upper = sonde::detail::log_linear_upper(cut, P);
        const std::uint64_t ours = snapshot.count_up_to(bound);
        REQUIRE(ours >= last);
        REQUIRE(ours >= up_to(lower - 1));
        REQUIRE(ours <= up_to(upper));
        REQUIRE(snapshot.count_up_to(upper) == up_to(upper));
        last = ours;
    }
    CHECK(snapshot.count_up_to(largest) == snapshot.count);
    CHECK(snapshot.count_up_to(std::numeric_limits<std::uint64_t>::max()) == snapshot.count);
}
