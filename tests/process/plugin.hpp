// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/latency.hpp"

/// What plugin.cpp offers, a shared object that has a copy of sonde of its own.
struct Plugin {
    // Code of the plugin records into metrics of the program, and reads them.
    void (*observe)(sonde::Latency&, int times);
    void (*observe_through_shard)(sonde::Latency&, int times);
    void (*observe_batch)(sonde::Latency&, int times);
    void (*observe_negative)(sonde::Latency&);
    void (*add)(sonde::Counter&, int times);
    std::uint64_t (*count)(const sonde::Latency&);
    std::uint64_t (*value)(const sonde::Counter&);
    void (*merge)(sonde::Latency& to, const sonde::Latency& from);
    // And the other way round.
    sonde::Latency* (*make)();
    void (*destroy)(sonde::Latency*);
    sonde::Counter* (*counter)();  ///< a static object of the plugin
    /// Records into the static counter, says so in `ready`, and goes on until `stop`; returns how often.
    std::uint64_t (*record_until)(const bool& stop, int& ready);
};
