// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/registry.hpp"

#include <string>

#include "sonde/testing/manual_clock.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::Registry;

namespace {
const sonde::TimePoint now{1000s};

const sonde::Family* find(const sonde::Families& families, std::string_view name) {
    for (const auto& family : families)
        if (family.name == name) return &family;
    return nullptr;
}
}  // namespace

TEST_CASE("Registry: the same name and labels are the same object", "[metrics]") {
    Registry registry;
    auto& a = registry.counter("requests_total", "Requests.", {{"model", "a"}, {"zone", "x"}});
    auto& again = registry.counter("requests_total", "Requests.", {{"zone", "x"}, {"model", "a"}});
    auto& b = registry.counter("requests_total", "Requests.", {{"model", "b"}, {"zone", "x"}});
    CHECK(&a == &again);
    CHECK(&a != &b);
    a.add(3);
    b.add(4);
    const auto families = registry.families(now);
    REQUIRE(families.size() == 1);
    CHECK(families[0].name == "sonde_requests_total");
    CHECK(families[0].help == "Requests.");
    CHECK(families[0].kind == sonde::FamilyKind::counter);
    REQUIRE(families[0].series.size() == 2);
    CHECK(families[0].series[0].labels == sonde::Labels{{"model", "a"}, {"zone", "x"}});
    CHECK(families[0].series[0].value.whole == 3);
    CHECK(families[0].series[1].value.whole == 4);
    CHECK(families[0].series[1].value.is_whole);
}

TEST_CASE("Registry: label values that join to the same text stay apart", "[metrics]") {
    Registry registry;
    auto& one = registry.counter("x_total", "X.", {{"a", "1b=1:2"}, {"b", ""}});
    auto& two = registry.counter("x_total", "X.", {{"a", "1"}, {"b", "2"}});
    CHECK(&one != &two);
}

TEST_CASE("Registry: references stay valid as more is registered", "[metrics]") {
    Registry registry;
    auto& first = registry.counter("first_total", "First.");
    for (int i = 0; i < 1000; ++i) registry.gauge("gauge_" + std::to_string(i), "A gauge.").set(i);
    first.add();
    CHECK(&registry.counter("first_total", "First.") == &first);
    CHECK(registry.families(now).front().series.front().value.whole == 1);
}

TEST_CASE("Registry: another kind, help or set of label names is refused", "[metrics]") {
    Registry registry;
    registry.counter("requests_total", "Requests.", {{"model", "a"}});
    CHECK_THROWS_AS(registry.throughput("requests_total", "Requests.", {{"model", "a"}}),
                    std::invalid_argument);
    CHECK_THROWS_AS(registry.counter("requests_total", "Other.", {{"model", "a"}}), std::invalid_argument);
    CHECK_THROWS_AS(registry.counter("requests_total", "Requests."), std::invalid_argument);
    CHECK_THROWS_AS(registry.counter("requests_total", "Requests.", {{"zone", "a"}}), std::invalid_argument);
    CHECK_THROWS_AS(registry.counter("requests_total", ""), std::invalid_argument);
    CHECK(registry.families(now).front().series.size() == 1);
}

TEST_CASE("Registry: other label names are told by their names alone", "[metrics]") {
    Registry registry{{.prefix = "server"}};
    registry.counter("a_total", "A.", {{"a", "secret"}});
    CHECK_THROWS_WITH(registry.counter("a_total", "A.", {{"b", "1"}}),
                      "Registry: label names of server_a_total is b, must be a");
    CHECK_THROWS_WITH(registry.counter("a_total", "A.", {{"z", "1"}, {"a", "2"}}),
                      "Registry: label names of server_a_total is a and z, must be a");
    CHECK_THROWS_WITH(registry.counter("a_total", "A."),
                      "Registry: label names of server_a_total is none, must be a");
}

