// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "recording/generation.hpp"
#include "sonde/metrics/snapshot_ring.hpp"

namespace sonde::detail {

/// Those of `standard_windows`.
[[nodiscard]] std::vector<Duration> standard_lengths();

/// A length of time as it stands in labels: `10s`, `1m`, `1500ms`.
[[nodiscard]] std::string window_name(Duration length);

/// A ring for each window, and the lock that readers and ticks share. Any length up to the longest window
/// comes from the smallest ring that is long enough; a longer one is that one.
/// Threading: thread-safe.
template <class Cumulative>
class Windows {
public:
    Windows() : Windows{standard_lengths()} {}
    /// \param lengths  ascending, at least one
    explicit Windows(std::vector<Duration> lengths) : lengths_{std::move(lengths)} { forget(); }

    [[nodiscard]] const std::vector<Duration>& lengths() const noexcept { return lengths_; }

    /// Calls `make()` for the counts of now, once, and only when a ring wants them.
    template <class Make>
    void tick(TimePoint now, Make&& make) {
        const std::lock_guard lock{mutex_};
        if (generation_ != recording_generation()) forget();
        const auto due = [&](const Ring& ring) { return ring.due(now); };
        if (std::none_of(rings_.begin(), rings_.end(), due)) return;
        const Cumulative current = make();
        for (Ring& ring : rings_)
            if (ring.due(now)) ring.tick(now, current);
    }

    /// Calls `use(baseline, covered)` under the lock, so that counts which are read in there are not
    /// older than the baseline; returns what it returns, or a default where nothing is known.
    template <class Use>
    auto read(Duration length, TimePoint now, Use&& use) const
        -> decltype(use(std::declval<const Cumulative&>(), length)) {
        const std::lock_guard lock{mutex_};
        if (generation_ != recording_generation()) return {};
        length = std::min(length, lengths_.back());
        const auto* baseline = ring(length).baseline(length, now);
        if (baseline == nullptr) return {};
        return use(baseline->value, now - baseline->at);
    }

private:
    using Ring = SnapshotRing<Cumulative>;

    /// Counts that begin anew have no past.
    void forget() {
        rings_.clear();
        for (const Duration length : lengths_) rings_.emplace_back(length);
        generation_ = recording_generation();
    }

    [[nodiscard]] const Ring& ring(Duration length) const noexcept {
        const auto found = std::lower_bound(lengths_.begin(), lengths_.end(), length);
        return rings_[static_cast<std::size_t>(found - lengths_.begin())];
    }

    mutable std::mutex mutex_;
    const std::vector<Duration> lengths_;
    std::vector<Ring> rings_;
    std::uint64_t generation_ = 0;
};

}  // namespace sonde::detail
