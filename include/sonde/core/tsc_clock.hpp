// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/core/chrono.hpp"

namespace sonde {

/// What a clock reads.
enum class ClockSource : std::uint8_t {
    tsc,     ///< the processor's own counter: `rdtsc` on x86-64, `cntvct_el0` on Arm
    steady,  ///< `std::chrono::steady_clock`
};

namespace detail {

// "memory": what is timed stays between the two readings, as it would around a call of a function.
#if defined(__x86_64__)
inline constexpr bool has_ticks = true;
inline std::uint64_t ticks() noexcept {
    std::uint64_t low, high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return high << 32 | low;
}
#elif defined(__aarch64__)
inline constexpr bool has_ticks = true;
inline std::uint64_t ticks() noexcept {
    std::uint64_t count;
    asm volatile("mrs %0, cntvct_el0" : "=r"(count) : : "memory");
    return count;
}
#else
inline constexpr bool has_ticks = false;
inline std::uint64_t ticks() noexcept { return 0; }
#endif

/// A tick in nanoseconds has so many fractional bits, and exact to one nanosecond for a century. On x86-64 the
/// product's upper word is the time, without a shift that the end of every duration would wait for: ticks of less
/// than 1 ns, as all counters of the last fifteen years have. Elsewhere up to 256 ns.
#if defined(__x86_64__)
inline constexpr int tick_fraction_bits = 64;
#else
inline constexpr int tick_fraction_bits = 56;
#endif
inline std::uint64_t in_nanoseconds(std::uint64_t ticks, std::uint64_t multiplier) noexcept {
#if defined(__SIZEOF_INT128__)
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(ticks) * multiplier >> tick_fraction_bits);
#else
    return ticks * (multiplier >> tick_fraction_bits);  // never called: there are no ticks
#endif
}

}  // namespace detail

/// The clock for the request path: the processor's counter, turned into steady time. Two words, copied into
/// every timer that takes it.
///
///     const sonde::TscClock clock;  // once, at start-up
///     { const auto timing = latency.time(clock);  serve(request); }
///
/// **Cost.** `now()` is the counter's reading, with a multiplication and an addition in its shadow: less than half of a
/// `SteadyClock`. Making the process's first one sleeps for 10 ms, to see how fast the counter runs; 100 ms at most
/// where readings of clocks are slow. Later ones take less than 100 microseconds and measure over all the time
/// since. One made while another thread makes the first sleeps too: there is no lock.
///
/// **Error.** A new clock agrees with `steady_clock` to the width of one reading, well under a microsecond. Its rate
/// is what that of `steady_clock` has been to 1e-5, by proof, since each reading of the counter brackets one of
/// `steady_clock`; some 1e-6 as a rule, and 1e-7 for one made a second or more after the process's first. From then on
/// it runs freely: it does not follow when NTP steers `steady_clock`, at most by 500 ppm (adjtimex(2)), nor stop with
/// it in suspend. So it is for durations, both ends by one clock. What goes to `tick` and `window` should come
/// from `SteadyClock`, from which this one may be a second away after a day. Make a new one after a suspend or a live
/// migration: where the mean rate has changed by more than 2e-5 it sleeps and measures afresh, as then all new ones do.
///
/// **Fallback.** It reads `steady_clock` where the counter is not fit: an x86 one that is not invariant (CPUID
/// 0x80000007, EDX bit 8; AMD APM vol. 3, Intel SDM vol. 3, "Invariant TSC"), one that Linux does not offer as
/// a clock source, one of 1 GHz or slower on x86-64, one whose rate cannot be had to 1e-5, other processors.
///
/// **Order.** The counter is read without waiting for the instructions before, which makes it cheap: either end of a
/// duration may be some nanoseconds early. On one thread time does not go back. From thread to thread it may by as
/// much: a duration that begins on one and ends on another can come out a few nanoseconds below 0.
///
/// Copies and forked processes share nothing and need nothing. Threading: immutable.
class TscClock {
public:
    /// Reads the counter where it is fit, else `steady_clock`.
    TscClock() noexcept : TscClock{ClockSource::tsc} {}
    /// \param wanted  `steady` never reads the counter; `tsc` is as the default
    explicit TscClock(ClockSource wanted) noexcept;

    [[nodiscard]] TimePoint now() const noexcept {
        if (multiplier_ == 0) [[unlikely]]
            return SteadyClock{}.now();
        return at(detail::ticks());
    }

    /// What it does read.
    [[nodiscard]] ClockSource source() const noexcept {
        return multiplier_ == 0 ? ClockSource::steady : ClockSource::tsc;
    }
    /// How fast the counter runs, and so how finely it divides time; 0 for `ClockSource::steady`.
    [[nodiscard]] double ticks_per_second() const noexcept;

private:
    [[nodiscard]] TimePoint at(std::uint64_t ticks) const noexcept {
        const std::uint64_t nanoseconds = detail::in_nanoseconds(ticks, multiplier_) + offset_;
        return TimePoint{Duration{static_cast<Duration::rep>(nanoseconds)}};
    }

    std::uint64_t multiplier_ = 0;  // nanoseconds per tick; 0: no counter
    std::uint64_t offset_ = 0;      // from the counter's zero to that of steady time, modulo 2^64
};

}  // namespace sonde
