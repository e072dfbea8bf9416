// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "sonde/core/chrono.hpp"

namespace sonde {

/// A length of time that metrics are exported over, and its name in labels.
struct StandardWindow {
    Duration length;
    std::string_view name;
};

/// 10 s to see an incident, 1 min to be sure of it, 5 min to see it end.
inline constexpr std::array<StandardWindow, 3> standard_windows{{
    {std::chrono::seconds{10}, "10s"},
    {std::chrono::minutes{1}, "1m"},
    {std::chrono::minutes{5}, "5m"},
}};

/// What counts were at some moments of the past, so that a reader can make a window: the counts of now
/// minus the counts of then (docs/adr/0001-windows-belong-to-the-reader.md).
///
/// Keeps at most one snapshot per slice, a tenth of `length`, and the last 12 of them. Ticks may come
/// as irregularly as they like: the baseline of a window is the snapshot whose age is nearest to what
/// was asked for, and says when it was taken. Ticked once a slice or more often, it is at most half a
/// slice off. Ticks that go back in time are ignored. \tparam Cumulative  a value; counts that only grow
/// Memory: 12 values. Threading: single-writer.
template <class Cumulative>
class SnapshotRing {
public:
    struct Entry {
        TimePoint at;
        Cumulative value;
    };

    explicit SnapshotRing(Duration length) noexcept : slice_{length / 10} {}

    /// True when a snapshot at `now` would be kept: ask before making a dear one.
    [[nodiscard]] bool due(TimePoint now) const noexcept {
        // A little early is in time: a timer of exactly one slice must not lose every other tick.
        constexpr Duration jitter = std::chrono::milliseconds{50};
        const Duration early = slice_ / 20 < jitter ? slice_ / 20 : jitter;
        return size_ == 0 || now - newest().at >= slice_ - early;
    }

    /// Keeps `value` as what the counts were at `now`, if that is due.
    void tick(TimePoint now, Cumulative value) {
        if (!due(now)) return;
        next_ = (next_ + 1) % capacity;
        entries_[next_] = Entry{now, std::move(value)};
        if (size_ < capacity) ++size_;
    }

    /// The snapshot taken nearest to `now - length`, none when there is none from before `now`. Valid
    /// until the next tick.
    [[nodiscard]] const Entry* baseline(Duration length, TimePoint now) const noexcept {
        const Entry* best = nullptr;
        for (std::size_t i = 0; i < size_; ++i) {
            const Entry& entry = entries_[(next_ + capacity - i) % capacity];
            if (entry.at >= now) continue;
            if (best != nullptr && miss(entry, length, now) >= miss(*best, length, now)) break;
            best = &entry;
        }
        return best;
    }

private:
    static constexpr std::size_t capacity = 12;

    static Duration miss(const Entry& entry, Duration length, TimePoint now) noexcept {
        const Duration age = now - entry.at;
        return age > length ? age - length : length - age;
    }
    [[nodiscard]] const Entry& newest() const noexcept { return entries_[next_]; }

    Duration slice_;
    std::array<Entry, capacity> entries_{};
    std::size_t next_ = 0, size_ = 0;
};

}  // namespace sonde
