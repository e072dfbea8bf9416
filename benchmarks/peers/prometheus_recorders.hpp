// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/summary.h>

#include <chrono>
#include <cmath>

#include "inputs.hpp"
#include "keep.hpp"

namespace peers {

// prometheus-cpp. \see sonde_recorders.hpp for what a recorder is

class PrometheusHistogram {
public:
    using Input = double;
    auto writer() {
        return [this](double seconds) { histogram_.Observe(seconds); };
    }
    void scrape() { keep(histogram_.Collect()); }
    void tick() {}

private:
    /// 20 of them, from 0.1 ms to 10 s.
    static prometheus::Histogram::BucketBoundaries bounds() {
        prometheus::Histogram::BucketBoundaries result;
        for (int i = 0; i < 20; ++i) result.push_back(1e-4 * std::pow(1e5, i / 19.0));
        return result;
    }
    prometheus::Histogram histogram_{bounds()};
};

class PrometheusSummary {
public:
    using Input = double;
    static constexpr std::size_t batch = 32;  // each takes microseconds
    auto writer() {
        return [this](double seconds) { summary_.Observe(seconds); };
    }
    void scrape() { keep(summary_.Collect()); }
    void tick() {}

private:
    prometheus::Summary summary_{
        prometheus::Summary::Quantiles{{0.5, 0.05}, {0.9, 0.01}, {0.99, 0.001}, {0.999, 0.0001}},
        std::chrono::seconds{60}, 5};
};

class PrometheusCounter {
public:
    using Input = double;
    auto writer() {
        return [this](double) { counter_.Increment(); };
    }
    void scrape() { keep(counter_.Value()); }
    void tick() {}

private:
    prometheus::Counter counter_;
};

}  // namespace peers
