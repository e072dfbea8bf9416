// SPDX-License-Identifier: Apache-2.0
#include "exporters/http_event_loop.hpp"

#include <arpa/inet.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <system_error>

namespace sonde::detail {
namespace {

[[noreturn]] void give_up(const std::string& what, int error) {
    throw std::runtime_error{"HttpEndpoint: " + what + ": " + std::generic_category().message(error)};
}

template <class T>
T* required(T* made, const char* what) {
    if (made == nullptr) give_up(what, errno != 0 ? errno : ENOMEM);
    return made;
}

timeval to_timeval(Duration d) noexcept {
    timeval out{};
    out.tv_sec = static_cast<decltype(out.tv_sec)>(d.count() / 1'000'000'000);
    out.tv_usec = static_cast<decltype(out.tv_usec)>(d.count() % 1'000'000'000 / 1'000);
    return out;
}

struct Address {
    sockaddr_storage storage{};
    int length = 0;
};

Address parse_address(const std::string& text, std::uint16_t port) {
    Address out;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        out.length = sizeof v4;
        std::memcpy(&out.storage, &v4, sizeof v4);
    } else if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        out.length = sizeof v6;
        std::memcpy(&out.storage, &v6, sizeof v6);
    } else {
        throw std::runtime_error{"HttpEndpoint: address is \"" + text +
                                 "\", must be a numeric IPv4 or IPv6 address"};
    }
    return out;
}

std::uint16_t bound_port(evutil_socket_t socket) noexcept {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return 0;
    // sin_port and sin6_port lie at the same place.
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    return ntohs(v4.sin_port);
}

// The listener's error callback is handed evhttp's argument, not ours. A thread runs one loop at a time.
thread_local HttpEventLoop* running_here = nullptr;

}  // namespace

void EventDeleter::operator()(event_base* base) const noexcept { event_base_free(base); }
void EventDeleter::operator()(evconnlistener* listener) const noexcept { evconnlistener_free(listener); }
void EventDeleter::operator()(evhttp* http) const noexcept { evhttp_free(http); }
void EventDeleter::operator()(event* one) const noexcept { event_free(one); }

SocketPair::~SocketPair() {
    for (const evutil_socket_t one : ends) {
        if (one >= 0) evutil_closesocket(one);
    }
}

HttpEventLoop::HttpEventLoop(const HttpEndpointOptions& options, HttpHandler& handler, HttpCounts& counts)
    : options_{options}, handler_{handler}, counts_{counts}, connections_{options.max_connections, counts} {
    errno = 0;
    make_base();
    serve_http();
    listen();
    add_timers();
}

HttpEventLoop::~HttpEventLoop() {
    if (newest_ != nullptr) bufferevent_decref(newest_);
    http_.reset();  // closes the listener and every connection
    counts_.connections(0);
}

void HttpEventLoop::make_base() {
    const std::unique_ptr<event_config, void (*)(event_config*)> config{
        required(event_config_new(), "cannot configure an event loop"), event_config_free};
    event_config_set_flag(config.get(), EVENT_BASE_FLAG_NOLOCK);
    base_.reset(required(event_base_new_with_config(config.get()), "cannot make an event loop"));
    if (evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, wake_.ends) != 0)
        give_up("cannot make a socket pair", errno);
    for (const evutil_socket_t one : wake_.ends) {
        evutil_make_socket_nonblocking(one);
        evutil_make_socket_closeonexec(one);
    }
    const auto woken = [](evutil_socket_t, short, void* self) {
        event_base_loopbreak(static_cast<HttpEventLoop*>(self)->base_.get());
    };
    events_.emplace_back(
        required(event_new(base_.get(), wake_.ends[0], EV_READ, woken, this), "cannot make an event"));
    event_add(events_.back().get(), nullptr);
}

