// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include <event2/buffer.h>

#include <algorithm>
#include <string>

#include "http.hpp"

namespace demo {
namespace {

constexpr std::size_t pool_size = 32;
constexpr double labelled_share = 0.9, cut_off_share = 1.0 / 300;

bool shows_a_digit(Foreign kind) { return kind == Foreign::inverted || kind == Foreign::rotated; }

}  // namespace

Load::Load(const Samples& samples, const ForeignImages& foreign, std::vector<sonde::Duration> arrivals,
           const Schedule& schedule, std::uint16_t port, std::uint64_t seed)
    : samples_{samples},
      foreign_{foreign},
      arrivals_{std::move(arrivals)},
      schedule_{schedule},
      rng_{seed},
      timer_{
          loop_.timer([](int, short, void* self) { static_cast<Load*>(self)->send_what_is_due(); }, this)} {
    for (std::size_t i = 0; i < pool_size; ++i)
        connections_.push_back(
            {this, ConnectionHandle{evhttp_connection_base_new(loop_.base(), nullptr, "127.0.0.1", port)}});
}

void Load::start() {
    fire_in(timer_, next_arrival() - sonde::SteadyClock{}.now());
    loop_.start();
}

sonde::TimePoint Load::next_arrival() const noexcept {
    const auto rounds = static_cast<std::int64_t>(sent_ / arrivals_.size());
    return schedule_.begin() + arrivals_.back() * rounds + arrivals_[sent_ % arrivals_.size()];
}

void Load::send_what_is_due() {
    const auto now = sonde::SteadyClock{}.now();
    while (next_arrival() <= now) classify(now);
    while (!labels_.empty() && labels_.top().due <= now) {
        const std::uint8_t digit[] = {static_cast<std::uint8_t>('0' + labels_.top().digit)};
        post("/v1/label", labels_.top().id, digit);
        labels_.pop();
    }
    fire_in(timer_, (labels_.empty() ? next_arrival() : std::min(next_arrival(), labels_.top().due)) - now);
}

void Load::classify(sonde::TimePoint now) {
    const std::uint64_t id = ++sent_;
    const std::size_t sample = rng_.below(samples_.images.size());
    const bool is_foreign = rng_.uniform() < foreign_share && schedule_.on(Fault::foreign, now);
    const Foreign kind = foreign_kinds[rng_.below(foreign_kinds.size())];
    const Image& digit = samples_.images[sample];
    const Image image = is_foreign ? foreign_.make(kind, digit, rng_) : digit;
    if (rng_.uniform() < cut_off_share) return post("/v1/classify", id, std::span{image}.first(100));

    post("/v1/classify", id, image);
    if ((is_foreign && !shows_a_digit(kind)) || rng_.uniform() >= labelled_share) return;
    const std::chrono::duration<double> delay{0.5 + 1.5 * rng_.uniform()};
    labels_.push({now + std::chrono::duration_cast<sonde::Duration>(delay), id, samples_.labels[sample]});
}

void Load::post(const char* path, std::uint64_t id, std::span<const std::uint8_t> body) {
    Connection& connection = *std::min_element(connections_.begin(), connections_.end(),
                                               [](auto& a, auto& b) { return a.waiting < b.waiting; });
    const auto done = [](evhttp_request* answer, void* argument) {
        auto& on = *static_cast<Connection*>(argument);
        --on.waiting;
        if (answer == nullptr || evhttp_request_get_response_code(answer) == 0) ++on.load->lost_;
    };
    evhttp_request* request = evhttp_request_new(done, &connection);
    evhttp_add_header(evhttp_request_get_output_headers(request), "Host", "127.0.0.1");
    evhttp_add_header(evhttp_request_get_output_headers(request), id_header, std::to_string(id).c_str());
    evbuffer_add(evhttp_request_get_output_buffer(request), body.data(), body.size());
    ++connection.waiting;
    if (evhttp_make_request(connection.http.get(), request, EVHTTP_REQ_POST, path) != 0) {
        --connection.waiting;
        ++lost_;
    }
}

}  // namespace demo
