// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "sonde/metrics/registry.hpp"
#include "support/catch.hpp"
#include "unit/metrics/snapshot_of.hpp"

using namespace std::chrono_literals;
using namespace sonde;

TEST_CASE("Registry: recordings have what each kind counted, by full name, then labels", "[metrics]") {
    Registry registry{{.prefix = "demo"}};
    auto& wait = registry.latency("wait_seconds", "Waiting.", {{"model", "a"}});
    wait.observe(3ms);
    wait.observe(5ns, 2);
    registry.histogram("tokens", "Tokens.", {}, {.precision_bits = 8}).observe(12'345);
    registry.up_down_counter("in_flight", "In flight.").add(-4);
    registry.throughput("items_total", "Items.").observe(9);
    registry.counter("calls_total", "Calls.", {{"model", "b"}}).add(2);
    registry.counter("calls_total", "Calls.", {{"model", "a"}}).add(1);

    const Recordings all = registry.recordings();
    std::vector<std::string> names;
    for (const Recording& item : all.items) names.push_back(item.name);
    REQUIRE(names == std::vector<std::string>{"demo_calls_total", "demo_calls_total", "demo_in_flight",
                                              "demo_items_total", "demo_tokens", "demo_wait_seconds"});
    CHECK(all.items[0] == Recording{"demo_calls_total", {{"model", "a"}}, RecordingKind::counter, 1, {}});
    CHECK(all.items[1] == Recording{"demo_calls_total", {{"model", "b"}}, RecordingKind::counter, 2, {}});
    CHECK(all.items[2] ==
          Recording{"demo_in_flight", {}, RecordingKind::up_down_counter, std::uint64_t{0} - 4, {}});
    CHECK(all.items[3] == Recording{"demo_items_total", {}, RecordingKind::counter, 9, {}});
    CHECK(
        all.items[4] ==
        Recording{"demo_tokens", {}, RecordingKind::histogram, 0, sonde::testing::snapshot_of({12'345}, 8)});
    CHECK(all.items[5] == Recording{"demo_wait_seconds",
                                    {{"model", "a"}},
                                    RecordingKind::latency,
                                    0,
                                    sonde::testing::snapshot_of({5, 5, 3'000'000}, 6)});
    CHECK(from_bytes<Recordings>(to_bytes(all)) == all);
}

TEST_CASE("Registry: kinds that do not add up are no recordings", "[metrics]") {
    Registry registry;
    registry.gauge("temperature", "Warmth.").set(20);
    registry.error_rate("requests_total", "Requests.").observe(Outcome::ok);
    registry.utilization("memory", "Memory.", {}, {.unit = "bytes"}).observe({1, 2});
    CHECK(registry.recordings().items.empty());
}

TEST_CASE("Registry: recordings of two add up to those of one that saw both", "[metrics][law]") {
    Registry first, second, both;
    const auto record = [](Registry& registry, std::uint64_t seed) {
        for (const std::uint64_t value : sonde::testing::random_values(seed, 500)) {
            registry.histogram("tokens", "Tokens.").observe(value >> 16);
            registry.latency("wait_seconds", "Waiting.")
                .observe(Duration{static_cast<std::int64_t>(value >> 16)});
            registry.counter("steps_total", "Steps.").add(value >> 16);
            registry.up_down_counter("in_flight", "In flight.").add(value % 3 == 0 ? 1 : -1);
        }
    };
    record(first, 1);
    record(second, 2);
    record(both, 1);
    record(both, 2);
    Recordings sum = first.recordings();
    sum.merge(second.recordings());
    Recordings truth = both.recordings();
    REQUIRE(sum.items.size() == 4);
    for (std::size_t i = 0; i < sum.items.size(); ++i) {
        CHECK(sum.items[i].histogram.total == Approx(truth.items[i].histogram.total).epsilon(1e-14));
        truth.items[i].histogram.total = sum.items[i].histogram.total;
    }
    CHECK(sum == truth);
}
