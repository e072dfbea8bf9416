// SPDX-License-Identifier: Apache-2.0
#include "sonde/exporters/http_endpoint.hpp"

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <string>
#include <utility>

#include "http_client.hpp"
#include "sonde/exporters/openmetrics.hpp"
#include "sonde/exporters/prometheus.hpp"
#include "sonde/metrics/registry.hpp"
#include "support/catch.hpp"

using namespace sonde;
using sonde::testing::ask;
using sonde::testing::HttpAnswer;
using sonde::testing::HttpClient;

namespace {

// Shows one counter of 3, and counts how often it was ticked.
struct Fixed {
    std::atomic<int> ticks{0};
    bool broken = false;

    void tick(TimePoint) {
        ++ticks;
        ticks.notify_all();
        if (broken) throw std::runtime_error{"no tick"};
    }
    [[nodiscard]] Families families(TimePoint) const {
        if (broken) throw std::runtime_error{"no families"};
        Family family{"demo_requests_total", "Requests.", "", FamilyKind::counter, {}};
        family.series.emplace_back().value = Number::of(std::uint64_t{3});
        return {family};
    }
};

// The value of an endpoint's own counter; -1 when there is no such series.
double own(const HttpEndpoint& endpoint, const std::string& name, const std::string& label = {}) {
    for (const Family& family : endpoint.families()) {
        if (family.name != "sonde_endpoint_" + name) continue;
        for (const Series& series : family.series) {
            if (label.empty() || series.labels.at(0).value == label) return series.value.real;
        }
    }
    return -1;
}

}  // namespace

TEST_CASE("HttpEndpoint: /metrics in the form that is asked for", "[exporters]") {
    Fixed source;
    HttpEndpoint endpoint{source, {.show_itself = false}};
    REQUIRE(endpoint.start());
    CHECK(endpoint.url() == "http://127.0.0.1:" + std::to_string(endpoint.port()));

    const HttpAnswer plain = ask(endpoint.port(), "GET /metrics");
    CHECK(plain.status == 200);
    CHECK(plain.header("Content-Type") == prometheus_content_type);
    CHECK(plain.body == prometheus_text(source.families({})));

    const HttpAnswer open = ask(endpoint.port(), "GET /metrics?x=y",
                                "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n");
    CHECK(open.status == 200);
    CHECK(open.header("Content-Type") == openmetrics_content_type);
    CHECK(open.body == openmetrics_text(source.families({})));
    CHECK(own(endpoint, "scrapes_total") == 2);
}

TEST_CASE("HttpEndpoint: a Registry is a source", "[exporters]") {
    Registry registry{{.prefix = "demo"}};
    registry.counter("hits_total", "Hits.").observe();
    HttpEndpoint endpoint{registry};
    REQUIRE(endpoint.start());
    const std::string body = ask(endpoint.port(), "GET /metrics").body;
    CHECK(body.find("demo_hits_total 1\n") != std::string::npos);
    CHECK(body.find("sonde_endpoint_connections 1\n") != std::string::npos);
}

TEST_CASE("HttpEndpoint: a family that the source has already is not shown twice", "[exporters]") {
    struct : Fixed {
        [[nodiscard]] Families families(TimePoint) const {
            Family open{"sonde_endpoint_connections", "Mine.", "", FamilyKind::gauge, {}};
            Family requests{"sonde_endpoint_requests", "Mine.", "", FamilyKind::gauge, {}};
            for (Family* family : {&open, &requests}) family->series.emplace_back().value = Number::of(0.5);
            return {open, requests};
        }
    } source;
    HttpEndpoint endpoint{source};
    REQUIRE(endpoint.start());
    const std::string body = ask(endpoint.port(), "GET /metrics").body;
    CHECK(body.find("sonde_endpoint_connections 0.5\n") != std::string::npos);
    CHECK(body.find("sonde_endpoint_connections 1\n") == std::string::npos);
    CHECK(body.find("sonde_endpoint_requests_total") == std::string::npos);  // one family in OpenMetrics
    CHECK(body.find("sonde_endpoint_scrapes_total 0\n") != std::string::npos);
}

TEST_CASE("HttpEndpoint: health, unknown paths, other methods", "[exporters]") {
    Fixed source;
    HttpEndpoint endpoint{source};
    REQUIRE(endpoint.start());
    const HttpAnswer health = ask(endpoint.port(), "GET /healthz");
    CHECK(health.status == 200);
    CHECK(health.body == "ok\n");
    CHECK(ask(endpoint.port(), "GET /").status == 404);
    CHECK(ask(endpoint.port(), "GET /metrics/").status == 404);
    const HttpAnswer post = ask(endpoint.port(), "POST /metrics", "Content-Length: 0\r\n");
    CHECK(post.status == 405);
    CHECK(post.header("Allow") == "GET, HEAD");
    CHECK(ask(endpoint.port(), "DELETE /metrics").status == 405);
    CHECK(ask(endpoint.port(), "OPTIONS *").status == 405);
    CHECK(own(endpoint, "requests_total", "200") == 1);
    CHECK(own(endpoint, "requests_total", "404") == 2);
    CHECK(own(endpoint, "requests_total", "405") == 3);
    CHECK(own(endpoint, "scrapes_total") == 0);
}

