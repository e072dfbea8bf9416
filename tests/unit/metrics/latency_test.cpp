// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/latency.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <type_traits>
#include <vector>

#include "sonde/core/concepts.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::Duration;
using sonde::Latency;
using sonde::LatencySnapshot;

static_assert(sonde::Metric<Latency>);
static_assert(sonde::Observer<Latency, Duration>);
static_assert(!std::is_copy_constructible_v<Latency>);
static_assert(!std::is_copy_constructible_v<decltype(std::declval<Latency&>().time())>);

namespace {

constexpr double quantiles[] = {0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1};

/// The value of rank ceil(q n), as the documentation has it.
double exact_quantile(const std::vector<double>& sorted, double q) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
    return sorted[rank == 0 ? 0 : rank - 1];
}

using Draw = double (*)(sonde::Rng&);

double lognormal(sonde::Rng& rng) { return 20e6 * std::exp(0.5 * rng.normal()); }
double bimodal(sonde::Rng& rng) {
    return rng.uniform() < 0.9 ? 1e6 + 5e4 * rng.normal() : 80e6 + 4e6 * rng.normal();
}
double pareto(sonde::Rng& rng) { return 1e5 * std::pow(1 - rng.uniform(), -1 / 1.1); }
double tiny(sonde::Rng& rng) { return static_cast<double>(rng.below(100)); }

std::uint64_t bucket_sum(const LatencySnapshot& snapshot) {
    std::uint64_t sum = 0;
    for (const auto& bucket : snapshot.buckets) sum += bucket.count;
    return sum;
}

}  // namespace

