// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "sonde/metrics/snapshot_ring.hpp"

namespace sonde::detail {

/// A ring for each standard window, and the lock that readers and ticks share. Any length up to the
/// longest standard window comes from the smallest ring that is long enough; a longer one is that one.
/// Threading: thread-safe.
template <class Cumulative>
class Windows {
public:
    /// Calls `make()` for the counts of now, once, and only when a ring wants them.
    template <class Make>
    void tick(TimePoint now, Make&& make) {
        const std::lock_guard lock{mutex_};
        std::array<bool, standard_windows.size()> due{};
        bool any = false;
        for (std::size_t i = 0; i < rings_.size(); ++i) any |= due[i] = rings_[i].due(now);
        if (!any) return;
        const Cumulative current = make();
        for (std::size_t i = 0; i < rings_.size(); ++i)
            if (due[i]) rings_[i].tick(now, current);
    }

    /// Calls `use(baseline, covered)` under the lock, so that counts which are read in there are not
    /// older than the baseline; returns what it returns, or a default where nothing is known.
    template <class Use>
    auto read(Duration length, TimePoint now, Use&& use) const
        -> decltype(use(std::declval<const Cumulative&>(), length)) {
        const std::lock_guard lock{mutex_};
        length = std::min(length, standard_windows.back().length);
        const auto* baseline = ring(length).baseline(length, now);
        if (baseline == nullptr) return {};
        return use(baseline->value, now - baseline->at);
    }

private:
    using Ring = SnapshotRing<Cumulative>;

    [[nodiscard]] const Ring& ring(Duration length) const noexcept {
        std::size_t i = 0;
        while (i + 1 < rings_.size() && standard_windows[i].length < length) ++i;
        return rings_[i];
    }

    mutable std::mutex mutex_;
    std::array<Ring, standard_windows.size()> rings_{
        Ring{standard_windows[0].length}, Ring{standard_windows[1].length}, Ring{standard_windows[2].length}};
};

}  // namespace sonde::detail
