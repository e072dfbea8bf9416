// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include "event_loop.hpp"
#include "incidents.hpp"
#include "inputs.hpp"
#include "network.hpp"
#include "sonde/core/rng.hpp"
#include "telemetry.hpp"

namespace demo {

/// The inference server, HTTP on 127.0.0.1, one thread:
///
///     POST /v1/classify   784 bytes, header X-Request-Id: 7   ->  {"digit":7,"confidence":0.998,"foreign":false}
///     POST /v1/label      a digit, header X-Request-Id: 7         what that image really was; may come late
///
/// Each request costs the network's computation, the input detector's, and what the schedule's faults add to it.
/// Threading: single-writer; `telemetry` is told from the server's thread.
class Server {
public:
    /// Binds a free port. \throws std::runtime_error  there is none
    Server(const Network& network, InputDetector& inputs, const Schedule& schedule, std::uint64_t seed,
           Telemetry& telemetry);
    ~Server() { stop(); }

    void start() { loop_.start(); }
    void stop() noexcept { loop_.stop(); }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    struct Request {
        evhttp_request* http;
        std::uint64_t id;
        sonde::TimePoint arrived;
        Image image;
    };

    void on_classify(evhttp_request* http);
    void on_label(evhttp_request* http);
    void answer(const Request& request);
    void answer_postponed();

    const Network& network_;
    InputDetector& inputs_;
    const Schedule& schedule_;
    Telemetry& telemetry_;
    sonde::Rng rng_;
    EventLoop loop_;
    HttpHandle http_;
    std::deque<Request> postponed_;  // in the order of their arrival: each waits equally long
    EventHandle postponed_timer_;
    std::uint16_t port_ = 0;
};

}  // namespace demo