TEST_CASE("Latency: quantiles stay within the stated error of the exact ones", "[metrics][law]") {
    const Draw draw = GENERATE(Draw{lognormal}, Draw{bimodal}, Draw{pareto}, Draw{tiny});
    const unsigned bits = GENERATE(4u, 6u, 8u);
    Latency latency{{.precision_bits = bits}};
    sonde::Rng rng{7};
    std::vector<double> seen(200'000);
    for (double& x : seen) {
        x = std::floor(std::max(0.0, draw(rng)));
        latency.observe(Duration{static_cast<std::int64_t>(x)});
    }
    std::sort(seen.begin(), seen.end());
    const LatencySnapshot snapshot = latency.snapshot();
    for (const double q : quantiles) {
        const double exact = exact_quantile(seen, q);
        const double ours = static_cast<double>(snapshot.quantile(q)->count());
        CAPTURE(bits, q, exact, ours);
        CHECK(std::abs(ours - exact) <= exact * std::ldexp(1.0, -static_cast<int>(bits)));
        if (bits == 6) CHECK(std::abs(ours - exact) <= exact * 0.016);
        if (exact < std::ldexp(1.0, static_cast<int>(bits) + 1)) CHECK(ours == exact);
    }
}

TEST_CASE("Latency: count, sum, mean, largest and smallest are exact", "[metrics]") {
    Latency latency;
    std::int64_t sum = 0;
    for (std::int64_t i = 1; i <= 1000; ++i) {
        latency.observe(Duration{i * 1'000'003});
        sum += i * 1'000'003;
    }
    const auto snapshot = latency.snapshot();
    CHECK(snapshot.count == 1000);
    CHECK(bucket_sum(snapshot) == 1000);
    CHECK(snapshot.sum == Duration{sum});
    CHECK(snapshot.mean() == Duration{sum / 1000});
    CHECK(snapshot.max == Duration{1'000'003'000});
    CHECK(snapshot.min == Duration{1'000'003});
    CHECK(snapshot.quantile(1) == snapshot.max);
    CHECK(snapshot.quantile(0) == snapshot.min);
    CHECK(snapshot.p50() == snapshot.quantile(0.5));
    CHECK(snapshot.p90() == snapshot.quantile(0.9));
    CHECK(snapshot.p99() == snapshot.quantile(0.99));
    CHECK(snapshot.p999() == snapshot.quantile(0.999));
    CHECK_FALSE(snapshot.covered);
    CHECK_FALSE(snapshot.rate());
}

TEST_CASE("Latency: nothing seen is absent, not 0", "[metrics]") {
    const auto snapshot = Latency{}.snapshot();
    CHECK(snapshot.count == 0);
    CHECK_FALSE(snapshot.p50());
    CHECK_FALSE(snapshot.mean());
    CHECK(snapshot.count_up_to(1h) == 0);
}

TEST_CASE("Latency: any duration has a bucket, a negative one counts as 0 and as clamped", "[metrics]") {
    Latency latency;
    latency.observe(Duration::max());
    latency.observe(Duration{0});
    latency.observe(Duration{-1});
    latency.observe(Duration::min());
    const auto snapshot = latency.snapshot();
    CHECK(snapshot.count == 4);
    CHECK(latency.clamped() == 2);
    CHECK(snapshot.max == Duration::max());
    CHECK(snapshot.min == Duration{0});
    CHECK(snapshot.quantile(1) == Duration::max());
    CHECK(snapshot.quantile(0.75) == Duration{0});
    CHECK(snapshot.sum == Duration::max());
}

TEST_CASE("LatencySnapshot: a quantile outside [0, 1] is clamped, NaN is absent", "[metrics]") {
    Latency latency;
    latency.observe(3ms);
    latency.observe(5ms);
    const auto snapshot = latency.snapshot();
    CHECK(snapshot.quantile(-1) == 3ms);
    CHECK(snapshot.quantile(2) == 5ms);
    CHECK_FALSE(snapshot.quantile(std::nan("")));
}

TEST_CASE("LatencySnapshot: quantiles never fall as q rises", "[metrics][law]") {
    Latency latency;
    sonde::Rng rng{3};
    for (int i = 0; i < 5000; ++i) latency.observe(Duration{static_cast<std::int64_t>(bimodal(rng))});
    const auto snapshot = latency.snapshot();
    Duration last{0};
    for (int i = 0; i <= 10'000; ++i) {
        const Duration here = *snapshot.quantile(i / 10'000.0);
        CHECK(here >= last);
        last = here;
    }
}

TEST_CASE("LatencySnapshot: count_up_to is exact but for one bucket, and never falls", "[metrics]") {
    Latency latency;
    sonde::Rng rng{11};
    std::vector<std::int64_t> seen(20'000);
    for (auto& x : seen) latency.observe(Duration{x = static_cast<std::int64_t>(lognormal(rng))});
    const auto snapshot = latency.snapshot();
    std::uint64_t last = 0;
    for (std::int64_t bound = 0; bound < 200'000'000; bound += 777'777) {
        const std::uint64_t ours = snapshot.count_up_to(Duration{bound});
        const auto up_to = [&](double limit) {
            return static_cast<std::uint64_t>(std::count_if(
                seen.begin(), seen.end(), [&](std::int64_t x) { return static_cast<double>(x) <= limit; }));
        };
        CHECK(ours >= last);
        CHECK(ours >= up_to(static_cast<double>(bound) * (1 - 1.0 / 64)));
        CHECK(ours <= up_to(static_cast<double>(bound) * (1 + 1.0 / 64)));
        last = ours;
    }
    CHECK(snapshot.count_up_to(Duration::max()) == snapshot.count);
    CHECK(snapshot.count_up_to(Duration{-1}) == 0);
}

TEST_CASE("Latency: merge equals seeing both streams", "[metrics][law]") {
    Latency left, right, both;
    sonde::Rng rng{5};
    for (int i = 0; i < 10'000; ++i) {
        const Duration d{static_cast<std::int64_t>(i % 3 == 0 ? pareto(rng) : lognormal(rng))};
        (i % 3 == 0 ? left : right).observe(d);
        both.observe(d);
    }
    auto snapshots = left.snapshot();
    snapshots.merge(right.snapshot());
    left.merge(right);
    for (const auto& merged : {left.snapshot(), snapshots}) {
        CHECK(merged.buckets == both.snapshot().buckets);
        CHECK(merged.count == both.snapshot().count);
        CHECK(merged.sum == both.snapshot().sum);
        CHECK(merged.max == both.snapshot().max);
        CHECK(merged.min == both.snapshot().min);
    }
}

TEST_CASE("LatencySnapshot: merge with nothing changes nothing", "[metrics][law]") {
    Latency latency;
    latency.observe(3ms);
    auto snapshot = latency.snapshot(), nothing = Latency{}.snapshot();
    snapshot.merge(nothing);
    nothing.merge(snapshot);
    for (const auto& merged : {snapshot, nothing}) {
        CHECK(merged.count == 1);
        CHECK(merged.min == 3ms);
        CHECK(merged.max == 3ms);
        CHECK(merged.buckets == latency.snapshot().buckets);
    }
}

TEST_CASE("Latency: merge of another precision is off by one bucket of the coarser", "[metrics]") {
    Latency fine{{.precision_bits = 8}}, coarse{{.precision_bits = 4}};
    sonde::Rng rng{9};
    std::vector<double> seen;
    for (int i = 0; i < 5000; ++i) {
        seen.push_back(std::floor(lognormal(rng)));
        coarse.observe(Duration{static_cast<std::int64_t>(seen.back())});
    }
    std::sort(seen.begin(), seen.end());
    fine.merge(coarse);
    CHECK(fine.snapshot().count == 5000);
    CHECK(fine.snapshot().sum == coarse.snapshot().sum);
    for (const double q : {0.1, 0.5, 0.9, 0.99}) {
        const double exact = exact_quantile(seen, q);
        CHECK(std::abs(static_cast<double>(fine.snapshot().quantile(q)->count()) - exact) <= exact / 16);
    }
}

TEST_CASE("ScopedTimer: observes the scope once, by the given clock", "[metrics]") {
    Latency latency;
    sonde::testing::ManualClock clock;
    {
        const auto timing = latency.time(clock.face());
        clock.advance(25ms);
        CHECK(timing.elapsed() == 25ms);
    }
    CHECK(latency.snapshot().count == 1);
    CHECK(latency.snapshot().max == 25ms);
    {
        auto timing = latency.time(clock.face());
        clock.advance(40ms);
        CHECK(timing.stop() == 40ms);
        clock.advance(1s);
        timing.stop();
    }
    CHECK(latency.snapshot().count == 2);
    CHECK(latency.snapshot().max == 40ms);
    {
        auto timing = latency.time(clock.face());
        timing.cancel();
        timing.stop();
    }
    CHECK(latency.snapshot().count == 2);
    { const auto timing = latency.time(); }
    CHECK(latency.snapshot().count == 3);
}

TEST_CASE("Latency: recording allocates nothing", "[metrics]") {
    Latency latency;
    const sonde::testing::AllocationCount count;
    for (int i = 0; i < 1000; ++i) {
        const auto timing = latency.time();
        latency.observe(Duration{i * 12345});
    }
    CHECK(count.since_start() == 0);
}

TEST_CASE("Latency: options out of range are refused", "[metrics]") {
    CHECK_THROWS_AS(Latency{{.precision_bits = 2}}, std::invalid_argument);
    CHECK_THROWS_AS(Latency{{.precision_bits = 11}}, std::invalid_argument);
    const auto with_bounds = [](std::vector<double> bounds) {
        Latency latency{{.bounds = std::move(bounds)}};
    };
    CHECK_THROWS_AS(with_bounds({0.1, 0.1}), std::invalid_argument);
    CHECK_THROWS_AS(with_bounds({0}), std::invalid_argument);
    CHECK_THROWS_AS(with_bounds({1, std::nan("")}), std::invalid_argument);
    CHECK_NOTHROW(with_bounds({0.1, 0.2}));
}
