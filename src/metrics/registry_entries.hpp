// SPDX-License-Identifier: Apache-2.0
// What a Registry keeps: families of metrics of any kind.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "metrics/metric_kinds.hpp"
#include "metrics/registry_names.hpp"
#include "metrics/shared_metric.hpp"
#include "sonde/metrics/collector.hpp"
#include "sonde/metrics/recordings.hpp"
#include "sonde/metrics/registry.hpp"

namespace sonde::detail {

/// A metric of any kind, as the registry sees it. Called once a second, hence virtual.
class Collectable {
public:
    Collectable() = default;
    Collectable(const Collectable&) = delete;
    Collectable& operator=(const Collectable&) = delete;
    virtual ~Collectable() = default;
    virtual void tick(TimePoint now) = 0;
    virtual void collect(Collector& out, TimePoint now) const = 0;
    /// False: this kind is no recording.
    virtual bool record_into(Recording& out) const = 0;
    /// Lets other processes see it, if they can (`share_recordings`).
    virtual void share(const std::string& name, const Labels& labels) const = 0;
};

inline void record(Recording& out, const Counter& metric) { out.count = metric.value(); }
inline void record(Recording& out, const Throughput& metric) { out.count = metric.total(); }
inline void record(Recording& out, const UpDownCounter& metric) {
    out.kind = RecordingKind::up_down_counter;
    out.count = static_cast<std::uint64_t>(metric.value());
}
inline void record(Recording& out, const Histogram& metric) {
    out.kind = RecordingKind::histogram;
    out.histogram = metric.snapshot();
}
inline void record(Recording& out, const Latency& metric) {
    out.kind = RecordingKind::latency;
    out.histogram = metric.nanoseconds();
}

template <class M>
class Registered final : public Collectable {
public:
    template <class... Options>
    explicit Registered(Options&&... options) : metric{std::forward<Options>(options)...} {}
    void tick(TimePoint now) override {
        if constexpr (requires { metric.tick(now); }) metric.tick(now);
    }
    void collect(Collector& out, TimePoint now) const override { metric.collect(out, now); }
    bool record_into(Recording& out) const override {
        if constexpr (requires { record(out, metric); }) {
            record(out, metric);
            return true;
        }
        return false;
    }
    void share(const std::string& name, const Labels& labels) const override {
        if constexpr (requires { detail::share(metric, name, labels); }) detail::share(metric, name, labels);
    }

    M metric;
};

/// What was asked for, checked as far as it can be without looking at the others.
struct Request {
    const MetricKind& kind;
    std::string name, stem, help;
    Labels labels;
    std::vector<std::string> exports;
};

/// All metrics of one name.
struct Entry {
    struct Item {
        Labels labels;
        std::unique_ptr<Collectable> metric;
    };

    const MetricKind& kind;
    std::string name, stem, help;
    std::vector<Item> items;  // in the order of registration
    std::map<std::string, Collectable*> by_labels;
    std::uint64_t overflowed = 0;

    [[nodiscard]] Collectable* find(const Labels& labels) const {
        const auto found = by_labels.find(label_key(labels));
        return found == by_labels.end() ? nullptr : found->second;
    }
};

}  // namespace sonde::detail
