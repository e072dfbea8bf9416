// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

namespace sonde {

/// Why a score is, or is not, usable.
enum class Status : std::uint8_t {
    ok,
    warming_up,  ///< not enough was learned yet; the value is 0
    bad_input,   ///< NaN, infinity or a wrong dimension; the observation was not learned
};

/// How anomalous an observation is: 0 is ordinary, higher is more anomalous, never negative, never NaN.
struct Score {
    double value = 0;
    Status status = Status::ok;

    friend bool operator==(const Score&, const Score&) = default;
};

/// What a threshold says of a score.
struct Verdict {
    Score score;
    double threshold = 0;    ///< in the unit of the score; above 0
    bool anomalous = false;  ///< only ever true when `score.status` is ok

    /// Score in units of its threshold: above 1.0 is anomalous, for every detector alike.
    /// 0 when the score is not usable.
    [[nodiscard]] double level() const noexcept {
        if (score.status != Status::ok || score.value <= 0) return 0;
        if (threshold <= 0) return (std::numeric_limits<double>::max)();  // a host may define max as a macro
        return score.value / threshold;
    }

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace sonde
