// SPDX-License-Identifier: Apache-2.0
// What a good scraper gets while others misbehave. Waits are bounded by the client's 10 s.
#include <sys/resource.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http_client.hpp"
#include "sonde/exporters/http_endpoint.hpp"
#include "support/catch.hpp"

using namespace sonde;
using sonde::testing::ask;
using sonde::testing::HttpAnswer;
using sonde::testing::HttpClient;

namespace {

constexpr const char* scrape = "GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n";

// `lines` series of about 100 kB.
struct Wide {
    std::size_t lines = 0;

    void tick(TimePoint) {}
    [[nodiscard]] Families families(TimePoint) const {
        Family family{"demo_wide", "Wide.", "", FamilyKind::gauge, {}};
        for (std::size_t i = 0; i < lines; ++i) {
            Series& series = family.series.emplace_back();
            series.labels = {{"number", std::to_string(i)}, {"padding", std::string(100'000, 'x')}};
            series.value = Number::of(1.5);
        }
        return {family};
    }
};

double lost(const HttpEndpoint& endpoint, std::string_view reason) {
    for (const Family& family : endpoint.families()) {
        if (family.name != "sonde_endpoint_lost_connections_total") continue;
        for (const Series& series : family.series) {
            if (series.labels.at(0).value == reason) return series.value.real;
        }
    }
    return -1;
}

double accept_failures(const HttpEndpoint& endpoint) {
    for (const Family& family : endpoint.families()) {
        if (family.name == "sonde_endpoint_accept_failures_total") return family.series.at(0).value.real;
    }
    return -1;
}

// Asks for health until `reason` was counted, at most 2000 times.
bool comes_to_be_lost(const HttpEndpoint& endpoint, std::string_view reason, double times = 1) {
    for (int i = 0; i < 2000 && lost(endpoint, reason) < times; ++i) {
        if (ask(endpoint.port(), "GET /healthz").status != 200) return false;
    }
    return lost(endpoint, reason) >= times;
}

}  // namespace

TEST_CASE("HttpEndpoint: half-open connections blind nobody, below the limit and above", "[exporters]") {
    Wide source;
    HttpEndpoint endpoint{source, {.max_connections = 64, .timeout = std::chrono::minutes{10}}};
    REQUIRE(endpoint.start());
    HttpClient faithful{endpoint.port()};  // is never the one that was quiet longest
    std::vector<HttpClient> half;
    for (int i = 0; i < 256; ++i) {
        half.emplace_back(endpoint.port());
        REQUIRE(half.back().connected());
        half.back().send(i % 2 == 0 ? "" : "GET /metrics HTTP/1.1\r\nHo");
        if (i % 32 != 0) continue;
        CHECK(ask(endpoint.port(), "GET /metrics").status == 200);
        REQUIRE(faithful.send("GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"));
        CHECK(HttpAnswer{faithful.receive()}.status == 200);
    }
    CHECK(ask(endpoint.port(), "GET /metrics").status == 200);
    CHECK(lost(endpoint, "crowded") >= 256 - 64);
    CHECK(half.front().receive().empty());  // the oldest one was closed
    half.back().send("st: here\r\n\r\n");   // the youngest one still lives
    CHECK(HttpAnswer{half.back().receive()}.status == 200);
}

TEST_CASE("HttpEndpoint: who dribbles is closed when its time is over", "[exporters]") {
    Wide source;
    HttpEndpoint endpoint{source, {.timeout = std::chrono::milliseconds{50}}};
    REQUIRE(endpoint.start());
    HttpClient silent{endpoint.port()}, dribbling{endpoint.port()};
    dribbling.send("GET /metrics HTTP/1.1\r\nX: ");
    bool open = true;  // one byte after the other would keep a timeout between reads from ever running out
    for (int i = 0; i < 12'000 && open; ++i) {
        open = dribbling.send("x") && ask(endpoint.port(), "GET /healthz").status == 200;
    }
    CHECK_FALSE(open);
    CHECK(silent.receive().empty());
    CHECK(lost(endpoint, "timeout") == 2);
}

TEST_CASE("HttpEndpoint: an endless header is refused at the limit", "[exporters]") {
    Wide source;
    HttpEndpoint endpoint{source, {.max_header_bytes = 1024}};
    REQUIRE(endpoint.start());
    HttpClient endless{endpoint.port()};
    REQUIRE(endless.send("GET /metrics HTTP/1.1\r\n"));
    std::size_t sent = 0;
    while (sent < (64U << 20) && endless.send("X-More: and more and more and more\r\n")) sent += 36;
    CHECK(sent < (64U << 20));
    CHECK(ask(endpoint.port(), "GET /metrics").status == 200);
    CHECK(ask(endpoint.port(), "GET /metrics", "X: " + std::string(900, 'x') + "\r\n").status == 200);
    CHECK(ask(endpoint.port(), "GET /metrics", "X: " + std::string(1200, 'x') + "\r\n").status >= 400);
    CHECK(comes_to_be_lost(endpoint, "no_request"));
}

TEST_CASE("HttpEndpoint: an endless body is refused at the limit, with or without a length", "[exporters]") {
    Wide source;
    HttpEndpoint endpoint{source, {.max_body_bytes = 1024}};
    REQUIRE(endpoint.start());
    HttpClient endless{endpoint.port()};
    REQUIRE(endless.send("POST /metrics HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const std::string chunk = "100\r\n" + std::string(256, 'x') + "\r\n";
    std::size_t sent = 0;
    while (sent < (64U << 20) && endless.send(chunk)) sent += chunk.size();
    CHECK(sent < (64U << 20));
    CHECK(ask(endpoint.port(), "GET /metrics").status == 200);
    CHECK(ask(endpoint.port(), "POST /metrics", "Content-Length: 1000000000\r\n").status == 413);
    CHECK(ask(endpoint.port(), "GET /metrics").status == 200);
}

TEST_CASE("HttpEndpoint: who does not read its answer is closed, delays nobody, raises no SIGPIPE",
          "[exporters]") {
    Wide source{100};  // 10 MB: more than the sockets hold
    HttpEndpoint endpoint{source, {.timeout = std::chrono::seconds{2}}};
    REQUIRE(endpoint.start());
    HttpClient slow{endpoint.port(), 4096};
    REQUIRE(slow.send(scrape));
    const HttpAnswer good = ask(endpoint.port(), "GET /metrics");
    CHECK(good.status == 200);
    CHECK(std::to_string(good.body.size()) == good.header("Content-Length"));
    while (lost(endpoint, "timeout") < 1 && ask(endpoint.port(), "GET /healthz").status == 200) {}
    CHECK(lost(endpoint, "timeout") == 1);        // a SIGPIPE would have ended the process by now
    const std::string rest = slow.receive_all();  // ends, short of the whole
    CHECK(rest.size() < good.body.size());
}

TEST_CASE("HttpEndpoint: answers that nobody reads take no more memory than allowed", "[exporters]") {
    Wide source{100};  // 10 MB each
    HttpEndpoint endpoint{source, {.max_pending_bytes = 12U << 20, .timeout = std::chrono::minutes{10}}};
    REQUIRE(endpoint.start());
    std::vector<HttpClient> slow;
    for (int i = 0; i < 5; ++i) {
        slow.emplace_back(endpoint.port(), 4096);
        REQUIRE(slow.back().send(scrape));
        CHECK(ask(endpoint.port(), "GET /healthz").status == 200);
    }
    CHECK(ask(endpoint.port(), "GET /metrics").status == 200);
    CHECK(lost(endpoint, "unread") >= 3);
}

TEST_CASE("HttpEndpoint: who leaves before the answer is written harms nobody", "[exporters]") {
    Wide source{20};
    HttpEndpoint endpoint{source};
    REQUIRE(endpoint.start());
    for (int i = 0; i < 10; ++i) {
        HttpClient leaving{endpoint.port(), 4096};
        leaving.send(std::string{scrape} + scrape + scrape);
    }
    CHECK(ask(endpoint.port(), "GET /metrics").status == 200);
}

TEST_CASE("HttpEndpoint: without file descriptors it waits, counts, and goes on when there are some",
          "[exporters]") {
    Wide source;
    HttpEndpoint endpoint{source};
    REQUIRE(endpoint.start());
    const int next = ::dup(0);  // the lowest free number: the client gets it, and none is left to accept with
    ::close(next);
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit scarce = before;
    scarce.rlim_cur = static_cast<rlim_t>(next) + 1;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &scarce) == 0);
    HttpClient waiting{endpoint.port()};
    const auto patience = SteadyClock{}.now() + std::chrono::seconds{10};
    while (accept_failures(endpoint) == 0 && SteadyClock{}.now() < patience) std::this_thread::yield();
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK(accept_failures(endpoint) > 0);
    REQUIRE(waiting.send(scrape));
    CHECK(HttpAnswer{waiting.receive()}.status == 200);
}

TEST_CASE("HttpEndpoint: what is no HTTP is refused and counted", "[exporters]") {
    Wide source;
    HttpEndpoint endpoint{source};
    REQUIRE(endpoint.start());
    for (const char* nonsense :
         {"\r\n\r\n", "GET\r\n\r\n", "BREW /pot HTTP/1.1\r\n\r\n", "GET /metrics HTTP/9.9\r\n\r\n",
          "\x16\x03\x01\x02", "GET /metrics HTTP/1.1\r\nno colon\r\n\r\n"}) {
        HttpClient client{endpoint.port()};
        client.send(nonsense);
    }
    CHECK(ask(endpoint.port(), "GET /metrics").status == 200);
    CHECK(comes_to_be_lost(endpoint, "no_request"));
}
