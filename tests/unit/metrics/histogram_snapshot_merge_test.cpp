// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <stdexcept>
#include <vector>

#include "sonde/metrics/histogram_snapshot.hpp"
#include "sonde/recording/histogram_cells.hpp"
#include "sonde/stats/log_linear.hpp"
#include "support/catch.hpp"
#include "unit/metrics/snapshot_of.hpp"
#include "unit/stats/damage.hpp"

using namespace std::chrono_literals;
using namespace sonde;
using sonde::testing::is_refused;
using sonde::testing::random_values;
using sonde::testing::snapshot_of;
using sonde::testing::Values;

namespace {

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();

HistogramSnapshot merged(HistogramSnapshot left, const HistogramSnapshot& right) {
    left.merge(right);
    return left;
}

HistogramSnapshot coarsened(HistogramSnapshot snapshot, unsigned to) {
    snapshot.coarsen(to);
    return snapshot;
}

HistogramSnapshot covering(Duration length) {
    HistogramSnapshot snapshot = snapshot_of({7}, 6);
    snapshot.covered = length;
    return snapshot;
}

LatencySnapshot some_durations() {
    LatencySnapshot snapshot;
    snapshot.buckets = {{3, 2}, {70, 1}, {500, 40}};
    snapshot.count = 43;
    snapshot.min = 3ns;
    snapshot.max = Duration{static_cast<std::int64_t>(detail::log_linear_upper(500, 6))};
    snapshot.sum = 45us;
    snapshot.total = 45e-6;
    snapshot.covered = 10s;
    return snapshot;
}

/// What any snapshot that was taken in can be asked.
template <class Value>
void use(const BasicSnapshot<Value>& snapshot) {
    std::uint64_t sum = 0;
    for (const BucketCount& bucket : snapshot.buckets) sum += bucket.count;
    REQUIRE(sum == snapshot.count);
    REQUIRE(snapshot.p50().has_value() == (snapshot.count > 0));
    if (snapshot.count > 0) {
        REQUIRE(snapshot.quantile(0) == snapshot.min);
        REQUIRE(snapshot.quantile_range(1)->upper == snapshot.max);
        REQUIRE(snapshot.quantile_range(0.5)->lower <= *snapshot.p50());
        REQUIRE(*snapshot.p50() <= snapshot.quantile_range(0.5)->upper);
    }
    REQUIRE(snapshot.count_up_to(Value{std::numeric_limits<std::int64_t>::max()}) == snapshot.count);
    REQUIRE(snapshot.covered.value_or(0s) >= 0s);
    BasicSnapshot<Value> coarser = snapshot;
    coarser.coarsen(3);
    REQUIRE(coarser.count == snapshot.count);
    REQUIRE(to_bytes(from_bytes<BasicSnapshot<Value>>(to_bytes(snapshot))) == to_bytes(snapshot));
}

}  // namespace

TEST_CASE("HistogramSnapshot: merge at any two precisions equals recording both streams at the coarser",
          "[metrics][law]") {
    const unsigned left = GENERATE(range(3U, 11U)), right = GENERATE(range(3U, 11U));
    Values both = random_values(1, 2000);
    const Values more = random_values(2, 300);
    const HistogramSnapshot a = snapshot_of(both, left), b = snapshot_of(more, right);
    both.insert(both.end(), more.begin(), more.end());
    HistogramSnapshot truth = snapshot_of(both, std::min(left, right));
    const HistogramSnapshot sum = merged(a, b);
    CHECK(sum.total == Approx(truth.total).epsilon(1e-13));
    CHECK(sum == merged(b, a));
    truth.sum = a.sum + b.sum >= a.sum ? a.sum + b.sum : huge;
    truth.total = sum.total;
    CHECK(sum == truth);
}

TEST_CASE("HistogramSnapshot: coarsen equals recording at the coarser precision", "[metrics][law]") {
    const unsigned from = GENERATE(range(3U, 11U));
    const Values values = random_values(3, 3000);
    for (unsigned to = 3; to <= from; ++to) {
        REQUIRE(coarsened(snapshot_of(values, from), to) == snapshot_of(values, to));
        REQUIRE(coarsened(snapshot_of({}, from), to) == snapshot_of({}, to));
    }
}

