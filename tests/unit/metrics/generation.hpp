// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/metrics/registry.hpp"
#include "sonde/metrics/request_metrics.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/catch.hpp"

namespace sonde::testing {

/// A language model's metrics, and a clock.
struct Generation {
    using Timer = RequestTimer<GenerationMetrics, ManualClock::Face>;

    Registry registry;
    GenerationMetrics metrics{registry};
    ManualClock clock;

    [[nodiscard]] Timer arrive() const { return metrics.arrive(clock.face()); }
    [[nodiscard]] std::int64_t in_flight() const { return metrics.waiting.value() + metrics.running.value(); }
};

/// The one duration that was observed.
inline Duration only(const Latency& latency) {
    const LatencySnapshot seen = latency.snapshot();
    CHECK(seen.count == 1);
    CHECK(seen.min == seen.max);
    return seen.sum;
}

inline std::uint64_t count(const Latency& latency) { return latency.snapshot().count; }

}  // namespace sonde::testing
