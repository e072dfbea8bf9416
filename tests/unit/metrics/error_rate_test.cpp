// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/error_rate.hpp"

#include <limits>
#include <numeric>

#include "sonde/core/concepts.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::ErrorRate;
using sonde::Outcome;

static_assert(sonde::Metric<ErrorRate>);
static_assert(sonde::Observer<ErrorRate, Outcome>);

namespace {
std::uint64_t count_of(const sonde::ErrorRateSnapshot& snapshot, std::string_view reason) {
    for (const auto& [name, count] : snapshot.reasons)
        if (name == reason) return count;
    return std::numeric_limits<std::uint64_t>::max();
}
}  // namespace

TEST_CASE("wilson_interval: agrees with scipy.stats.binomtest(...).proportion_ci(method='wilson')",
          "[metrics]") {
    struct Case {
        std::uint64_t failed, total;
        double confidence, lower, upper;
    };
    const Case c = GENERATE(Case{0, 10, 0.95, 0.0, 0.27753279986288926},
                            Case{1, 10, 0.95, 0.017876213095072896, 0.4041500267952385},
                            Case{5, 10, 0.99, 0.1842255182472355, 0.8157744817527646},
                            Case{10, 10, 0.95, 0.7224672001371109, 1.0},
                            Case{3, 1000, 0.9, 0.0011995624784162675, 0.0074824913019056905},
                            Case{123456, 10'000'000, 0.95, 0.012277347608366313, 0.012414227052349028});
    const auto interval = sonde::wilson_interval(c.failed, c.total, c.confidence);
    CHECK(interval.lower == Approx(c.lower).epsilon(1e-12).margin(1e-15));
    CHECK(interval.upper == Approx(c.upper).epsilon(1e-12));
}

TEST_CASE("wilson_interval: lies in [0, 1], and says nothing where nothing is known", "[metrics]") {
    const auto nothing = sonde::wilson_interval(0, 0);
    CHECK(nothing.lower == 0);
    CHECK(nothing.upper == 1);
    const double confidence = GENERATE(0.0, 1.0, -1.0, 2.0, std::numeric_limits<double>::quiet_NaN());
    CHECK(sonde::wilson_interval(1, 2, confidence).upper == 1);
    CHECK(sonde::wilson_interval(1, 2, confidence).lower == 0);
    CHECK(sonde::wilson_interval(5, 3).upper == 1);
    for (std::uint64_t total = 1; total < 200; ++total) {
        CHECK(sonde::wilson_interval(0, total).lower == 0);
        CHECK(sonde::wilson_interval(total, total).upper == 1);
        const auto middle = sonde::wilson_interval(total / 2, total);
        const double ratio = static_cast<double>(total / 2) / static_cast<double>(total);
        CHECK(middle.lower <= ratio);
        CHECK(ratio <= middle.upper);
    }
}

TEST_CASE("ErrorRate: counts outcomes by reason", "[metrics]") {
    ErrorRate errors;
    const Outcome timeout = errors.reason("timeout"), overload = errors.reason("overload");
    CHECK(errors.reason("timeout") == timeout);
    CHECK_FALSE(timeout == overload);
    for (int i = 0; i < 90; ++i) errors.observe(Outcome::ok);
    for (int i = 0; i < 6; ++i) errors.observe(timeout);
    for (int i = 0; i < 3; ++i) errors.observe(overload);
    errors.observe(Outcome::failed);
    const auto snapshot = errors.snapshot();
    CHECK(snapshot.total == 100);
    CHECK(snapshot.failed == 10);
    CHECK(count_of(snapshot, "timeout") == 6);
    CHECK(count_of(snapshot, "overload") == 3);
    CHECK(count_of(snapshot, "other") == 1);
    CHECK(snapshot.ratio() == 0.1);
    CHECK(snapshot.interval()->lower == sonde::wilson_interval(10, 100).lower);
    CHECK(snapshot.interval(0.5)->upper == sonde::wilson_interval(10, 100, 0.5).upper);
    CHECK_FALSE(snapshot.covered);
}

