// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "sonde/core/chrono.hpp"

namespace sonde::detail {

inline constexpr unsigned min_precision = 3, max_precision = 10;

/// A value as the whole number that buckets are made of, and back.
template <class Value>
struct Whole {
    static constexpr std::string_view name = "HistogramSnapshot";
    static constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    static constexpr double per_unit = 1;  ///< of `total`
    static std::uint64_t of(Value value) noexcept { return value; }
    static Value back(std::uint64_t whole) noexcept { return whole; }
};
template <>
struct Whole<Duration> {
    static constexpr std::string_view name = "LatencySnapshot";
    static constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    static constexpr double per_unit = 1e9;
    static std::uint64_t of(Duration value) noexcept { return static_cast<std::uint64_t>(value.count()); }
    static Duration back(std::uint64_t whole) noexcept { return Duration{static_cast<std::int64_t>(whole)}; }
};

/// The longest duration where there is none that long.
inline Duration clamped_duration(std::uint64_t ns) noexcept {
    return Whole<Duration>::back(ns < Whole<Duration>::largest ? ns : Whole<Duration>::largest);
}

}  // namespace sonde::detail