TEST_CASE("Registry: names that are not allowed are refused", "[metrics]") {
    Registry registry;
    const std::string bad = GENERATE("", "9lives", "a-b", "a b", "caf\xc3\xa9", "job:x", "{", "_total");
    CHECK_THROWS_AS(registry.gauge(bad, "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.counter(bad + "_total_total", "Help."), std::invalid_argument);
    if (bad != "_total" && !bad.empty()) CHECK_THROWS_AS((Registry{{.prefix = bad}}), std::invalid_argument);
}

TEST_CASE("Registry: a name says its kind and unit", "[metrics]") {
    Registry registry;
    CHECK_THROWS_AS(registry.counter("requests", "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.counter("_total", "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.throughput("requests", "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.error_rate("requests", "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.latency("request_milliseconds", "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.latency("_seconds", "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.gauge("requests_total", "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.gauge("request_count", "Help."), std::invalid_argument);
    CHECK_THROWS_WITH(registry.counter("requests", "Help."), Catch::Matchers::ContainsSubstring("_total"));
}

TEST_CASE("Registry: label names that are not allowed or reserved are refused", "[metrics]") {
    Registry registry;
    const std::string bad = GENERATE("", "9", "a-b", "a:b", "le", "quantile", "__name__");
    CHECK_THROWS_AS(registry.counter("x_total", "X.", {{bad, "v"}}), std::invalid_argument);
    CHECK_THROWS_AS(registry.counter("x_total", "X.", {{"a", "v"}, {"a", "w"}}), std::invalid_argument);
    CHECK_THROWS_AS(registry.latency("x_seconds", "X.", {{"window", "v"}}), std::invalid_argument);
    CHECK_THROWS_AS(registry.error_rate("y_total", "Y.", {{"reason", "v"}}), std::invalid_argument);
    CHECK(registry.families(now).empty());
}

TEST_CASE("Registry: a name that is exported for another metric is refused", "[metrics]") {
    Registry registry;
    registry.latency("request_seconds", "Help.");
    CHECK_THROWS_AS(registry.gauge("request_window_seconds", "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.gauge("request_seconds", "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.latency("request_window_seconds", "Help."), std::invalid_argument);
    registry.counter("queue_total", "Help.");
    CHECK_THROWS_AS(registry.gauge("queue", "Help."), std::invalid_argument);  // one family in OpenMetrics
    registry.gauge("pool_used_bytes", "Help.");
    CHECK_THROWS_AS(registry.utilization("pool", "Help."), std::invalid_argument);
    CHECK_NOTHROW(registry.utilization("pool", "Help.", {}, {.unit = "slots"}));
    CHECK_THROWS_AS(registry.counter("registry_overflowed_series_total", "Help."), std::invalid_argument);
}

TEST_CASE("Registry: options that are not allowed register nothing", "[metrics]") {
    Registry registry;
    CHECK_THROWS_AS(registry.latency("x_seconds", "X.", {}, {.precision_bits = 40}), std::invalid_argument);
    CHECK_NOTHROW(registry.latency("x_seconds", "Another help."));
    CHECK_THROWS_AS((Registry{{.max_series = 0}}), std::invalid_argument);
}

TEST_CASE("Registry: label sets beyond the cap share one series and are counted", "[metrics]") {
    Registry registry{{.prefix = "demo", .max_series = 3}};
    for (int i = 0; i < 10; ++i)
        registry.counter("requests_total", "Requests.", {{"user", std::to_string(i)}, {"zone", "a"}}).add();
    auto& overflow = registry.counter("requests_total", "Requests.", {{"user", "12"}, {"zone", "b"}});
    CHECK(&overflow == &registry.counter("requests_total", "Requests.", {{"user", "13"}, {"zone", "b"}}));
    CHECK(overflow.value() == 7);
    CHECK(registry.counter("requests_total", "Requests.", {{"user", "2"}, {"zone", "a"}}).value() == 1);
    const auto families = registry.families(now);
    CHECK(find(families, "demo_requests_total")->series.size() == 4);
    CHECK(find(families, "demo_requests_total")->series.back().labels ==
          sonde::Labels{{"user", "overflow"}, {"zone", "overflow"}});
    const auto* own = find(families, "demo_registry_overflowed_series_total");
    REQUIRE(own != nullptr);
    CHECK(own->series.at(0).labels == sonde::Labels{{"family", "demo_requests_total"}});
    CHECK(own->series.at(0).value.whole == 9);
}

TEST_CASE("Registry: without a prefix names stand as they are", "[metrics]") {
    Registry registry{{.prefix = "", .max_series = 1}};
    registry.counter("http_requests_total", "Requests.", {{"user", "a"}}).add(2);
    registry.counter("http_requests_total", "Requests.", {{"user", "b"}}).add(3);
    const auto families = registry.families(now);
    REQUIRE(families.size() == 2);
    CHECK(families[0].name == "http_requests_total");
    CHECK(families[0].series.at(0).value.whole == 2);
    CHECK(families[1].name == "sonde_registry_overflowed_series_total");
    CHECK(families[1].series.at(0).labels == sonde::Labels{{"family", "http_requests_total"}});
    CHECK(registry.recordings().items.at(0).name == "http_requests_total");
}

TEST_CASE("Registry: without a prefix names are checked as with one", "[metrics]") {
    Registry registry{{.prefix = ""}};
    const std::string bad = GENERATE("", "9lives", "a-b", "_total");
    CHECK_THROWS_AS(registry.gauge(bad, "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.latency(bad, "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.counter("_total", "Help."), std::invalid_argument);
    CHECK_THROWS_AS(registry.counter("sonde_registry_overflowed_series_total", "Help."),
                    std::invalid_argument);
    CHECK_THROWS_AS(registry.gauge("sonde_endpoint_x", "Help."), std::invalid_argument);
    CHECK(registry.families(now).empty());
}

TEST_CASE("Registry: without overflow there is no family of its own", "[metrics]") {
    Registry registry{{.max_series = 1}};
    CHECK(registry.families(now).empty());
    registry.counter("x_total", "X.");
    CHECK(registry.families(now).size() == 1);
}
