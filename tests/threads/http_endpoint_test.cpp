// SPDX-License-Identifier: Apache-2.0
#include "sonde/exporters/http_endpoint.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "sonde/metrics/registry.hpp"
#include "support/catch.hpp"
#include "unit/exporters/http_client.hpp"

using namespace sonde;
using namespace std::chrono_literals;
using sonde::testing::ask;
using sonde::testing::HttpAnswer;

namespace {

constexpr int thread_count = 8, per_thread = 5'000;

/// What one of 8 threads does; registering is part of it.
void record(Registry& registry, int thread) {
    Counter& own = registry.counter("own_total", "Own.", {{"thread", std::to_string(thread)}});
    Counter& shared = registry.counter("shared_total", "Shared.");
    Latency& latency = registry.latency("request_seconds", "Time.");
    ErrorRate& errors = registry.error_rate("requests_total", "Requests.");
    const Outcome late = errors.reason("late");
    for (int i = 0; i < per_thread; ++i) {
        own.observe();
        shared.observe(2);
        latency.observe(1ms);
        errors.observe(i % 10 == 0 ? late : Outcome::ok);
    }
}

std::vector<std::thread> start_recording(Registry& registry, std::atomic<int>& running) {
    std::vector<std::thread> threads;
    for (int t = 0; t < thread_count; ++t)
        threads.emplace_back([&registry, &running, t] {
            record(registry, t);
            --running;
        });
    return threads;
}

/// The value of a series, -1 when it is not there. \param series  as written: `x_total{a="b"}`
double value(const std::string& body, const std::string& series) {
    const std::size_t at = ("\n" + body).find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(body.substr(at + series.size() + 1));
}

void check_final(const std::string& body) {
    constexpr double all = thread_count * per_thread;
    for (int t = 0; t < thread_count; ++t)
        CHECK(value(body, "demo_own_total{thread=\"" + std::to_string(t) + "\"}") == per_thread);
    CHECK(value(body, "demo_shared_total") == 2 * all);
    CHECK(value(body, "demo_request_seconds_count") == all);
    CHECK(value(body, "demo_requests_total{outcome=\"ok\"}") == all * 9 / 10);
    CHECK(value(body, "demo_requests_total{outcome=\"failed\",reason=\"late\"}") == all / 10);
}

}  // namespace

TEST_CASE("HttpEndpoint: 8 threads record and one asks while it is scraped, and no count is lost",
          "[exporters][threads]") {
    Registry registry{{.prefix = "demo"}};
    HttpEndpoint endpoint{registry, {.tick_every = 5ms}};
    REQUIRE(endpoint.start());
    const std::uint16_t port = endpoint.port();
    const std::string url = endpoint.url();

    std::atomic<bool> stopped{false}, sound{true};
    std::thread asker{[&] {  // until after the stop
        while (!stopped) {
            if (endpoint.families().empty()) sound = false;
            if (const auto now = endpoint.port(); now != port && now != 0) sound = false;
            if (const auto now = endpoint.url(); now != url && !now.empty()) sound = false;
            std::this_thread::yield();
        }
    }};
    std::atomic<int> running{thread_count};
    auto recorders = start_recording(registry, running);
    double last = -1;
    do {
        const HttpAnswer answer = ask(port, "GET /metrics");
        const double shared = value(answer.body, "demo_shared_total");
        if (answer.status != 200 || shared < last) sound = false;
        last = shared;
    } while (running > 0);
    for (std::thread& recorder : recorders) recorder.join();
    const HttpAnswer final_scrape = ask(port, "GET /metrics");
    endpoint.stop();
    stopped = true;
    asker.join();
    CHECK(sound);
    CHECK(endpoint.port() == 0);
    CHECK(final_scrape.status == 200);
    check_final(final_scrape.body);
}

TEST_CASE("HttpEndpoint: stops and starts again while 8 threads record and 2 clients scrape",
          "[exporters][threads]") {
    Registry registry{{.prefix = "demo"}};
    HttpEndpoint endpoint{registry, {.tick_every = 5ms}};
    std::atomic<bool> done{false}, sound{true};
    std::vector<std::thread> clients;
    for (int i = 0; i < 2; ++i)
        clients.emplace_back([&] {
            while (!done) {
                const std::uint16_t port = endpoint.port();
                if (port == 0) {
                    std::this_thread::yield();
                    continue;
                }
                const HttpAnswer answer = ask(port, "GET /metrics");  // 0: it stopped meanwhile
                if (answer.status != 200 && answer.status != 0) sound = false;
            }
        });
    std::atomic<int> running{thread_count};
    auto recorders = start_recording(registry, running);
    do {
        if (!endpoint.start()) sound = false;
        if (ask(endpoint.port(), "GET /healthz").status != 200) sound = false;
        endpoint.stop();
    } while (running > 0);
    for (std::thread& recorder : recorders) recorder.join();
    REQUIRE(endpoint.start());
    check_final(ask(endpoint.port(), "GET /metrics").body);
    endpoint.stop();
    done = true;
    for (std::thread& client : clients) client.join();
    CHECK(sound);
}
