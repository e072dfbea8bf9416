// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "sonde/metrics/histogram_snapshot.hpp"
#include "support/catch.hpp"
#include "unit/metrics/snapshot_of.hpp"

using namespace std::chrono_literals;
using namespace sonde;
using sonde::testing::random_values;
using sonde::testing::snapshot_of;

namespace {

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();

/// What was recorded went on after the largest sum of durations.
LatencySnapshot ended_at(double total_seconds) {
    LatencySnapshot snapshot;
    snapshot.sum = Duration::max();
    snapshot.total = total_seconds;
    return snapshot;
}

}  // namespace

TEST_CASE("as_durations: a nanosecond for each whole number", "[metrics]") {
    HistogramSnapshot ns = snapshot_of({3, 900, 2'000'000}, 5);
    ns.covered = 10s;
    const LatencySnapshot durations = as_durations(ns);
    CHECK(durations.count == 3);
    CHECK(durations.sum == 2'000'903ns);
    CHECK(durations.total == Approx(2'000'903e-9).epsilon(1e-15));
    CHECK(durations.min == 3ns);
    CHECK(durations.max == 2ms);
    CHECK(durations.covered == Duration{10s});
    CHECK(durations.buckets == ns.buckets);
    CHECK(durations.precision_bits == 5);
}

TEST_CASE("as_nanoseconds: back from durations it is the same", "[metrics][law]") {
    const unsigned precision_bits = GENERATE(range(3U, 11U));
    HistogramSnapshot ns = snapshot_of(random_values(precision_bits, 1), precision_bits);
    if (precision_bits % 2 == 0) ns.covered = 1min;
    HistogramSnapshot back = as_nanoseconds(as_durations(ns));
    CHECK(back.total == Approx(ns.total).epsilon(1e-15));
    back.total = ns.total;
    CHECK(back == ns);
    CHECK(as_nanoseconds(as_durations({})) == HistogramSnapshot{});
}

TEST_CASE("as_durations: what no duration can hold becomes the longest", "[metrics][boundary]") {
    HistogramSnapshot ns;
    ns.sum = ns.max = huge;
    ns.min = std::uint64_t{1} << 63;
    CHECK(as_durations(ns).sum == Duration::max());
    CHECK(as_durations(ns).max == Duration::max());
    CHECK(as_durations(ns).min == Duration::max());
}

TEST_CASE("as_nanoseconds: a sum at the end of durations goes on as the total tells", "[metrics][boundary]") {
    CHECK(as_nanoseconds(ended_at(1e10)).sum == 10'000'000'000'000'000'000U);
    CHECK(as_nanoseconds(ended_at(2e10)).sum == huge);
    CHECK(as_nanoseconds(ended_at(2e10)).total == 2e19);
}
