// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

#include "sonde/core/chrono.hpp"
#include "sonde/metrics/family.hpp"

namespace sonde {

/// What an endpoint shows: a `Registry`, or anything of the host's that offers the same two calls.
/// Both are called on the endpoint's thread, one at a time.
template <class T>
concept FamilySource = requires(T& source, TimePoint now) {
    source.tick(now);
    { source.families(now) } -> std::convertible_to<Families>;
};

/// How an `HttpEndpoint` listens, and what it puts up with.
struct HttpEndpointOptions {
    std::string address = "127.0.0.1";     ///< numeric, IPv4 or IPv6; other machines see nothing unless told
    std::uint16_t port = 0;                ///< 0: any free one, `port()` tells
    std::size_t max_connections = 1024;    ///< above it the connection that was quiet longest is closed
    std::size_t max_header_bytes = 16384;  ///< request line and headers; more is refused
    std::size_t max_body_bytes = 4096;     ///< of a request, which needs none; more is refused
    std::size_t max_pending_bytes = 64 << 20;       ///< of answers that nobody reads; above it the oldest go
    Duration timeout = std::chrono::seconds{5};     ///< to hand in a whole request, then to take the answer
    Duration tick_every = std::chrono::seconds{1};  ///< how often the source is ticked; 0: the host does that
    bool show_itself = true;                        ///< `/metrics` ends with the endpoint's own families
};

/// Serves `/metrics` (Prometheus text or OpenMetrics, as the scraper's `Accept` prefers) and `/healthz` to
/// GET and HEAD. Anything else is 404 or 405. One thread, one event loop: a client that is slow, or never ends
/// its request, costs a file descriptor until the timeout and delays nobody. That thread also ticks the source
/// once a second, since windows belong to the reader.
///
/// What goes wrong is counted, not thrown or logged: see `families()`. SIGPIPE is blocked in the
/// endpoint's thread only; the host's signal handlers are not touched, and its signals go to other threads.
///
/// Threading: `start` and `stop` from one thread at a time; the rest is thread-safe.
class HttpEndpoint {
public:
    using Options = HttpEndpointOptions;

    /// Whether `start` worked: `if (auto started = endpoint.start(); !started) log(started.error);`
    struct Started {
        std::string error;  ///< empty when it worked, else what failed and why
        explicit operator bool() const noexcept { return error.empty(); }
    };

    /// Opens nothing yet. `source` must outlive the endpoint or its `stop()`, and must not call either.
    template <FamilySource T>
    explicit HttpEndpoint(T& source, Options options = {})
        : HttpEndpoint(
              Source{&source, [](void* s, TimePoint now) { static_cast<T*>(s)->tick(now); },
                     [](void* s, TimePoint now) -> Families { return static_cast<T*>(s)->families(now); }},
              static_cast<Options&&>(options)) {}

    /// Stops.
    ~HttpEndpoint();
    HttpEndpoint(const HttpEndpoint&) = delete;
    HttpEndpoint& operator=(const HttpEndpoint&) = delete;

    /// Binds and starts the thread. Does not throw: an option out of range (limits are at least 1, times
    /// are in [1 ms, 1 h]), a port that is taken or a thread that cannot be had is told in the result, and
    /// `start` may be tried again. Running already: nothing happens.
    Started start() noexcept;

    /// Closes every connection and joins the thread; does not wait for clients. More than once, or without
    /// `start`: nothing happens. A stopped endpoint may be started again.
    void stop() noexcept;

    /// The port that is listened on; 0 while it does not run.
    [[nodiscard]] std::uint16_t port() const noexcept;

    /// `http://127.0.0.1:9400`, without a path; empty while it does not run.
    [[nodiscard]] std::string url() const;

    /// The endpoint's own counts, all under `sonde_endpoint_`: requests by HTTP status, scrapes, open
    /// connections, connections lost by reason, failures of accepting and of the source.
    [[nodiscard]] Families families() const;

private:
    struct Source {
        void* object;
        void (*tick)(void*, TimePoint);
        Families (*families)(void*, TimePoint);
    };
    struct Impl;

    HttpEndpoint(Source source, Options options);

    Impl* impl_;
};

}  // namespace sonde
