// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <event2/util.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "exporters/http_connections.hpp"
#include "exporters/http_counts.hpp"
#include "sonde/exporters/http_endpoint.hpp"

struct event;
struct event_base;
struct evconnlistener;
struct evhttp;
struct evhttp_request;

namespace sonde::detail {

struct EventDeleter {
    void operator()(event_base* base) const noexcept;
    void operator()(evconnlistener* listener) const noexcept;
    void operator()(evhttp* http) const noexcept;
    void operator()(event* one) const noexcept;
};
template <class T>
using EventPtr = std::unique_ptr<T, EventDeleter>;

/// Two sockets, closed together.
struct SocketPair {
    evutil_socket_t ends[2] = {-1, -1};

    SocketPair() = default;
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;
    ~SocketPair();
};

/// What a loop calls, on its thread. Must not throw.
class HttpHandler {
public:
    HttpHandler() = default;
    HttpHandler(const HttpHandler&) = delete;
    HttpHandler& operator=(const HttpHandler&) = delete;
    virtual void handle(evhttp_request* request) noexcept = 0;
    virtual void tick(TimePoint now) noexcept = 0;

protected:
    ~HttpHandler() = default;
};

/// One event loop with a listening socket, evhttp, and the timers. libevent's locks are not needed and not
/// asked for (they are switched on for a whole process): the loop is made on one thread, handed to another,
/// and woken by a byte through a socket pair.
/// Threading: `stop` from any thread; everything else, construction and destruction included, one thread at a time.
class HttpEventLoop {
public:
    /// Listens when it returns.
    /// \throws std::runtime_error  with what failed and why
    HttpEventLoop(const HttpEndpointOptions& options, HttpHandler& handler, HttpCounts& counts);
    ~HttpEventLoop();
    HttpEventLoop(const HttpEventLoop&) = delete;
    HttpEventLoop& operator=(const HttpEventLoop&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Serves until `stop`.
    void run() noexcept;
    /// `run` returns soon, also when it has not begun.
    void stop() noexcept;
    /// The connections, for the handler.
    [[nodiscard]] HttpConnections& connections() noexcept { return connections_; }

private:
    void make_base();
    void listen();
    void serve_http();
    void add_timers();
    void every(Duration period, void (*callback)(evutil_socket_t, short, void*));
    bufferevent* make_connection() noexcept;
    void adopt_newest() noexcept;
    void sweep() noexcept;
    void pause_accepting() noexcept;

    HttpEndpointOptions options_;
    HttpHandler& handler_;
    HttpCounts& counts_;
    HttpConnections connections_;
    bufferevent* newest_ = nullptr;  // accepted, its socket not known yet; a reference is held
    SocketPair wake_;
    EventPtr<event_base> base_;
    evconnlistener* listener_ = nullptr;  // belongs to http_
    EventPtr<evhttp> http_;
    EventPtr<event> adopt_;
    std::vector<EventPtr<event>> events_;
    std::uint16_t port_ = 0;
};

}  // namespace sonde::detail
