// SPDX-License-Identifier: Apache-2.0
#include "exporters/http_connections.hpp"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

namespace sonde::detail {

void HttpConnections::add(int socket, TimePoint now) {
    const auto identity = identify(socket);
    if (!identity) return;
    // The kernel gives a number again only after it was closed: the entry is of one that is gone.
    if (const auto old = by_socket_.find(socket); old != by_socket_.end()) forget(old->second);
    if (order_.size() >= most_) forget_gone();
    while (order_.size() >= most_) close(order_.begin(), Lost::crowded);
    const Place place = order_.insert(order_.end(), {socket, *identity, now});
    by_socket_.emplace(socket, place);
    counts_.connections(order_.size());
}

void HttpConnections::touch(int socket, bufferevent* events, TimePoint now) {
    const auto found = by_socket_.find(socket);
    if (found == by_socket_.end()) return;
    found->second->since = now;
    found->second->events = events;
    order_.splice(order_.end(), order_, found->second);
}

void HttpConnections::close_quiet(TimePoint limit) {
    forget_gone();
    while (!order_.empty() && order_.front().since < limit) close(order_.begin(), Lost::timeout);
}

void HttpConnections::close_unread(std::size_t most) {
    std::size_t sum = 0;
    for (const Connection& connection : order_) sum += unread(connection);
    for (Place place = order_.begin(); place != order_.end() && sum > most;) {
        const std::size_t here = unread(*place);
        sum -= here;
        place = here > 0 ? close(place, Lost::unread) : std::next(place);
    }
}

std::optional<HttpConnections::Identity> HttpConnections::identify(int socket) noexcept {
#ifdef SO_COOKIE
    // Preferred since ThreadSanitizer takes `fstat` on a number that is another thread's by now for a race.
    std::uint64_t cookie = 0;
    socklen_t size = sizeof cookie;
    if (getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0) return Identity{0, cookie};
    if (errno != ENOPROTOOPT) return {};
#endif
    struct stat info {};
    if (fstat(socket, &info) != 0) return {};
    return Identity{static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino)};
}

bool HttpConnections::alive(const Connection& connection) noexcept {
    return identify(connection.socket) == connection.identity;
}

std::size_t HttpConnections::unread(const Connection& connection) noexcept {
    if (connection.events == nullptr || !alive(connection)) return 0;
    return evbuffer_get_length(bufferevent_get_output(connection.events));
}

HttpConnections::Place HttpConnections::close(Place place, Lost why) {
    if (alive(*place)) {
        ::shutdown(place->socket, SHUT_RDWR);
        // One that kept a finished conversation open has lost nothing.
        if (place->events == nullptr || unread(*place) > 0 || why != Lost::timeout) counts_.lost(why);
        place->events = nullptr;  // it is counted: `forget` shall not do so again
        by_socket_.erase(place->socket);
        const Place next = order_.erase(place);
        counts_.connections(order_.size());
        return next;
    }
    return forget(place);
}

HttpConnections::Place HttpConnections::forget(Place place) {
    if (place->events == nullptr) counts_.lost(Lost::no_request);
    by_socket_.erase(place->socket);
    const Place next = order_.erase(place);
    counts_.connections(order_.size());
    return next;
}

void HttpConnections::forget_gone() {
    for (Place place = order_.begin(); place != order_.end();) {
        place = alive(*place) ? std::next(place) : forget(place);
    }
}

}  // namespace sonde::detail
