// SPDX-License-Identifier: Apache-2.0
#include "event_loop.hpp"

#include <event2/thread.h>

#include <algorithm>
#include <stdexcept>

namespace demo {
namespace {

event_base* new_base() {
    evthread_use_pthreads();  // so that stop() may come from another thread
    event_config* config = event_config_new();
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    event_base* base = event_base_new_with_config(config);
    event_config_free(config);
    if (base == nullptr) throw std::runtime_error{"libevent: no event loop"};
    return base;
}

void break_loop(int, short, void* base) { event_base_loopbreak(static_cast<event_base*>(base)); }

}  // namespace

EventLoop::EventLoop() : base_{new_base()}, stopper_{event_new(base_.get(), -1, 0, break_loop, base_.get())} {
    if (!stopper_) throw std::runtime_error{"libevent: no event"};
}

void EventLoop::start() {
    thread_ = std::thread{[base = base_.get()] { event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY); }};
}

void EventLoop::stop() noexcept {
    if (!thread_.joinable()) return;
    // Not event_base_loopbreak from here: it is forgotten when the thread has not entered the loop yet.
    event_active(stopper_.get(), EV_TIMEOUT, 1);
    thread_.join();
}

EventHandle EventLoop::timer(void (*callback)(int, short, void*), void* argument) {
    EventHandle handle{event_new(base_.get(), -1, 0, callback, argument)};
    if (!handle) throw std::runtime_error{"libevent: no timer"};
    return handle;
}

void fire_in(const EventHandle& timer, sonde::Duration delay) noexcept {
    using namespace std::chrono;
    const auto us = std::max<std::int64_t>(duration_cast<microseconds>(delay).count(), 0);
    const timeval when{.tv_sec = us / 1'000'000, .tv_usec = us % 1'000'000};
    event_add(timer.get(), &when);
}

}  // namespace demo