TEST_CASE("ErrorRate: nothing seen has no ratio and no interval", "[metrics]") {
    const auto snapshot = ErrorRate{}.snapshot();
    CHECK(snapshot.total == 0);
    CHECK_FALSE(snapshot.ratio());
    CHECK_FALSE(snapshot.interval());
}

TEST_CASE("ErrorRate: reasons beyond the limit, and outcomes of strangers, are other", "[metrics]") {
    ErrorRate errors{{.max_reasons = 2}}, stranger{{.max_reasons = 50}};
    errors.observe(errors.reason("a"));
    errors.observe(errors.reason("b"));
    CHECK(errors.reason("c") == Outcome::failed);
    errors.observe(errors.reason("c"));
    Outcome last;
    for (int i = 0; i < 40; ++i) last = stranger.reason(std::to_string(i));
    errors.observe(last);
    CHECK(errors.reason("other") == Outcome::failed);
    const auto snapshot = errors.snapshot();
    CHECK(snapshot.failed == 4);
    CHECK(snapshot.reasons.size() == 3);
    CHECK(count_of(snapshot, "other") == 2);
}

TEST_CASE("ErrorRate: merge goes by the name of the reason", "[metrics][law]") {
    ErrorRate left{{.max_reasons = 2}}, right;
    left.observe(left.reason("a"));
    right.observe(right.reason("b"));
    right.observe(right.reason("a"));
    right.observe(right.reason("c"));  // finds no place
    right.observe(Outcome::ok);
    right.observe(Outcome::failed);
    left.merge(right);
    const auto snapshot = left.snapshot();
    CHECK(snapshot.total == 6);
    CHECK(count_of(snapshot, "a") == 2);
    CHECK(count_of(snapshot, "b") == 1);
    CHECK(count_of(snapshot, "other") == 2);
}

TEST_CASE("ErrorRate: a window holds what happened in it, and is absent when idle", "[metrics]") {
    ErrorRate errors;
    const Outcome timeout = errors.reason("timeout");
    sonde::testing::ManualClock clock;
    CHECK_FALSE(errors.window(10s, clock.now()));
    for (int second = 0; second < 100; ++second) {
        errors.tick(clock.now());
        clock.advance(1s);
        for (int i = 0; i < 10; ++i) errors.observe(second >= 90 && i < 3 ? timeout : Outcome::ok);
    }
    const auto ten = errors.window(10s, clock.now()), minute = errors.window(1min, clock.now());
    REQUIRE((ten && minute));
    CHECK(ten->covered == 10s);
    CHECK(ten->total == 100);
    CHECK(ten->ratio() == 0.3);
    CHECK(count_of(*ten, "timeout") == 30);
    CHECK(*minute->ratio() == Approx(30.0 / static_cast<double>(minute->total)));
    for (int second = 0; second < 12; ++second) {
        errors.tick(clock.now());
        clock.advance(1s);
    }
    CHECK_FALSE(errors.window(10s, clock.now()));
}

TEST_CASE("ErrorRate: recording allocates nothing", "[metrics]") {
    ErrorRate errors;
    const Outcome timeout = errors.reason("timeout");
    const sonde::testing::AllocationCount count;
    for (int i = 0; i < 1000; ++i) errors.observe(i % 3 == 0 ? timeout : Outcome::ok);
    CHECK(count.since_start() == 0);
}

TEST_CASE("ErrorRate: options out of range are refused", "[metrics]") {
    CHECK_THROWS_AS(ErrorRate{{.max_reasons = 0}}, std::invalid_argument);
    CHECK_THROWS_AS(ErrorRate{{.max_reasons = 1001}}, std::invalid_argument);
    CHECK_THROWS_AS(ErrorRate{{.confidence = 1}}, std::invalid_argument);
    CHECK_THROWS_AS(ErrorRate{{.confidence = std::numeric_limits<double>::quiet_NaN()}},
                    std::invalid_argument);
}
