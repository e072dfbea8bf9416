// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/registry.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "metrics/metric_kinds.hpp"
#include "metrics/recording_order.hpp"
#include "metrics/registry_entries.hpp"
#include "metrics/registry_names.hpp"
#include "sonde/core/error.hpp"
#include "sonde/metrics/collector.hpp"

namespace sonde {

namespace {

using detail::Collectable;
using detail::Entry;
using detail::MetricKind;
using detail::Registered;
using detail::Request;

/// A source and what it is read into.
struct Watched {
    std::unique_ptr<ResourceSource> source;
    Utilization* target;
};

/// So that the next push_back needs no memory.
template <class T>
void make_room(std::vector<T>& items) {
    if (items.size() == items.capacity()) items.reserve(2 * items.size() + 1);
}

constexpr std::string_view overflow_suffix = "_overflowed_series_total";
constexpr const char* overflow_help = "Label sets that went to the overflow series of their family.";

}  // namespace

struct Registry::State {
    RegistryOptions options;
    mutable std::mutex mutex;
    std::vector<std::unique_ptr<Entry>> entries;  // in the order of registration
    std::map<std::string, Entry*> by_name;
    std::map<std::string, std::string> owners;  // of every exported name: what it was registered as
    std::vector<Watched> sources;

    /// The metric of this name and these labels; made from `given` when there is none.
    template <class M, class... Options>
    M& get(const MetricKind& kind, std::string_view name, std::string_view help, Labels labels,
           std::initializer_list<std::string> more_exports, Options... given) {
        Request request = checked(kind, name, help, std::move(labels), more_exports);
        const std::lock_guard lock{mutex};
        Collectable* metric = find(request);
        if (metric == nullptr)
            metric = &add(std::move(request), std::make_unique<Registered<M>>(std::move(given)...));
        return static_cast<Registered<M>*>(metric)->metric;  // find() has compared the kinds
    }

