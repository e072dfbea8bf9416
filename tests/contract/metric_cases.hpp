// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every metric that the contract holds for: how it is made, asked for, fed and compared.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/registry.hpp"

namespace sonde::testing {

struct Counting {
    static Counter make() { return Counter{}; }
    static Counter& ask(Registry& registry) { return registry.counter("x_total", "X."); }
    static void observe(Counter& counter, Rng& rng) { counter.observe(rng.below(10)); }
    static bool same(const Counter& a, const Counter& b) { return a.snapshot() == b.snapshot(); }
};

struct UpsAndDowns {
    static UpDownCounter make() { return UpDownCounter{}; }
    static UpDownCounter& ask(Registry& registry) { return registry.up_down_counter("x", "X."); }
    static void observe(UpDownCounter& counter, Rng& rng) {
        counter.observe(static_cast<std::int64_t>(rng.below(9)) - 3);
    }
    static bool same(const UpDownCounter& a, const UpDownCounter& b) { return a.snapshot() == b.snapshot(); }
};

/// Of whole numbers, some of them too large.
struct Sizes {
    static Histogram make() { return Histogram{}; }
    static Histogram& ask(Registry& registry) { return registry.histogram("x", "X."); }
    static void observe(Histogram& histogram, Rng& rng) { histogram.observe(rng.next() >> rng.below(64)); }
    static bool same(const Histogram& a, const Histogram& b) {
        return a.snapshot() == b.snapshot() && a.clamped() == b.clamped();
    }
};

/// Of requests in flight, which add and take away; what is set is no stream to merge.
struct InFlight {
    static Gauge make() { return Gauge{}; }
    static Gauge& ask(Registry& registry) { return registry.gauge("x", "X."); }
    static void observe(Gauge& gauge, Rng& rng) {
        const double infinity = std::bit_cast<double>(0x7ff0'0000'0000'0000U);
        gauge.add(rng.below(20) == 0 ? infinity : static_cast<double>(rng.below(9)) - 4);
    }
    static bool same(const Gauge& a, const Gauge& b) {
        return a.snapshot() == b.snapshot() && a.rejected() == b.rejected();
    }
};

struct Durations {
    static Latency make() { return Latency{}; }
    static Latency& ask(Registry& registry) { return registry.latency("x_seconds", "X."); }
    static void observe(Latency& latency, Rng& rng) {
        latency.observe(Duration{static_cast<std::int64_t>(rng.next() >> (1 + rng.below(63))) - 50});
    }
    static bool same(const Latency& one, const Latency& other) {
        return one.snapshot() == other.snapshot() && one.clamped() == other.clamped();
    }
};

struct Items {
    static Throughput make() { return Throughput{}; }
    static Throughput& ask(Registry& registry) { return registry.throughput("x_total", "X."); }
    static void observe(Throughput& throughput, Rng& rng) { throughput.observe(rng.below(100)); }
    static bool same(const Throughput& a, const Throughput& b) {
        return a.total() == b.total() && a.snapshot().covered == b.snapshot().covered;
    }
};

/// With outcomes that it never gave out among them.
struct Outcomes {
    static ErrorRate make() { return ErrorRate{{.max_reasons = 2}}; }
    static ErrorRate& ask(Registry& registry) {
        return registry.error_rate("x_total", "X.", {}, {.max_reasons = 2});
    }
    static void prepare(ErrorRate& errors) {
        (void)errors.reason("timeout");
        (void)errors.reason("refused");
    }
    static void observe(ErrorRate& errors, Rng& rng) {
        errors.observe({static_cast<std::uint32_t>(rng.below(6))});
    }
    static bool same(const ErrorRate& one, const ErrorRate& other) {
        const ErrorRateSnapshot a = one.snapshot(), b = other.snapshot();
        bool alike = a.total == b.total && a.failed == b.failed && a.reasons.size() == b.reasons.size();
        for (std::size_t i = 0; alike && i < a.reasons.size(); ++i)
            alike = a.reasons[i].name == b.reasons[i].name && a.reasons[i].count == b.reasons[i].count;
        return alike;
    }
};

/// With a class that does not exist among them.
struct Answers {
    static Classification make() { return Classification{{.classes = 5}}; }
    static Classification& ask(Registry& registry) {
        return registry.classification("x", "X.", {}, {.classes = 5});
    }
    static void observe(Classification& quality, Rng& rng) {
        const auto predicted = static_cast<std::size_t>(rng.below(6));
        quality.observe(predicted, static_cast<std::size_t>(rng.below(5)));
    }
    static bool same(const Classification& a, const Classification& b) {
        return a.snapshot() == b.snapshot() && a.rejected() == b.rejected();
    }
};

/// Its observations replace each other, so that it is in the second list only.
struct Slots {
    static Utilization make() { return Utilization{{.unit = "slots"}}; }
    static Utilization& ask(Registry& registry) {
        return registry.utilization("x", "X.", {}, {.unit = "slots"});
    }
    static void observe(Utilization& utilization, Rng& rng) {
        const auto used = static_cast<double>(rng.below(50));
        utilization.set(used, static_cast<double>(rng.below(100)));  // 0 is rejected
    }
    static bool same(const Utilization& a, const Utilization& b) {
        return a.snapshot() == b.snapshot() && a.rejected() == b.rejected();
    }
};

using StreamMetrics = std::tuple<Counting, UpsAndDowns, Sizes, InFlight, Durations, Items, Outcomes, Answers>;
using Metrics =
    std::tuple<Counting, UpsAndDowns, Sizes, InFlight, Durations, Items, Outcomes, Answers, Slots>;

template <class Case>
using MetricOf = decltype(Case::make());

/// What is done once, before requests come.
template <class Case>
void prepare(MetricOf<Case>& metric) {
    if constexpr (requires { Case::prepare(metric); }) Case::prepare(metric);
}

/// Observes a stream; the same one for the same seed.
template <class Case>
void feed(MetricOf<Case>& metric, std::uint64_t seed, int size = 2000) {
    Rng rng{seed};
    for (int i = 0; i < size; ++i) Case::observe(metric, rng);
}

}  // namespace sonde::testing
