// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include "sonde/exporters/openmetrics.hpp"
#include "sonde/exporters/prometheus.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

Families small() {
    Family requests{"demo_requests_total", "Requests \"taken\".", "", FamilyKind::counter, {}};
    requests.series.push_back({{{"model", "a\"b"}, {"zone", "x"}}, Number::of(std::uint64_t{3}), {}, 0, {}});
    Family memory{"demo_memory_bytes", "Memory\\used.", "bytes", FamilyKind::gauge, {}};
    memory.series.push_back({{}, Number::of(0.5), {}, 0, {}});
    Family latency{"demo_latency_seconds", "How long.", "seconds", FamilyKind::histogram, {}};
    latency.series.push_back({{{"model", "m"}}, {}, {{0.25, 1}, {1, 2}}, 3, Number::of(4.75)});
    return {requests, memory, latency};
}

Families negative_histogram() {
    Family family{"demo_error", "Off by.", "", FamilyKind::histogram, {}};
    family.series.push_back({{}, {}, {{-1, 1}}, 2, Number::of(-3.0)});
    return {family};
}

}  // namespace

TEST_CASE("Prometheus text: help, type and samples", "[exporters]") {
    CHECK(prometheus_text(small()) == R"(# HELP demo_requests_total Requests "taken".
# TYPE demo_requests_total counter
demo_requests_total{model="a\"b",zone="x"} 3
# HELP demo_memory_bytes Memory\\used.
# TYPE demo_memory_bytes gauge
demo_memory_bytes 0.5
# HELP demo_latency_seconds How long.
# TYPE demo_latency_seconds histogram
demo_latency_seconds_bucket{model="m",le="0.25"} 1
demo_latency_seconds_bucket{model="m",le="1.0"} 2
demo_latency_seconds_bucket{model="m",le="+Inf"} 3
demo_latency_seconds_sum{model="m"} 4.75
demo_latency_seconds_count{model="m"} 3
)");
}

TEST_CASE("OpenMetrics text: the family of a counter has no _total, units, an end", "[exporters]") {
    CHECK(openmetrics_text(small()) == R"(# TYPE demo_requests counter
# HELP demo_requests Requests \"taken\".
demo_requests_total{model="a\"b",zone="x"} 3
# TYPE demo_memory_bytes gauge
# UNIT demo_memory_bytes bytes
# HELP demo_memory_bytes Memory\\used.
demo_memory_bytes 0.5
# TYPE demo_latency_seconds histogram
# UNIT demo_latency_seconds seconds
# HELP demo_latency_seconds How long.
demo_latency_seconds_bucket{model="m",le="0.25"} 1
demo_latency_seconds_bucket{model="m",le="1.0"} 2
demo_latency_seconds_bucket{model="m",le="+Inf"} 3
demo_latency_seconds_sum{model="m"} 4.75
demo_latency_seconds_count{model="m"} 3
# EOF
)");
}

TEST_CASE("texts: a family without series is absent", "[exporters]") {
    const Families families{{"demo_unknown", "Not known yet.", "", FamilyKind::gauge, {}}};
    CHECK(prometheus_text(families).empty());
    CHECK(openmetrics_text(families) == "# EOF\n");
    CHECK(prometheus_text({}).empty());
    CHECK(openmetrics_text({}) == "# EOF\n");
}

TEST_CASE("OpenMetrics text: a unit that the name does not end in is not written", "[exporters]") {
    Families families = small();
    families[1].unit = "tes";
    CHECK(openmetrics_text(families).find("# UNIT demo_memory_bytes") == std::string::npos);
}

TEST_CASE("OpenMetrics text: no totals where observations may be negative", "[exporters]") {
    CHECK(openmetrics_text(negative_histogram()) == R"(# TYPE demo_error histogram
# HELP demo_error Off by.
demo_error_bucket{le="-1.0"} 1
demo_error_bucket{le="+Inf"} 2
# EOF
)");
    CHECK(prometheus_text(negative_histogram()).find("demo_error_sum -3\n") != std::string::npos);
}

TEST_CASE("texts: appending leaves what is there", "[exporters]") {
    std::string out = "before\n";
    append_prometheus_text(out, small());
    CHECK(out == "before\n" + prometheus_text(small()));
    out = "before\n";
    append_openmetrics_text(out, small());
    CHECK(out == "before\n" + openmetrics_text(small()));
}