void HttpEventLoop::serve_http() {
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<ev_ssize_t>::max());
    http_.reset(required(evhttp_new(base_.get()), "cannot make an HTTP server"));
    evhttp* http = http_.get();
    evhttp_set_max_headers_size(http, static_cast<ev_ssize_t>(std::min(options_.max_header_bytes, most)));
    evhttp_set_max_body_size(http, static_cast<ev_ssize_t>(std::min(options_.max_body_bytes, most)));
    // The list of connections has the stricter word; this keeps evhttp's own 50 s out of long timeouts.
    const timeval timeout = to_timeval(options_.timeout * 2);
    evhttp_set_timeout_tv(http, &timeout);
    // All of them, so that it is the handler who says 405, and says what is allowed.
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT |
                                         EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |
                                         EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
    const auto request = [](evhttp_request* one, void* self) {
        auto& loop = *static_cast<HttpEventLoop*>(self);
        bufferevent* events = evhttp_connection_get_bufferevent(evhttp_request_get_connection(one));
        loop.handler_.handle(one);
        // From now on, since the client's time does not run while we make the answer.
        loop.connections_.touch(bufferevent_getfd(events), events, SteadyClock{}.now());
    };
    evhttp_set_gencb(http, request, this);
    const auto adopt = [](evutil_socket_t, short, void* self) {
        static_cast<HttpEventLoop*>(self)->adopt_newest();
    };
    adopt_.reset(required(event_new(base_.get(), -1, 0, adopt, this), "cannot make an event"));
    const auto connection = [](event_base*, void* self) {
        return static_cast<HttpEventLoop*>(self)->make_connection();
    };
    evhttp_set_bevcb(http, connection, this);
}

void HttpEventLoop::listen() {
    constexpr int backlog = 128;
    constexpr unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
    const Address address = parse_address(options_.address, options_.port);
    EventPtr<evconnlistener> listener{
        evconnlistener_new_bind(base_.get(), nullptr, nullptr, flags, backlog,
                                reinterpret_cast<const sockaddr*>(&address.storage), address.length)};
    if (!listener)
        give_up("cannot listen on " + options_.address + " port " + std::to_string(options_.port), errno);
    required(evhttp_bind_listener(http_.get(), listener.get()), "cannot bind the HTTP server");
    listener_ = listener.release();
    port_ = bound_port(evconnlistener_get_fd(listener_));
    evconnlistener_set_error_cb(listener_, [](evconnlistener*, void*) { running_here->pause_accepting(); });
}

void HttpEventLoop::add_timers() {
    const auto sweep = [](evutil_socket_t, short, void* self) { static_cast<HttpEventLoop*>(self)->sweep(); };
    const auto tick = [](evutil_socket_t, short, void* self) {
        static_cast<HttpEventLoop*>(self)->handler_.tick(SteadyClock{}.now());
    };
    every(std::clamp<Duration>(options_.timeout / 4, std::chrono::milliseconds{10}, std::chrono::seconds{1}),
          sweep);
    if (options_.tick_every > Duration{0}) every(options_.tick_every, tick);
}

void HttpEventLoop::every(Duration period, void (*callback)(evutil_socket_t, short, void*)) {
    const timeval time = to_timeval(period);
    events_.emplace_back(
        required(event_new(base_.get(), -1, EV_PERSIST, callback, this), "cannot make a timer"));
    event_add(events_.back().get(), &time);
}

void HttpEventLoop::run() noexcept {
    running_here = this;
    if (options_.tick_every > Duration{0}) handler_.tick(SteadyClock{}.now());
    event_base_dispatch(base_.get());
}

void HttpEventLoop::stop() noexcept {
    const char byte = 0;
    (void)::send(wake_.ends[1], &byte, 1, MSG_NOSIGNAL);  // full means that it has been told already
}

// evhttp asks for this once per accepted connection and puts the socket in when it has it, so that the
// socket can be read only later: at the next connection, or when the loop comes round.
bufferevent* HttpEventLoop::make_connection() noexcept {
    adopt_newest();
    newest_ = bufferevent_socket_new(base_.get(), -1, BEV_OPT_CLOSE_ON_FREE);
    if (newest_ == nullptr) return nullptr;  // evhttp gives up on it
    bufferevent_incref(newest_);
    event_active(adopt_.get(), 0, 0);
    return newest_;
}

void HttpEventLoop::adopt_newest() noexcept {
    if (newest_ == nullptr) return;
    const evutil_socket_t socket = bufferevent_getfd(newest_);
    try {
        connections_.add(socket, SteadyClock{}.now());
    } catch (...) {  // no memory to keep watch over it
        ::shutdown(socket, SHUT_RDWR);
        counts_.accept_failed();
    }
    bufferevent_decref(newest_);
    newest_ = nullptr;
}

void HttpEventLoop::sweep() noexcept {
    connections_.close_quiet(SteadyClock{}.now() - options_.timeout);
    evconnlistener_enable(listener_);
}

// Mostly for want of file descriptors: the socket stays readable, so that the loop would spin.
void HttpEventLoop::pause_accepting() noexcept {
    counts_.accept_failed();
    evconnlistener_disable(listener_);  // until the next sweep, which may have closed some
}

}  // namespace sonde::detail
