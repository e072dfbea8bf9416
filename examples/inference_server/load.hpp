// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <queue>
#include <span>
#include <vector>

#include "event_loop.hpp"
#include "files.hpp"
#include "foreign.hpp"
#include "incidents.hpp"
#include "sonde/core/rng.hpp"

namespace demo {

/// The clients: real HTTP over loopback, from their own thread.
///
/// Requests leave when the trace says, whether or not earlier ones were answered (an open loop: a slow
/// server does not get fewer of them); the trace begins again at its end. Nine images in ten are labelled
/// by a person half a second to two seconds later, unless there is no digit on it; one request in 300 is cut
/// off on its way.
/// Threading: single-writer; the counts are thread-safe.
class Load {
public:
    Load(const Samples& samples, const ForeignImages& foreign, std::vector<sonde::Duration> arrivals,
         const Schedule& schedule, std::uint16_t port, std::uint64_t seed);
    ~Load() { stop(); }

    void start();
    void stop() noexcept { loop_.stop(); }

    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
    /// Requests that got no answer at all.
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

private:
    struct Connection {
        Load* load;
        ConnectionHandle http;
        std::size_t waiting = 0;  // requests in line on it
    };
    struct LateLabel {
        sonde::TimePoint due;
        std::uint64_t id;
        std::uint8_t digit;
        friend bool operator>(const LateLabel& a, const LateLabel& b) { return a.due > b.due; }
    };

    void send_what_is_due();
    void classify(sonde::TimePoint now);
    void post(const char* path, std::uint64_t id, std::span<const std::uint8_t> body);
    [[nodiscard]] sonde::TimePoint next_arrival() const noexcept;

    const Samples& samples_;
    const ForeignImages& foreign_;
    std::vector<sonde::Duration> arrivals_;
    const Schedule& schedule_;
    sonde::Rng rng_;
    std::atomic<std::uint64_t> sent_ = 0, lost_ = 0;
    EventLoop loop_;
    EventHandle timer_;
    std::vector<Connection> connections_;
    std::priority_queue<LateLabel, std::vector<LateLabel>, std::greater<>> labels_;
};

}  // namespace demo
