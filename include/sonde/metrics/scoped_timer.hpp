// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "sonde/core/chrono.hpp"

namespace sonde {

/// Observes the time from its construction to its end, once, into a `Target` that takes durations.
/// Exceptions count as any other end; `cancel()` when they should not.
/// Cost: two clock reads. Threading: single-writer.
template <class Target, Clock C = SteadyClock>
class [[nodiscard]] ScopedTimer {
public:
    /// \param target  must outlive the timer. \param clock  held by value
    ScopedTimer(Target& target, C clock) noexcept
        : target_{&target}, clock_{std::move(clock)}, start_{clock_.now()} {}
    ScopedTimer(const ScopedTimer&) = delete;
    ScopedTimer& operator=(const ScopedTimer&) = delete;
    ~ScopedTimer() {
        if (target_ != nullptr) target_->observe(elapsed());
    }

    /// Observes now instead of at the end of the scope, and says what. After `cancel` nothing is observed.
    Duration stop() noexcept {
        const Duration duration = elapsed();
        if (target_ != nullptr) std::exchange(target_, nullptr)->observe(duration);
        return duration;
    }
    /// Forgets the measurement.
    void cancel() noexcept { target_ = nullptr; }

    [[nodiscard]] Duration elapsed() const noexcept { return clock_.now() - start_; }

private:
    Target* target_;
    [[no_unique_address]] C clock_;
    TimePoint start_;
};

}  // namespace sonde
