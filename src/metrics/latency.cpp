// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/latency.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "metrics/packed_counts.hpp"
#include "metrics/windows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/metrics/collector.hpp"

namespace sonde {

namespace {

constexpr std::int64_t largest_ns = std::numeric_limits<std::int64_t>::max();

/// The usual bounds of an HTTP request, and finer ones below for models that answer in less.
constexpr std::array<double, 16> default_bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

/// What a `Latency` had counted at some moment.
struct Cumulative {
    detail::PackedCounts buckets;
    std::uint64_t sum = 0;
};

unsigned checked_precision(const LatencyOptions& options) {
    if (options.precision_bits < 3 || options.precision_bits > 10)
        fail("Latency", "precision_bits", options.precision_bits, "in [3, 10]");
    return options.precision_bits;
}

std::vector<double> checked_bounds(std::vector<double> bounds) {
    if (bounds.empty()) bounds.assign(default_bounds.begin(), default_bounds.end());
    double last = 0;
    for (const double bound : bounds) {
        if (!is_finite(bound) || bound <= last || bound > 1e9)
            fail("Latency", "bounds", bound, "above 0, at most 1e9, and ascending");
        last = bound;
    }
    return bounds;
}

/// Largest and smallest as far as the buckets know, within what was recorded in all. The extremes may
/// have been stored before their bucket was counted, or become visible after it; a snapshot is sound
/// either way: min and max never leave the outermost buckets.
void bound_extremes(LatencySnapshot& snapshot, std::int64_t min, std::int64_t max) {
    if (snapshot.buckets.empty()) return;
    const auto low = [&](const LatencyBucket& b) {
        return static_cast<std::int64_t>(detail::log_linear_lower(b.index, snapshot.precision_bits));
    };
    const auto high = [&](const LatencyBucket& b) {
        return static_cast<std::int64_t>(detail::log_linear_upper(b.index, snapshot.precision_bits));
    };
    const LatencyBucket &first = snapshot.buckets.front(), &last = snapshot.buckets.back();
    snapshot.min = Duration{std::clamp(min, low(first), high(first))};
    snapshot.max = Duration{std::clamp(max, low(last), high(last))};
}

}  // namespace

struct Latency::Windows : detail::Windows<Cumulative> {
    explicit Windows(std::vector<double> b) : bounds{std::move(b)} {}
    const std::vector<double> bounds;
};

Latency::Latency(LatencyOptions options)
    : precision_bits_{checked_precision(options)},
      buckets_{nullptr},
      min_{largest_ns},
      windows_{new Windows{checked_bounds(std::move(options.bounds))}} {
    try {
        buckets_ = new detail::Atomic<std::uint64_t>[detail::log_linear_size(largest_ns, precision_bits_)] {};
    } catch (...) {
        delete windows_;
        throw;
    }
}

Latency::~Latency() {
    delete[] buckets_;
    delete windows_;
}

LatencySnapshot Latency::snapshot() const {
    Snapshot result;
    result.precision_bits = precision_bits_;
    const std::size_t size = detail::log_linear_size(largest_ns, precision_bits_);
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t n = buckets_[i].load();
        if (n == 0) continue;
        result.buckets.push_back({static_cast<std::uint32_t>(i), n});
        result.count += n;
    }
    result.sum = Duration{static_cast<std::int64_t>(sum_.load())};
    bound_extremes(result, min_.load(), max_.load());
    return result;
}

std::optional<LatencySnapshot> Latency::window(Duration length, TimePoint now) const {
    return windows_->read(
        length, now, [this](const Cumulative& before, Duration covered) -> std::optional<Snapshot> {
            Snapshot result = snapshot();
            const std::int64_t min = min_.load(), max = max_.load();
            detail::PackedCounts::Cursor past{before.buckets};
            result.count = 0;
            for (LatencyBucket& bucket : result.buckets) {
                bucket.count -= past.at(bucket.index);
                result.count += bucket.count;
            }
            if (result.count == 0) return std::nullopt;
            std::erase_if(result.buckets, [](const LatencyBucket& b) { return b.count == 0; });
            result.sum = Duration{
                static_cast<std::int64_t>(static_cast<std::uint64_t>(result.sum.count()) - before.sum)};
            result.covered = covered;
            // The extremes of all time may be the window's where they fall into its outermost buckets;
            // elsewhere the far edge of the bucket is what can be said.
            bound_extremes(result, min, max);
            return result;
        });
}

void Latency::tick(TimePoint now) {
    windows_->tick(now, [this] {
        Cumulative result;
        const std::size_t size = detail::log_linear_size(largest_ns, precision_bits_);
        for (std::size_t i = 0; i < size; ++i)
            if (const std::uint64_t n = buckets_[i].load(); n != 0) result.buckets.append(i, n);
        result.buckets.shrink();
        result.sum = sum_.load();
        return result;
    });
}

void Latency::merge(const Latency& other) noexcept {
    const std::size_t size = detail::log_linear_size(largest_ns, other.precision_bits_);
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t n = other.buckets_[i].load();
        if (n == 0) continue;
        const std::uint64_t lower = detail::log_linear_lower(i, other.precision_bits_);
        const std::uint64_t upper = detail::log_linear_upper(i, other.precision_bits_);
        buckets_[detail::log_linear_index(lower + (upper - lower) / 2, precision_bits_)].add(n);
    }
    sum_.add(other.sum_.load());
    max_.raise_to(other.max_.load());
    min_.lower_to(other.min_.load());
    clamped_.add(other.clamped());
}

void Latency::collect(Collector& out, TimePoint now) const {
    const Snapshot all = snapshot();
    Series& histogram = out.add(FamilyKind::histogram, "_seconds", out.help());
    for (const double bound : windows_->bounds) {
        const Duration limit{static_cast<std::int64_t>(bound * 1e9 + 0.5)};
        histogram.buckets.push_back({bound, all.count_up_to(limit)});
    }
    histogram.count = all.count;
    // What was added up is unsigned: 292 years come together in 43 days of 2500 s per second.
    histogram.sum = Number::of(static_cast<double>(static_cast<std::uint64_t>(all.sum.count())) / 1e9);
    static constexpr std::pair<double, const char*> quantiles[] = {
        {0.5, "50"}, {0.9, "90"}, {0.99, "99"}, {0.999, "99.9"}};
    for (const auto& [length, window_name] : standard_windows) {
        const auto recent = window(length, now);
        if (!recent) continue;
        for (const auto& [q, p] : quantiles)
            out.gauge("_window_seconds", out.help() + " Percentile p of the window.",
                      seconds(*recent->quantile(q)), {{"window", std::string{window_name}}, {"p", p}});
    }
}

}  // namespace sonde
