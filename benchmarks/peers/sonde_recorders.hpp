// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <span>

#include "inputs.hpp"
#include "keep.hpp"
#include "sonde/metrics/collector.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/latency.hpp"

namespace peers {

// A recorder has an `Input`; `writer()`, which is called for a batch and returns what records one value;
// `scrape()`, all that a reader asks for; and `tick()`, where time goes on by a second.

/// As it comes: with windows of 10 s, 1 min and 5 min.
class SondeLatency {
public:
    using Input = Duration;
    auto writer() {
        return [&latency = latency_](Duration d) { latency.observe(d); };
    }
    void scrape() {
        keep(latency_.snapshot());
        keep(latency_.window_quantile(0.99, std::chrono::seconds{10}, now_));
        sonde::Families families;
        const sonde::Labels labels;
        sonde::Collector collector{families, 0, "request", "Time to answer.", labels};
        latency_.collect(collector, now_);
        keep(families);
    }
    void tick() { latency_.tick(now_ += std::chrono::seconds{1}); }

protected:
    sonde::TimePoint now_{};
    sonde::Latency latency_;
};

class SondeShard : public SondeLatency {
public:
    auto writer() {
        return [shard = latency_.shard()](Duration d) mutable { shard.observe(d); };
    }
};

/// Batches of 64.
class SondeSpan : public SondeLatency {
public:
    static constexpr std::size_t at_once = 64;
    auto writer() {
        return [&latency = latency_](std::span<const Duration> batch) { latency.observe(batch); };
    }
};

class SondeCounter {
public:
    using Input = Duration;
    auto writer() {
        return [this](Duration) { counter_.observe(); };
    }
    void scrape() { keep(counter_.value()); }
    void tick() {}

private:
    sonde::Counter counter_;
};

}  // namespace peers
