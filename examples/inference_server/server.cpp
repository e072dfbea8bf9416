// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "http.hpp"

namespace demo {
namespace {

sonde::TimePoint now() { return sonde::SteadyClock{}.now(); }

// Makes evhttp call a member function, and only for POST.
template <auto Member>
void on_post(evhttp* http, const char* path, Server* server) {
    evhttp_set_cb(
        http, path,
        [](evhttp_request* request, void* self) {
            if (evhttp_request_get_command(request) != EVHTTP_REQ_POST)
                return reply(request, 405, R"({"error":"only POST"})");
            (static_cast<Server*>(self)->*Member)(request);
        },
        server);
}

}  // namespace

Server::Server(const Network& network, InputDetector& inputs, const Schedule& schedule, std::uint64_t seed,
               Telemetry& telemetry)
    : network_{network},
      inputs_{inputs},
      schedule_{schedule},
      telemetry_{telemetry},
      rng_{seed},
      http_{evhttp_new(loop_.base())},
      postponed_timer_{
          loop_.timer([](int, short, void* self) { static_cast<Server*>(self)->answer_postponed(); }, this)} {
    evhttp_bound_socket* socket = evhttp_bind_socket_with_handle(http_.get(), "127.0.0.1", 0);
    if (socket == nullptr) throw std::runtime_error{"no free port on 127.0.0.1"};
    port_ = port_of(socket);
    evhttp_set_max_headers_size(http_.get(), 4096);
    evhttp_set_max_body_size(http_.get(), 4096);
    on_post<&Server::on_classify>(http_.get(), "/v1/classify", this);
    on_post<&Server::on_label>(http_.get(), "/v1/label", this);
}

void Server::on_classify(evhttp_request* http) {
    Request request{.http = http, .id = 0, .arrived = now(), .image = {}};
    const auto id = request_id(http);
    if (!id || !read_body(http, request.image)) {
        telemetry_.failed(Failure::bad_request);
        return reply(http, 400, R"({"error":"needs 784 bytes and a numeric X-Request-Id"})");
    }
    request.id = *id;
    if (schedule_.on(Fault::errors, request.arrived) && rng_.uniform() < error_share) {
        telemetry_.failed(Failure::internal);
        return reply(http, 500, R"({"error":"the model is not available"})");
    }
    if (!schedule_.on(Fault::slow, request.arrived)) return answer(request);

    if (postponed_.empty()) fire_in(postponed_timer_, slow_by);
    postponed_.push_back(request);
}

void Server::answer(const Request& request) {
    const Prediction prediction = network_.classify(request.image);
    const sonde::TimePoint before = now();
    const InputVerdict input = inputs_.observe(request.image);
    const sonde::TimePoint ready = now();
    telemetry_.answered(request.id, prediction, input, ready - before, request.arrived, ready);
    reply(request.http, 200,
          fmt::format(R"({{"digit":{},"confidence":{:.3f},"foreign":{}}})", prediction.digit,
                      prediction.confidence, input.verdict.anomalous));
}

void Server::answer_postponed() {
    while (!postponed_.empty() && postponed_.front().arrived + slow_by <= now()) {
        answer(postponed_.front());
        postponed_.pop_front();
    }
    if (!postponed_.empty()) fire_in(postponed_timer_, postponed_.front().arrived + slow_by - now());
}

void Server::on_label(evhttp_request* http) {
    const auto id = request_id(http);
    std::uint8_t digit = 0;
    if (!id || !read_body(http, {&digit, 1}) || digit < '0' || digit > '9')
        return reply(http, 400, R"({"error":"needs a digit and a numeric X-Request-Id"})");
    telemetry_.labelled(*id, static_cast<std::size_t>(digit - '0'));
    reply(http, 204, {});
}

}  // namespace demo
