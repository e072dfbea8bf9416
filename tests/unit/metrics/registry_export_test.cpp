// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>

#include "sonde/metrics/registry.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::FamilyKind;
using sonde::Labels;
using sonde::Registry;

namespace {

const sonde::Family* find(const sonde::Families& families, std::string_view name) {
    for (const auto& family : families)
        if (family.name == name) return &family;
    return nullptr;
}

const sonde::Series* find(const sonde::Families& families, std::string_view name, const Labels& labels) {
    const auto* family = find(families, name);
    if (family == nullptr) return nullptr;
    for (const auto& series : family->series)
        if (series.labels == labels) return &series;
    return nullptr;
}

/// Says 3 of 4 cores, and nothing at every third reading.
class Flickering final : public sonde::ResourceSource {
public:
    sonde::ResourceInfo info() const noexcept override { return {"oven", "cores", "An oven."}; }
    std::optional<sonde::Usage> read(sonde::TimePoint) noexcept override {
        if (++reads_ % 3 == 0) return std::nullopt;
        return sonde::Usage{3, 4};
    }

private:
    int reads_ = 0;
};

}  // namespace

TEST_CASE("Registry: a latency is a histogram in seconds and the percentiles of its windows", "[metrics]") {
    Registry registry{{.prefix = "demo"}};
    sonde::testing::ManualClock clock;
    auto& latency = registry.latency("request_seconds", "Time to answer.", {{"model", "m"}});
    latency.observe(1s);
    registry.tick(clock.now());
    for (int i = 1; i <= 1000; ++i) latency.observe(i * 1ms);
    clock.advance(1s);
    const auto families = registry.families(clock.now());
    const auto* histogram = find(families, "demo_request_seconds");
    REQUIRE(histogram != nullptr);
    CHECK(histogram->kind == FamilyKind::histogram);
    CHECK(histogram->unit == "seconds");
    REQUIRE(histogram->series.size() == 1);
    const auto& series = histogram->series[0];
    CHECK(series.count == 1001);
    CHECK(series.sum.real == Approx(501.5));
    REQUIRE(series.buckets.size() == 16);
    CHECK(series.buckets.front().upper == 0.0001);
    CHECK(series.buckets.back().count == series.count);
    for (std::size_t i = 0; i < series.buckets.size(); ++i) {
        const double exact = std::min(1001.0, std::floor(series.buckets[i].upper * 1000 + 1e-9) +
                                                  (series.buckets[i].upper >= 1 ? 1 : 0));
        CHECK(static_cast<double>(series.buckets[i].count) == Approx(exact).epsilon(1.0 / 64).margin(1));
        if (i > 0) CHECK(series.buckets[i].count >= series.buckets[i - 1].count);
    }
    const auto* p99 =
        find(families, "demo_request_window_seconds", {{"model", "m"}, {"window", "10s"}, {"p", "99"}});
    REQUIRE(p99 != nullptr);
    CHECK(p99->value.real == Approx(0.99).epsilon(1.0 / 64));
    CHECK(find(families, "demo_request_window_seconds")->series.size() == 12);
    CHECK(find(families, "demo_request_window_seconds")->kind == FamilyKind::gauge);
}

TEST_CASE("Registry: a latency has the bounds that it was given", "[metrics]") {
    Registry registry;
    auto& latency = registry.latency("token_seconds", "Time per token.", {}, {.bounds = {0.5, 1.5}});
    latency.observe(1s);
    const auto families = registry.families({});
    const auto& series = find(families, "sonde_token_seconds")->series[0];
    REQUIRE(series.buckets.size() == 2);
    CHECK(series.buckets[0].count == 0);
    CHECK(series.buckets[1].count == 1);
}