TEST_CASE("HistogramSnapshot: coarsen refuses what is finer or out of range", "[metrics][boundary]") {
    HistogramSnapshot snapshot = snapshot_of({1, 2, 3000}, 6);
    const HistogramSnapshot before = snapshot;
    for (const unsigned to : {0U, 2U, 7U, 10U, 11U, ~0U})
        CHECK_THROWS_AS(snapshot.coarsen(to), std::invalid_argument);
    CHECK_NOTHROW(snapshot.coarsen(6));
    CHECK(snapshot == before);
    snapshot.precision_bits = 11;
    CHECK_THROWS_AS(snapshot.coarsen(6), std::invalid_argument);
    CHECK_THROWS_AS(snapshot.merge(before), std::invalid_argument);
    CHECK_THROWS_AS(merged(before, snapshot), std::invalid_argument);
}

TEST_CASE("HistogramSnapshot: how merges are grouped makes no difference", "[metrics][law]") {
    HistogramSnapshot a = snapshot_of(random_values(4, 500), 8), b = snapshot_of(random_values(5, 500), 5);
    HistogramSnapshot c = snapshot_of(random_values(6, 500), 6);
    a.covered = 10s;
    c.covered = 1min;
    HistogramSnapshot left = merged(merged(a, b), c), right = merged(a, merged(b, c));
    CHECK(left.total == Approx(right.total).epsilon(1e-15));
    left.total = right.total;
    CHECK(left == right);
}

