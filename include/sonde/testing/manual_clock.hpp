// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sonde/core/chrono.hpp"

namespace sonde::testing {

/// A clock that stands until it is told to move. Copies read the same hands, so that a timer that
/// holds its clock by value follows along; the `ManualClock` must outlive them.
/// Threading: single-writer.
class ManualClock {
public:
    /// What is handed in where a `Clock` is wanted.
    class Face {
    public:
        [[nodiscard]] TimePoint now() const noexcept { return *hands_; }

    private:
        friend class ManualClock;
        explicit Face(const TimePoint& hands) noexcept : hands_{&hands} {}
        const TimePoint* hands_;
    };

    [[nodiscard]] TimePoint now() const noexcept { return now_; }
    [[nodiscard]] Face face() const noexcept { return Face{now_}; }
    void advance(Duration by) noexcept { now_ += by; }

private:
    TimePoint now_{Duration{1'000'000'000'000}};  // not 0, so that "never" and "at the start" differ
};

}  // namespace sonde::testing