TEST_CASE("Registry: histogram counts never fall while recording goes on", "[metrics]") {
    Registry registry;
    auto& latency = registry.latency("x_seconds", "X.");
    std::vector<std::uint64_t> last(16, 0);
    for (std::int64_t i = 0; i < 500; ++i) {
        latency.observe(sonde::Duration{(i * 7'919'000) % 101'000'000});
        const auto families = registry.families({});
        const auto& buckets = families[0].series[0].buckets;
        for (std::size_t b = 0; b < buckets.size(); ++b) {
            CHECK(buckets[b].count >= last[b]);
            last[b] = buckets[b].count;
        }
    }
}

TEST_CASE("Registry: an idle or never ticked latency has no percentiles", "[metrics]") {
    Registry registry;
    auto& latency = registry.latency("x_seconds", "X.");
    latency.observe(1s);
    sonde::testing::ManualClock clock;
    CHECK(find(registry.families(clock.now()), "sonde_x_window_seconds") == nullptr);
    registry.tick(clock.now());
    clock.advance(5s);
    CHECK(find(registry.families(clock.now()), "sonde_x_window_seconds") == nullptr);
}

TEST_CASE("Registry: a throughput is a counter and a rate per window", "[metrics]") {
    Registry registry;
    sonde::testing::ManualClock clock;
    auto& items = registry.throughput("items_total", "Items.");
    registry.tick(clock.now());
    items.observe(50);
    clock.advance(5s);
    const auto families = registry.families(clock.now());
    CHECK(find(families, "sonde_items_total", {})->value.whole == 50);
    CHECK(find(families, "sonde_items_total")->kind == FamilyKind::counter);
    CHECK(find(families, "sonde_items_per_second", {{"window", "1m"}})->value.real == Approx(10));
    CHECK(find(families, "sonde_items_per_second")->unit.empty());
}

TEST_CASE("Registry: an error rate is a counter by outcome and a ratio with its interval", "[metrics]") {
    Registry registry;
    sonde::testing::ManualClock clock;
    auto& errors = registry.error_rate("requests_total", "Requests.");
    registry.tick(clock.now());
    const auto timeout = errors.reason("timeout");
    for (int i = 0; i < 10; ++i) errors.observe(i < 2 ? timeout : sonde::Outcome::ok);
    clock.advance(2s);
    const auto families = registry.families(clock.now());
    const auto value = [&](std::string_view name, const Labels& labels) {
        const auto* series = find(families, name, labels);
        REQUIRE(series != nullptr);
        return series->value;
    };
    CHECK(value("sonde_requests_total", {{"outcome", "ok"}}).whole == 8);
    CHECK(value("sonde_requests_total", {{"outcome", "failed"}, {"reason", "timeout"}}).whole == 2);
    CHECK(value("sonde_requests_total", {{"outcome", "failed"}, {"reason", "other"}}).whole == 0);
    CHECK(value("sonde_requests_error_ratio", {{"window", "10s"}}).real == 0.2);
    const auto interval = sonde::wilson_interval(2, 10);
    CHECK(value("sonde_requests_error_lower_ratio", {{"window", "5m"}}).real == interval.lower);
    CHECK(value("sonde_requests_error_upper_ratio", {{"window", "1m"}}).real == interval.upper);
}

TEST_CASE("Registry: a utilization is used, limit and ratio, in its unit", "[metrics]") {
    Registry registry;
    auto& queue = registry.utilization("queue", "Requests that wait.", {}, {.unit = "requests"});
    CHECK(registry.families({}).empty());
    queue.set(8, 32);
    registry.utilization("arena", "Memory of the arena.").set(1, 2);
    const auto families = registry.families({});
    CHECK(find(families, "sonde_queue_used_requests", {})->value.real == 8);
    CHECK(find(families, "sonde_queue_limit_requests", {})->value.real == 32);
    CHECK(find(families, "sonde_queue_used_ratio", {})->value.real == 0.25);
    CHECK(find(families, "sonde_queue_used_ratio")->unit == "ratio");
    CHECK(find(families, "sonde_arena_used_bytes")->unit == "bytes");
}