TEST_CASE("HistogramSnapshot: an empty one changes nothing but a finer precision", "[metrics][law]") {
    const HistogramSnapshot some = snapshot_of({5, 9, 100'000}, 8);
    CHECK(merged(some, snapshot_of({}, 8)) == some);
    CHECK(merged(snapshot_of({}, 10), some) == some);
    CHECK(merged(some, HistogramSnapshot{}) == coarsened(some, 6));
    CHECK(merged(HistogramSnapshot{}, some) == coarsened(some, 6));
    CHECK(merged(HistogramSnapshot{}, covering(10s)) == covering(10s));
}

TEST_CASE("HistogramSnapshot: a merge covers the longer window, and all time is the longest",
          "[metrics][law]") {
    const HistogramSnapshot all_time = snapshot_of({7}, 6);
    HistogramSnapshot idle;
    idle.covered = 5min;
    CHECK(merged(covering(10s), covering(1min)).covered == Duration{1min});
    CHECK(merged(covering(1min), covering(10s)).covered == Duration{1min});
    CHECK(merged(covering(10s), idle).covered == Duration{5min});
    CHECK_FALSE(merged(covering(10s), all_time).covered);
    CHECK_FALSE(merged(all_time, covering(10s)).covered);
    CHECK_FALSE(merged(all_time, all_time).covered);
}

TEST_CASE("HistogramSnapshot: a snapshot merges with itself", "[metrics]") {
    HistogramSnapshot snapshot = snapshot_of({5, 5, 100'000}, 6);
    snapshot.merge(snapshot);
    CHECK(snapshot == snapshot_of({5, 5, 100'000, 5, 5, 100'000}, 6));
}

TEST_CASE("HistogramSnapshot: sums stay at the largest value, totals go on", "[metrics][boundary]") {
    HistogramSnapshot tokens = snapshot_of({1}, 6);
    tokens.sum = huge - 4;
    tokens.total = 0x1p64;
    HistogramSnapshot four = snapshot_of({4}, 6);
    CHECK(merged(tokens, four).sum == huge);
    four.sum = 5;
    CHECK(merged(tokens, four).sum == huge);
    CHECK(merged(tokens, tokens).total == 0x1p65);

    LatencySnapshot durations = some_durations();
    durations.sum = Duration::max() - 1s;
    LatencySnapshot more = durations;
    more.sum = 1s + 1ns;
    durations.merge(more);
    CHECK(durations.sum == Duration::max());
    CHECK(durations.total == 90e-6);
}

TEST_CASE("HistogramSnapshot: counts that add up to 2^64 are refused, and nothing has changed",
          "[metrics][boundary]") {
    HistogramSnapshot snapshot;
    snapshot.buckets = {{4, huge - 1}};
    snapshot.count = huge - 1;
    snapshot.min = snapshot.max = 4;
    const HistogramSnapshot before = snapshot;
    CHECK_THROWS_AS(snapshot.merge(snapshot_of({4, 5}, 3)), std::invalid_argument);
    CHECK(snapshot == before);
    snapshot.merge(snapshot_of({5}, 6));
    CHECK(snapshot.count == huge);
    CHECK(from_bytes<HistogramSnapshot>(to_bytes(snapshot)) == snapshot);
}

TEST_CASE("HistogramSnapshot: what was written is read back the same", "[metrics][bytes]") {
    const unsigned P = GENERATE(range(3U, 11U));
    HistogramSnapshot snapshot = snapshot_of(random_values(P, 1000), P);
    CHECK(from_bytes<HistogramSnapshot>(to_bytes(snapshot)) == snapshot);
    snapshot.covered = 0s;
    CHECK(from_bytes<HistogramSnapshot>(to_bytes(snapshot)) == snapshot);
    snapshot = snapshot_of({}, P);
    CHECK(from_bytes<HistogramSnapshot>(to_bytes(snapshot)) == snapshot);
    const LatencySnapshot durations = some_durations();
    CHECK(from_bytes<LatencySnapshot>(to_bytes(durations)) == durations);
}

TEST_CASE("HistogramSnapshot: damaged bytes are refused or a sound snapshot", "[metrics][bytes]") {
    sonde::testing::check_damage(snapshot_of({3, 3, 900, 1'000'000, detail::largest_recordable}, 5),
                                 use<std::uint64_t>);
    sonde::testing::check_damage(some_durations(), use<Duration>);
    sonde::testing::check_damage(HistogramSnapshot{}, use<std::uint64_t>);
}

TEST_CASE("HistogramSnapshot: tokens are never read as nanoseconds", "[metrics][bytes]") {
    CHECK_THROWS_AS(from_bytes<LatencySnapshot>(to_bytes(snapshot_of({5}, 6))), FormatError);
    CHECK_THROWS_AS(from_bytes<HistogramSnapshot>(to_bytes(some_durations())), FormatError);
}

TEST_CASE("HistogramSnapshot: each part that no recording leaves is refused when read", "[metrics][bytes]") {
    using H = HistogramSnapshot;
    const H sound = snapshot_of({3, 3, 900, 1'000'000}, 6);
    const auto refused = [&](auto change) { return is_refused(sound, change); };
    CHECK_FALSE(refused([](H&) {}));
    CHECK(refused([](H& s) { s.precision_bits = 2; }));
    CHECK(refused([](H& s) { s.precision_bits = 11; }));
    CHECK(refused([](H& s) { std::swap(s.buckets[0], s.buckets[1]); }));
    CHECK(refused([](H& s) { s.buckets[1].index = s.buckets[0].index; }));
    CHECK(refused([](H& s) { s.buckets[1].count = 0; }));
    CHECK(refused([](H& s) { s.buckets[1].count = huge; }));
    CHECK(refused([](H& s) {
        s.max = std::uint64_t{1} << 63;
        s.buckets.back().index = static_cast<std::uint32_t>(detail::log_linear_index(s.max, 6));
    }));
    CHECK(refused([](H& s) { s.min = 4; }));
    CHECK(refused([](H& s) { s.min = 2; }));
    CHECK(refused([](H& s) { s.max = detail::log_linear_lower(s.buckets.back().index, 6) - 1; }));
    CHECK(refused([](H& s) { s.max = detail::log_linear_upper(s.buckets.back().index, 6) + 1; }));
    CHECK(refused([](H& s) { s.buckets.clear(); }));
    CHECK(refused([](H& s) { s.total = -1; }));
    CHECK(refused([](H& s) { s.total = 1e300; }));
    CHECK(refused([](H& s) { s.total = std::numeric_limits<double>::infinity(); }));
    CHECK(refused([](H& s) { s.total = std::numeric_limits<double>::quiet_NaN(); }));
    CHECK(refused([](H& s) { s.covered = -1ns; }));
    CHECK(is_refused(some_durations(), [](LatencySnapshot& s) { s.sum = -1ns; }));
    const H wide = snapshot_of({1000, 1001}, 3);  // one bucket
    CHECK(is_refused(wide, [](H& s) { std::swap(s.min, s.max); }));
}
