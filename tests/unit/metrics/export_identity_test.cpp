// SPDX-License-Identifier: Apache-2.0
// No two series and no two families may become one when they are written.
#include <stdexcept>

#include "sonde/metrics/registry.hpp"
#include "support/catch.hpp"

using sonde::Registry;

TEST_CASE("Registry: label values that are the same when exported are one series", "[metrics]") {
    Registry registry;
    auto& one = registry.counter("x_total", "X.", {{"model", "\xFF"}});
    CHECK(&one == &registry.counter("x_total", "X.", {{"model", "\xFE"}}));
    CHECK(&one == &registry.counter("x_total", "X.", {{"model", "\xEF\xBF\xBD"}}));
    CHECK(&one != &registry.counter("x_total", "X.", {{"model", "\xFE\xFF"}}));
    CHECK(registry.families({}).at(0).series.at(0).labels.at(0).value == "\xEF\xBF\xBD");
}

TEST_CASE("Classification: names that are the same when exported are refused", "[metrics]") {
    CHECK_THROWS_AS((sonde::Classification{{.names = {"\xFF", "\xFE"}}}), std::invalid_argument);
    CHECK_NOTHROW(sonde::Classification{{.names = {"\xFF", "b"}}});
}

TEST_CASE("Registry: names of an endpoint's own families are refused", "[metrics]") {
    Registry registry;
    CHECK_THROWS_AS(registry.counter("endpoint_requests_total", "Requests."), std::invalid_argument);
    CHECK_THROWS_AS(registry.gauge("endpoint_connections", "Open."), std::invalid_argument);
    CHECK_THROWS_AS(registry.utilization("endpoint", "A pool."), std::invalid_argument);
    CHECK_NOTHROW(registry.counter("endpoints_total", "Endpoints."));
    CHECK_NOTHROW(Registry{{.prefix = "demo"}}.counter("endpoint_requests_total", "Requests."));
    Registry other{{.prefix = "sonde_endpoint"}};
    CHECK_THROWS_AS(other.counter("requests_total", "Requests."), std::invalid_argument);
}

TEST_CASE("Utilization: the unit ratio is refused, its name is the share's", "[metrics]") {
    CHECK_THROWS_AS((sonde::Utilization{{.unit = "ratio"}}), std::invalid_argument);
    CHECK_NOTHROW(sonde::Utilization{{.unit = "ratios"}});
}
