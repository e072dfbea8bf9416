// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "sonde/core/chrono.hpp"

namespace sonde::detail {

/// One moment by two clocks: when it was `time`, the counter stood at `ticks`, give or take `slack`.
struct TickReading {
    std::uint64_t ticks = 0;
    std::uint64_t slack = 0;
    TimePoint time;
};

struct TickRate {
    std::uint64_t multiplier = 0;  ///< nanoseconds per tick, with `tick_fraction_bits`; 0: cannot be said
    double error = 1;              ///< relative, at most
};

/// The closest of some readings.
TickReading read_ticks() noexcept;

/// How fast the counter ran; nothing when either clock stood or went back, or for ticks that are too long for
/// a multiplier.
TickRate rate_between(const TickReading& first, const TickReading& second) noexcept;

/// Whether two rates differ by less than 2e-5: more than errors and NTP make in a while, less than what a suspended
/// or migrated machine leaves.
bool same_rate(std::uint64_t multiplier, std::uint64_t other) noexcept;

/// Whether `list`, words between spaces, has `name`.
bool lists_word(std::string_view list, std::string_view name) noexcept;

/// Whether processor and kernel say that the counter runs evenly on all cores.
bool ticks_are_fit() noexcept;

}  // namespace sonde::detail
