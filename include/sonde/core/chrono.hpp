// SPDX-License-Identifier: Apache-2.0
#pragma once

// libstdc++ keeps durations and clocks apart from the calendar, which costs 15,000 lines in every
// file that includes us (docs/adr/0003-header-budget.md). Elsewhere the whole header comes in.
#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif

namespace sonde {

/// A span of steady time, in nanoseconds.
using Duration = std::chrono::nanoseconds;

/// A point of steady time. Wall time appears only at export.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// The clock of the edges: whatever takes a clock takes this one by default.
/// Cost: one `clock_gettime` through the vDSO. Threading: thread-safe.
struct SteadyClock {
    [[nodiscard]] TimePoint now() const noexcept { return std::chrono::steady_clock::now(); }
};

/// A source of time points. Objects, not statics, so that a test can hand in its own.
template <class T>
concept Clock = requires(const T& clock) {
    // clang-format off
    { clock.now() } noexcept;
    // clang-format on
    TimePoint{clock.now()};
};

/// `d` in seconds.
[[nodiscard]] constexpr double seconds(Duration d) noexcept {
    return std::chrono::duration<double>(d).count();
}

}  // namespace sonde
