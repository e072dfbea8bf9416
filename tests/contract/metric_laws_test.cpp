// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "contract/metric_cases.hpp"
#include "sonde/core/concepts.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::testing;

TEMPLATE_LIST_TEST_CASE("every metric: meets the concept, and is neither copied nor moved",
                        "[metrics][contract]", Metrics) {
    using M = MetricOf<TestType>;
    STATIC_REQUIRE(Metric<M>);
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<M>);
    STATIC_REQUIRE_FALSE(std::is_move_constructible_v<M>);
    STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<M>);
    STATIC_REQUIRE_FALSE(std::is_move_assignable_v<M>);
}

TEMPLATE_LIST_TEST_CASE("every metric: observe allocates nothing", "[metrics][contract]", Metrics) {
    auto metric = TestType::make();
    prepare<TestType>(metric);
    const AllocationCount count;
    feed<TestType>(metric, 1);
    const auto allocated = count.since_start();
    CHECK(allocated == 0);
}

TEMPLATE_LIST_TEST_CASE("every metric: fed alike, holds the same", "[metrics][contract]", Metrics) {
    auto one = TestType::make(), two = TestType::make(), three = TestType::make();
    prepare<TestType>(one);
    prepare<TestType>(two);
    prepare<TestType>(three);
    feed<TestType>(one, 2);
    feed<TestType>(two, 2);
    feed<TestType>(three, 3);
    CHECK(TestType::same(one, two));
    CHECK_FALSE(TestType::same(one, three));
}

TEMPLATE_LIST_TEST_CASE("every metric of a stream: merge leaves what one instance holds that saw both",
                        "[metrics][contract][law]", StreamMetrics) {
    auto left = TestType::make(), right = TestType::make(), both = TestType::make();
    prepare<TestType>(left);
    prepare<TestType>(right);
    prepare<TestType>(both);
    feed<TestType>(left, 4);
    feed<TestType>(both, 4);
    feed<TestType>(right, 5, 300);
    feed<TestType>(both, 5, 300);
    auto untouched = TestType::make();
    prepare<TestType>(untouched);
    feed<TestType>(untouched, 5, 300);
    left.merge(right);
    CHECK(TestType::same(left, both));
    CHECK(TestType::same(right, untouched));
}

TEMPLATE_LIST_TEST_CASE("every metric: merging one that saw nothing changes nothing",
                        "[metrics][contract][law]", Metrics) {
    auto metric = TestType::make(), alike = TestType::make(), empty = TestType::make();
    prepare<TestType>(metric);
    prepare<TestType>(alike);
    feed<TestType>(metric, 6);
    feed<TestType>(alike, 6);
    metric.merge(empty);
    CHECK(TestType::same(metric, alike));
}

TEMPLATE_LIST_TEST_CASE("every metric: merging into one that saw nothing gives the other",
                        "[metrics][contract][law]", Metrics) {
    auto metric = TestType::make(), empty = TestType::make();
    prepare<TestType>(metric);
    feed<TestType>(metric, 7);
    empty.merge(metric);
    CHECK(TestType::same(empty, metric));
}

TEMPLATE_LIST_TEST_CASE("every metric of a stream: merged with itself, holds everything twice",
                        "[metrics][contract][law]", StreamMetrics) {
    auto metric = TestType::make(), twice = TestType::make();
    prepare<TestType>(metric);
    prepare<TestType>(twice);
    const auto on_a_thread = [](auto& target, std::uint64_t seed) {
        std::thread{[&] { feed<TestType>(target, seed, 300); }}.join();
    };
    for (const std::uint64_t seed : {9u, 10u, 11u}) {
        std::thread here{[&] {
            on_a_thread(metric, seed);
            feed<TestType>(metric, seed + 10, 50);
        }};
        here.join();
        feed<TestType>(metric, seed + 20, 50);
        for (int k = 0; k < 2; ++k)
            for (const auto& [s, n] : {std::pair{seed, 300}, {seed + 10, 50}, {seed + 20, 50}})
                feed<TestType>(twice, s, n);
    }
    metric.merge(metric);
    CHECK(TestType::same(metric, twice));
}

TEMPLATE_LIST_TEST_CASE("every metric: the registry's reference stays good as more is registered",
                        "[metrics][contract]", Metrics) {
    Registry registry;
    auto& metric = TestType::ask(registry);
    auto alone = TestType::make();
    prepare<TestType>(metric);
    prepare<TestType>(alone);
    for (int i = 0; i < 500; ++i) registry.counter("other_" + std::to_string(i) + "_total", "Other.");
    feed<TestType>(metric, 8);
    feed<TestType>(alone, 8);
    CHECK(&TestType::ask(registry) == &metric);
    CHECK(TestType::same(TestType::ask(registry), alone));
}

TEST_CASE("Gauge, Utilization: merge adds what stands now", "[metrics][contract][law]") {
    Gauge left, right;
    for (const double value : {1.0, 7.0, 3.0}) left.set(value);
    right.set(4);
    left.merge(right);
    CHECK(left.snapshot() == 7.0);

    Utilization pool, other;
    pool.set(9, 10);
    pool.set(3, 10);
    other.set(5, 20);
    pool.merge(other);
    CHECK(pool.snapshot() == Usage{8, 30});
}
