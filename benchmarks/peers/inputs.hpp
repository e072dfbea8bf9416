// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sonde/core/chrono.hpp"
#include "sonde/core/rng.hpp"

namespace peers {

using sonde::Duration;

/// What is recorded, by everyone: lognormal around 5 ms, nearly all within 0.2 to 120 ms. Drawn beforehand,
/// and in each recorder's unit, so that only recording is timed. So many because processors learn short
/// sequences by heart, and with them where the search for a bucket ends: a thousand values make
/// prometheus-cpp's histogram look a third faster than it is for values that never were there before.
inline constexpr std::size_t drawn_values = 65'536;

inline std::vector<Duration> lognormal_durations(std::size_t n, std::uint64_t seed) {
    sonde::Rng rng{seed};
    std::vector<Duration> result(n);
    for (auto& d : result) d = Duration{static_cast<std::int64_t>(5e6 * std::exp(rng.normal()))};
    return result;
}

template <class Input>
std::span<const Input> drawn();

template <>
inline std::span<const Duration> drawn<Duration>() {
    static const auto values = lognormal_durations(drawn_values, 1);
    return values;
}
template <>
inline std::span<const double> drawn<double>() {
    static const auto values = [] {
        std::vector<double> result;
        for (const Duration d : drawn<Duration>()) result.push_back(sonde::seconds(d));
        return result;
    }();
    return values;
}

/// Goes round the drawn values, some at a time. Each thread has one, and begins elsewhere: two that recorded the
/// same values at the same time would meet in every bucket.
template <class Input>
class Stream {
public:
    explicit Stream(unsigned thread) : at_{thread * (drawn_values / 2)} {}

    std::span<const Input> next(std::size_t n) {
        if (at_ + n > drawn_values) at_ = 0;
        return drawn<Input>().subspan(std::exchange(at_, at_ + n), n);
    }

private:
    std::size_t at_;
};

}  // namespace peers
