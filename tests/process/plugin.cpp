// SPDX-License-Identifier: Apache-2.0
// The shared object that shared_object.cpp opens and closes.
#include "plugin.hpp"

#include <array>
#include <chrono>

using namespace std::chrono_literals;

namespace {

sonde::Counter own_counter;

std::uint64_t record_until(const bool& stop, int& ready) {
    std::uint64_t recorded = 1;
    own_counter.observe();
    __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
    for (bool done = false; !done; ++recorded) {
        own_counter.observe();
        __atomic_load(&stop, &done, __ATOMIC_SEQ_CST);
    }
    return recorded;
}

const Plugin functions{
    [](sonde::Latency& latency, int times) {
        for (int i = 0; i < times; ++i) latency.observe(1ms);
    },
    [](sonde::Latency& latency, int times) {
        auto shard = latency.shard();
        for (int i = 0; i < times; ++i) shard.observe(1ms);
    },
    [](sonde::Latency& latency, int times) {
        const std::array<sonde::Duration, 2> both{1ms, 2ms};
        for (int i = 0; i < times; i += 2) latency.observe(both);
    },
    [](sonde::Latency& latency) { latency.observe(-1ns); },
    [](sonde::Counter& counter, int times) {
        for (int i = 0; i < times; ++i) counter.observe();
    },
    [](const sonde::Latency& latency) { return latency.snapshot().count; },
    [](const sonde::Counter& counter) { return counter.value(); },
    [](sonde::Latency& to, const sonde::Latency& from) { to.merge(from); },
    [] { return new sonde::Latency; },
    [](sonde::Latency* latency) { delete latency; },
    [] { return &own_counter; },
    record_until,
};

}  // namespace

extern "C" const Plugin* sonde_plugin() { return &functions; }
