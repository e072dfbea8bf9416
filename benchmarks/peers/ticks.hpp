// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace peers {

/// When a record has ended.
enum class Ends {
    /// When the next instruction's turn comes, as in a request, which goes on while the processor still waits
    /// for memory: two plain readings of the counter.
    when_passed,
    /// When nothing of it is left to wait for: fences around the readings. Also shows the cache lines that a
    /// reader has just taken away.
    when_complete,
};

#if defined(__x86_64__)
template <Ends ends>
std::uint64_t ticks_before() {
    if constexpr (ends == Ends::when_passed) return __builtin_ia32_rdtsc();
    __builtin_ia32_lfence();
    const auto ticks = __builtin_ia32_rdtsc();
    __builtin_ia32_lfence();
    return ticks;
}
template <Ends ends>
std::uint64_t ticks_after() {
    if constexpr (ends == Ends::when_complete) __builtin_ia32_lfence();
    return __builtin_ia32_rdtsc();
}
#else
// The steady clock has to do, for both ends.
template <Ends>
std::uint64_t ticks_before() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}
template <Ends ends>
std::uint64_t ticks_after() {
    return ticks_before<ends>();
}
#endif

/// Measured against the steady clock, over 50 ms.
inline double ns_per_tick() {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const auto first = ticks_before<Ends::when_complete>();
    while (Clock::now() - start < std::chrono::milliseconds{50}) {}
    const std::chrono::duration<double, std::nano> time = Clock::now() - start;
    return time.count() / static_cast<double>(ticks_after<Ends::when_complete>() - first);
}

/// The smallest step that the counter was seen to take, in ticks.
inline double counter_step() {
    std::uint64_t step = ~std::uint64_t{0};
    for (int i = 0; i < 10'000; ++i) {
        const auto first = ticks_before<Ends::when_passed>(), next = ticks_after<Ends::when_passed>();
        if (next > first) step = std::min(step, next - first);
    }
    return static_cast<double>(step);
}

}  // namespace peers