TEST_CASE("Registry: a source is read at every tick, and absent when it cannot tell", "[metrics]") {
    Registry registry;
    const auto& oven = registry.watch(Flickering{}, {{"kitchen", "1"}});
    CHECK_FALSE(oven.snapshot());
    registry.tick({});
    CHECK(find(registry.families({}), "sonde_oven_used_cores", {{"kitchen", "1"}})->value.real == 3);
    CHECK(find(registry.families({}), "sonde_oven_used_cores")->unit == "cores");
    registry.tick({});
    registry.tick({});
    CHECK(registry.families({}).empty());
    registry.tick({});
    CHECK(oven.snapshot() == sonde::Usage{3, 4});
    CHECK_THROWS_AS(registry.watch(Flickering{}, {{"kitchen", "1"}}), std::invalid_argument);
    CHECK_NOTHROW(registry.watch(Flickering{}, {{"kitchen", "2"}}));
}

TEST_CASE("Registry: a classification exports what it says under its name", "[metrics]") {
    Registry registry;
    auto& digits = registry.classification("digits", "Digits.", {}, {.classes = 2});
    digits.observe(1, 1);
    digits.observe(1, 0);
    const auto families = registry.families({});
    CHECK(find(families, "sonde_digits_accuracy_ratio") != nullptr);
    CHECK(find(families, "sonde_digits_predictions_total") != nullptr);
}

TEST_CASE("Registry: a label join feeds its classification and says what became of the labels", "[metrics]") {
    Registry registry;
    auto& quality = registry.classification("digits", "Digits.", {}, {.classes = 10});
    auto& labels = registry.label_join("digit", "Late labels.", quality, {}, {.capacity = 16, .timeout = 5s});
    const sonde::TimePoint start{1000s};
    labels.predict(1, 7, start);
    labels.predict(2, 3, start);
    CHECK(labels.label(1, 7));
    CHECK_FALSE(labels.label(99, 7));
    registry.tick(start + 6s);  // gives up prediction 2

    CHECK(quality.snapshot().count(7, 7) == 1);
    const auto families = registry.families(start + 6s);
    const auto value = [&](const char* family, const char* label) -> std::uint64_t {
        for (const auto& series : find(families, family)->series)
            if (series.labels.back().value == label) return series.value.whole;
        return ~std::uint64_t{0};
    };
    CHECK(value("sonde_digit_labels_total", "joined") == 1);
    CHECK(value("sonde_digit_labels_total", "unmatched") == 1);
    CHECK(value("sonde_digit_predictions_lost_total", "expired") == 1);
    CHECK(find(families, "sonde_digit_predictions_pending")->series[0].value.real == 0);
}

TEST_CASE("Registry: every family has a help, a name of its own and series with labels of their own",
          "[metrics]") {
    Registry registry;
    sonde::testing::ManualClock clock;
    for (const char* model : {"a", "b"}) {
        const Labels labels{{"model", model}};
        registry.counter("things_total", "Things.", labels);
        registry.gauge("depth", "Depth.", labels).set(1);
        registry.latency("a_seconds", "A.", labels);
        registry.throughput("items_total", "Items.", labels);
        registry.error_rate("requests_total", "Requests.", labels);
        registry.classification("digits", "Digits.", labels, {.classes = 3});
        registry.utilization("arena", "Arena.", labels).set(1, 2);
    }
    registry.tick(clock.now());
    for (const char* model : {"a", "b"}) {
        const Labels labels{{"model", model}};
        registry.latency("a_seconds", "A.", labels).observe(1s);
        registry.error_rate("requests_total", "Requests.", labels).observe(sonde::Outcome::failed);
        registry.classification("digits", "Digits.", labels).observe(1, 2);
    }
    clock.advance(1s);
    std::set<std::string> names;
    for (const auto& family : registry.families(clock.now())) {
        CAPTURE(family.name);
        CHECK_FALSE(family.help.empty());
        CHECK(names.insert(family.name).second);
        CHECK_FALSE(family.series.empty());
        for (std::size_t i = 0; i < family.series.size(); ++i)
            for (std::size_t j = 0; j < i; ++j) CHECK(family.series[i].labels != family.series[j].labels);
    }
    CHECK(names.size() >= 12);
}
