// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <event2/event.h>
#include <event2/http.h>

#include <memory>
#include <thread>

#include "sonde/core/chrono.hpp"

namespace demo {

/// libevent's objects, freed by their owner.
template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using EventHandle = std::unique_ptr<event, FreeWith<&event_free>>;
using HttpHandle = std::unique_ptr<evhttp, FreeWith<&evhttp_free>>;
using ConnectionHandle = std::unique_ptr<evhttp_connection, FreeWith<&evhttp_connection_free>>;

/// A libevent loop and the thread that runs it. What hangs on the loop is made before `start()` and
/// touched only by its thread until `stop()` has returned. Threading: single-writer.
class EventLoop {
public:
    /// \throws std::runtime_error  libevent has no loop to give
    EventLoop();
    ~EventLoop() { stop(); }
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    void start();
    /// Ends the loop and joins its thread. A second call does nothing.
    void stop() noexcept;

    [[nodiscard]] event_base* base() const noexcept { return base_.get(); }
    /// A timer that calls `callback(argument)` on the loop's thread; armed with `fire_in`.
    [[nodiscard]] EventHandle timer(void (*callback)(int, short, void*), void* argument);

private:
    std::unique_ptr<event_base, FreeWith<&event_base_free>> base_;
    EventHandle stopper_;
    std::thread thread_;
};

/// Arms a timer. A delay below zero is one of zero.
void fire_in(const EventHandle& timer, sonde::Duration delay) noexcept;

}  // namespace demo