    Request checked(const MetricKind& kind, std::string_view name, std::string_view help, Labels labels,
                    std::initializer_list<std::string> more_exports) const;
    Collectable* find(const Request& request) const;
    /// What is exported of the registry itself begins with it.
    [[nodiscard]] std::string own() const {
        return (options.prefix.empty() ? "sonde" : options.prefix) + "_registry";
    }
    [[nodiscard]] std::string full(std::string_view name) const;
    /// The three that add leave all as it was when they throw: memory may be short.
    Collectable& add(Request request, std::unique_ptr<Collectable> metric);
    Collectable& add_family(Request request, std::unique_ptr<Collectable> metric);
    Collectable& add_series(Entry& entry, Labels labels, std::unique_ptr<Collectable> metric);
    std::map<std::string, std::string> exported_names(const Request& request) const;
};

std::string Registry::State::full(std::string_view name) const {
    return options.prefix.empty() ? std::string{name} : options.prefix + "_" + std::string{name};
}

Request Registry::State::checked(const MetricKind& kind, std::string_view name, std::string_view help,
                                 Labels labels, std::initializer_list<std::string> more_exports) const {
    if (help.empty()) fail("Registry", "help of " + std::string{name}, help, "a sentence");
    Request request{kind, full(name), {}, std::string{help}, {}, more_exports};
    detail::check_metric_name(name, kind);
    request.stem = request.name.substr(0, request.name.size() - kind.suffix.size());
    request.labels = detail::checked_labels(std::move(labels), kind);
    for (const std::string_view suffix : kind.exports) request.exports.emplace_back(suffix);
    for (const std::string& suffix : request.exports) {
        if ((request.stem + suffix).starts_with(detail::endpoint_prefix))
            fail("Registry", "name", request.name, "another one: an HttpEndpoint shows its own under it");
    }
    return request;
}

Collectable* Registry::State::find(const Request& request) const {
    const auto found = by_name.find(request.name);
    if (found == by_name.end()) return nullptr;
    const Entry& entry = *found->second;
    if (&entry.kind != &request.kind)
        fail("Registry", request.name, request.kind.word,
             "a " + std::string{entry.kind.word} + ", as before");
    if (entry.help != request.help)
        fail("Registry", "help of " + request.name, request.help, "as before: " + entry.help);
    if (!entry.items.empty() && !detail::same_names(entry.items.front().labels, request.labels))
        fail("Registry", "label names of " + request.name, detail::label_names(request.labels),
             detail::label_names(entry.items.front().labels));
    return entry.find(request.labels);
}

std::map<std::string, std::string> Registry::State::exported_names(const Request& request) const {
    std::map<std::string, std::string> names;
    for (const std::string& suffix : request.exports) {
        const std::string name = request.stem + suffix;
        const auto owner = owners.find(name);
        if (owner != owners.end() && owner->second != request.name)
            fail("Registry", "name", request.name,
                 "another one: " + name + " is exported for " + owner->second);
        names.emplace(name, request.name);
    }
    return names;
}

Collectable& Registry::State::add(Request request, std::unique_ptr<Collectable> metric) {
    auto names = exported_names(request);
    const auto found = by_name.find(request.name);
    Collectable& added = found == by_name.end()
                             ? add_family(std::move(request), std::move(metric))
                             : add_series(*found->second, std::move(request.labels), std::move(metric));
    owners.merge(names);
    return added;
}

Collectable& Registry::State::add_family(Request request, std::unique_ptr<Collectable> metric) {
    auto entry = std::make_unique<Entry>(Entry{
        request.kind, std::move(request.name), std::move(request.stem), std::move(request.help), {}, {}, 0});
    std::map<std::string, Entry*> named{{entry->name, entry.get()}};
    make_room(entries);
    Collectable& added = add_series(*entry, std::move(request.labels), std::move(metric));
    by_name.merge(named);
    entries.push_back(std::move(entry));
    return added;
}

Collectable& Registry::State::add_series(Entry& entry, Labels labels, std::unique_ptr<Collectable> metric) {
    const bool overflows = entry.items.size() >= options.max_series;
    if (overflows) {
        for (Label& label : labels) label.value = "overflow";
        if (Collectable* const overflow = entry.find(labels)) {
            ++entry.overflowed;
            return *overflow;
        }
    }
    Collectable& added = *metric;
    std::map<std::string, Collectable*> labelled{{detail::label_key(labels), &added}};
    make_room(entry.items);
    added.share(entry.name, labels);  // the last that may throw: what others have seen stays
    entry.overflowed += overflows ? 1 : 0;
    entry.by_labels.merge(labelled);
    entry.items.push_back({std::move(labels), std::move(metric)});
    return added;
}

Registry::Registry(RegistryOptions options) : state_{nullptr} {
    if (!options.prefix.empty()) detail::check_name("prefix", options.prefix);
    if (options.max_series == 0) fail("Registry", "max_series", 0.0, "at least 1");
    auto state = std::make_unique<State>();
    state->options = std::move(options);
    const std::string own = state->own();
    state->owners.emplace(own + "_overflowed_series", own);
    state->owners.emplace(own + std::string{overflow_suffix}, own);
    state_ = state.release();
}

Registry::~Registry() { delete state_; }

Counter& Registry::counter(std::string_view name, std::string_view help, Labels labels) {
    return state_->get<Counter>(detail::counter_kind, name, help, std::move(labels), {});
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, Labels labels) {
    return state_->get<Gauge>(detail::gauge_kind, name, help, std::move(labels), {});
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, Labels labels,
                               HistogramOptions options) {
    return state_->get<Histogram>(detail::histogram_kind, name, help, std::move(labels), {},
                                  std::move(options));
}

Latency& Registry::latency(std::string_view name, std::string_view help, Labels labels,
                           LatencyOptions options) {
    return state_->get<Latency>(detail::latency_kind, name, help, std::move(labels), {}, std::move(options));
}

Throughput& Registry::throughput(std::string_view name, std::string_view help, Labels labels) {
    return state_->get<Throughput>(detail::throughput_kind, name, help, std::move(labels), {});
}

ErrorRate& Registry::error_rate(std::string_view name, std::string_view help, Labels labels,
                                ErrorRateOptions options) {
    return state_->get<ErrorRate>(detail::error_rate_kind, name, help, std::move(labels), {}, options);
}

UpDownCounter& Registry::up_down_counter(std::string_view name, std::string_view help, Labels labels) {
    return state_->get<UpDownCounter>(detail::up_down_counter_kind, name, help, std::move(labels), {});
}

Classification& Registry::classification(std::string_view name, std::string_view help, Labels labels,
                                         ClassificationOptions options) {
    return state_->get<Classification>(detail::classification_kind, name, help, std::move(labels), {},
                                       std::move(options));
}

LabelJoin& Registry::label_join(std::string_view name, std::string_view help, Classification& classification,
                                Labels labels, LabelJoinOptions options) {
    return state_->get<LabelJoin>(detail::label_join_kind, name, help, std::move(labels), {}, options,
                                  std::ref(classification));
}

Utilization& Registry::utilization(std::string_view name, std::string_view help, Labels labels,
                                   UtilizationOptions options) {
    const std::string unit = options.unit;
    return state_->get<Utilization>(detail::utilization_kind, name, help, std::move(labels),
                                    {"_used_" + unit, "_limit_" + unit}, std::move(options));
}

Utilization& Registry::adopt(ResourceSource* source, Labels labels) {
    std::unique_ptr<ResourceSource> owned{source};
    const ResourceInfo info = owned->info();
    Utilization& target = utilization(info.name, info.help, std::move(labels), {std::string{info.unit}});
    const std::lock_guard lock{state_->mutex};
    for (const Watched& watched : state_->sources)
        if (watched.target == &target) fail("Registry", "source", info.name, "watched once");
    state_->sources.push_back({std::move(owned), &target});
    return target;
}

void Registry::tick(TimePoint now) {
    const std::lock_guard lock{state_->mutex};
    for (const auto& [source, target] : state_->sources) {
        if (const auto usage = source->read(now))
            target->observe(*usage);
        else
            target->clear();
    }
    for (const auto& entry : state_->entries)
        for (const Entry::Item& item : entry->items) item.metric->tick(now);
}

Families Registry::families(TimePoint now) const {
    const std::lock_guard lock{state_->mutex};
    Families result;
    for (const auto& entry : state_->entries) {
        const std::size_t first = result.size();
        for (const auto& [labels, metric] : entry->items) {
            Collector collector{result, first, entry->stem, entry->help, labels};
            metric->collect(collector, now);
        }
    }
    const Labels none;
    Collector own{result, result.size(), state_->own(), overflow_help, none};
    for (const auto& entry : state_->entries)
        if (entry->overflowed > 0)
            own.counter(overflow_suffix, overflow_help, entry->overflowed, {{"family", entry->name}});
    return result;
}

Recordings Registry::recordings() const {
    Recordings result;
    {
        const std::lock_guard lock{state_->mutex};
        for (const auto& entry : state_->entries) {
            for (const auto& [labels, metric] : entry->items) {
                Recording item{entry->name, labels, RecordingKind::counter, 0, {}};
                if (metric->record_into(item)) result.items.push_back(std::move(item));
            }
        }
    }
    std::sort(result.items.begin(), result.items.end(), detail::comes_before);
    return result;
}

}  // namespace sonde
