// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "exporters/http_counts.hpp"
#include "sonde/core/chrono.hpp"

struct bufferevent;

namespace sonde::detail {

/// The connections of an HTTP server, in the order in which they last did something whole: arrived, or
/// handed in a request. evhttp of libevent 2.1 neither bounds them, nor says when one without a request
/// ends, nor limits how long a client may dribble. So this list does, from outside: it knows sockets by
/// number and by what the kernel calls them, which tells a socket from a later one of the same number, and
/// it ends one by shutting it down, which evhttp then sees as a client that left. Sockets close on the event
/// loop's thread only, so between asking "is it still this one?" and acting on the answer nothing can change.
/// Threading: single-writer, on the event loop's thread.
class HttpConnections {
public:
    /// \param most  above it the longest quiet one is shut down
    HttpConnections(std::size_t most, HttpCounts& counts) : most_{most}, counts_{counts} {}

    /// A connection was accepted.
    void add(int socket, TimePoint now);
    /// It handed in a whole request: it has time again to take the answer and to ask anew.
    void touch(int socket, bufferevent* events, TimePoint now);
    /// Shuts down the ones that were quiet since before `limit`, and forgets the ones that are gone.
    void close_quiet(TimePoint limit);
    /// Shuts down the longest quiet ones with an unread answer until at most `most` bytes are unread.
    void close_unread(std::size_t most);

private:
    /// What stays with a socket and is never given to another.
    struct Identity {
        std::uint64_t device = 0, number = 0;
        friend bool operator==(const Identity&, const Identity&) = default;
    };
    struct Connection {
        int socket;
        Identity identity;
        TimePoint since;
        bufferevent* events = nullptr;  // from the first request on; used only while `alive`
    };
    using Place = std::list<Connection>::iterator;

    static std::optional<Identity> identify(int socket) noexcept;
    static bool alive(const Connection& connection) noexcept;
    static std::size_t unread(const Connection& connection) noexcept;
    Place close(Place place, Lost why);
    Place forget(Place place);
    void forget_gone();

    std::size_t most_;
    HttpCounts& counts_;
    std::list<Connection> order_;  // longest quiet first
    std::unordered_map<int, Place> by_socket_;
};

}  // namespace sonde::detail
