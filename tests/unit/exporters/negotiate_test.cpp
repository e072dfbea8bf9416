// SPDX-License-Identifier: Apache-2.0
#include "sonde/exporters/negotiate.hpp"

#include <string>
#include <string_view>

#include "sonde/exporters/openmetrics.hpp"
#include "sonde/exporters/prometheus.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

bool open(std::string_view accept) { return negotiate(accept) == TextFormat::openmetrics; }

}  // namespace

TEST_CASE("negotiate: what scrapers send", "[exporters]") {
    CHECK(
        open("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
             "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));  // Prometheus 2.42
    CHECK(
        open("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
             "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;"
             "q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"));                           // Prometheus 3
    CHECK_FALSE(open("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));  // a browser
    CHECK_FALSE(open("*/*"));                                                              // curl
    CHECK_FALSE(open(""));
}

TEST_CASE("negotiate: the higher quality counts, in any order", "[exporters]") {
    CHECK(open("text/plain;q=0.5, application/openmetrics-text;q=0.501"));
    CHECK_FALSE(open("application/openmetrics-text;q=0.5, text/plain;q=0.6"));
    CHECK_FALSE(open("application/openmetrics-text;q=0"));
    CHECK_FALSE(open("application/openmetrics-text;q=0, */*"));
    CHECK(open("text/*;q=0.1, application/*;q=0.2"));
}

TEST_CASE("negotiate: of the ranges that match, the most specific one counts", "[exporters]") {
    CHECK_FALSE(open("*/*;q=1, application/openmetrics-text;q=0.2"));
    CHECK(open("text/plain;q=0.9, text/plain;version=0.0.4;q=0.1, application/*;q=0.2"));
}

TEST_CASE("negotiate: on equal quality the closer name, then Prometheus", "[exporters]") {
    CHECK(open("*/*, application/openmetrics-text"));
    CHECK_FALSE(open("application/openmetrics-text, text/plain"));
    CHECK_FALSE(open("application/*, text/*"));
}

TEST_CASE("negotiate: versions, case, blanks and quotes", "[exporters]") {
    CHECK_FALSE(open("application/openmetrics-text; version=2.0.0"));
    CHECK_FALSE(open("application/openmetrics-text; version=0.0.1"));
    CHECK(open("  Application/OpenMetrics-Text ;\tVersion=\"1.0.0\" ; Q=0.9 "));
    CHECK(open("x/y;note=\"a,b;c\\\"d\", application/openmetrics-text"));
}

TEST_CASE("negotiate: nonsense matches nothing", "[exporters]") {
    for (const char* accept :
         {"application/openmetrics-text;q=", "application/openmetrics-text;q=1.001",
          "application/openmetrics-text;q=-1", "application/openmetrics-text;q=0.1234",
          "application/openmetrics-text;q=nan", ",,,;;;", "\"", "=", ";q=1", "q=1", "\"\\"}) {
        CHECK_FALSE(open(accept));
    }
}

TEST_CASE("negotiate: content type and text belong together", "[exporters]") {
    const Families families{{"a_total", "A.", "", FamilyKind::counter, {{}}}};
    std::string out;
    append_text(out, families, TextFormat::openmetrics);
    CHECK(out == openmetrics_text(families));
    CHECK(content_type(TextFormat::openmetrics) == openmetrics_content_type);
    out.clear();
    append_text(out, families, TextFormat::prometheus);
    CHECK(out == prometheus_text(families));
    CHECK(content_type(TextFormat::prometheus) == prometheus_content_type);
}