TEST_CASE("HttpEndpoint: HEAD answers as GET does, without the body", "[exporters]") {
    Fixed source;
    HttpEndpoint endpoint{source, {.show_itself = false}};
    REQUIRE(endpoint.start());
    const HttpAnswer head = ask(endpoint.port(), "HEAD /metrics");
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(head.header("Content-Type") == prometheus_content_type);
    CHECK(head.header("Content-Length") == std::to_string(prometheus_text(source.families({})).size()));
}

TEST_CASE("HttpEndpoint: a connection serves several requests", "[exporters]") {
    Fixed source;
    HttpEndpoint endpoint{source};
    REQUIRE(endpoint.start());
    HttpClient client{endpoint.port()};
    for (int i = 0; i < 3; ++i) {
        REQUIRE(client.send("GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"));
        std::string text;
        while (text.find("\r\n\r\nok\n") == std::string::npos) {
            const std::string part = client.receive();
            REQUIRE_FALSE(part.empty());
            text += part;
        }
    }
    CHECK(own(endpoint, "connections") == 1);
}

TEST_CASE("HttpEndpoint: the source is ticked, at once and then again and again", "[exporters]") {
    Fixed source;
    HttpEndpoint endpoint{source, {.tick_every = std::chrono::milliseconds{1}}};
    REQUIRE(endpoint.start());
    for (int seen = source.ticks; seen < 3; seen = source.ticks) source.ticks.wait(seen);
    endpoint.stop();
    CHECK(source.ticks >= 3);
}

TEST_CASE("HttpEndpoint: a source that throws is a count and an answer", "[exporters]") {
    Fixed source;
    source.broken = true;
    HttpEndpoint endpoint{source, {.tick_every = std::chrono::hours{1}}};
    REQUIRE(endpoint.start());
    CHECK(ask(endpoint.port(), "GET /metrics").status == 500);
    CHECK(ask(endpoint.port(), "GET /healthz").status == 200);
    CHECK(own(endpoint, "source_failures_total") == 2);  // the first tick and the scrape
    CHECK(own(endpoint, "requests_total", "500") == 1);
}

TEST_CASE("HttpEndpoint: start tells what failed, and may be tried again", "[exporters]") {
    Fixed source;
    HttpEndpoint first{source};
    REQUIRE(first.start());
    CHECK(first.start());  // runs already

    HttpEndpoint second{source, {.port = first.port()}};
    const auto taken = second.start();
    CHECK_FALSE(taken);
    CHECK(taken.error.find("cannot listen on 127.0.0.1 port " + std::to_string(first.port())) !=
          std::string::npos);
    CHECK(second.port() == 0);
    CHECK(second.url().empty());
    first.stop();
    CHECK(second.start());

    CHECK(HttpEndpoint(source, {.address = "nowhere"}).start().error.find("address") != std::string::npos);
    CHECK(HttpEndpoint(source, {.max_connections = 0}).start().error.find("max_connections") !=
          std::string::npos);
    CHECK(HttpEndpoint(source, {.timeout = Duration{0}}).start().error.find("timeout") != std::string::npos);
    CHECK(HttpEndpoint(source, {.tick_every = Duration{1}}).start().error.find("tick_every") !=
          std::string::npos);
}

TEST_CASE("HttpEndpoint: stops with connections open, more than once, and starts again", "[exporters]") {
    Fixed source;
    HttpEndpoint endpoint{source};
    endpoint.stop();  // never started
    for (int round = 0; round < 3; ++round) {
        REQUIRE(endpoint.start());
        HttpClient half{endpoint.port()};
        REQUIRE(half.send("GET /metrics HT"));
        CHECK(ask(endpoint.port(), "GET /healthz").status == 200);
        endpoint.stop();
        endpoint.stop();
        CHECK(half.receive().empty());
        CHECK(endpoint.port() == 0);
        CHECK(own(endpoint, "connections") == 0);
    }
}

TEST_CASE("HttpEndpoint: listens on IPv6 too", "[exporters]") {
    Fixed source;
    HttpEndpoint endpoint{source, {.address = "::1"}};
    const auto started = endpoint.start();
    if (!started) {
        WARN("no IPv6 here: " << started.error);
        return;
    }
    CHECK(endpoint.url() == "http://[::1]:" + std::to_string(endpoint.port()));
}

TEST_CASE("HttpEndpoint: the host's signal mask and SIGPIPE handler stay as they are", "[exporters]") {
    struct sigaction before {
    }, after{};
    sigset_t mask_before, mask_after;
    sigaction(SIGPIPE, nullptr, &before);
    pthread_sigmask(SIG_SETMASK, nullptr, &mask_before);
    Fixed source;
    HttpEndpoint endpoint{source};
    REQUIRE(endpoint.start());
    sigaction(SIGPIPE, nullptr, &after);
    pthread_sigmask(SIG_SETMASK, nullptr, &mask_after);
    CHECK(before.sa_handler == after.sa_handler);
    CHECK(sigismember(&mask_before, SIGPIPE) == sigismember(&mask_after, SIGPIPE));
    CHECK(sigismember(&mask_before, SIGTERM) == sigismember(&mask_after, SIGTERM));
}
