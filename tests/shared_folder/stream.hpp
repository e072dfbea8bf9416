// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "sonde/core/chrono.hpp"
#include "sonde/core/rng.hpp"

namespace sonde::testing {

/// What a thread of a recorder sees: anyone can tell its first n durations again. Lognormal, and each process
/// has a median of its own: about 1 ms times 2^process.
class Stream {
public:
    Stream(unsigned process, unsigned thread)
        : rng_{process * 1000U + thread}, median_{std::ldexp(1e6, static_cast<int>(process))} {}

    [[nodiscard]] Duration next() {
        return Duration{static_cast<std::int64_t>(median_ * std::exp(0.7 * rng_.normal()))};
    }

private:
    Rng rng_;
    double median_;
};

}  // namespace sonde::testing
