// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/core/bytes.hpp"
#include "sonde/core/score.hpp"

namespace sonde {

namespace detail {
/// The verdict of a threshold that is ready: an anomaly is strictly above it, and so is its level.
[[nodiscard]] inline Verdict judge(Score score, double threshold) noexcept {
    Verdict verdict{score, threshold, false};
    verdict.anomalous = verdict.level() > 1;
    return verdict;
}
}  // namespace detail

/// A bound that somebody chose: three standard deviations, a reconstruction error of 0.2.
/// Cost: O(1). Threading: immutable.
class FixedThreshold {
public:
    static constexpr Format format{"FIXT", 1};

    /// \param value  in the unit of the scores
    /// \throws std::invalid_argument  value is not finite or not above 0
    explicit FixedThreshold(double value = 3.0);

    /// Anomalous when the score is usable and strictly above `value()`.
    [[nodiscard]] Verdict judge(Score score) const noexcept { return detail::judge(score, value_); }
    /// Nothing to learn: the bound was chosen.
    void learn(Score) noexcept {}

    [[nodiscard]] double value() const noexcept { return value_; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a threshold
    [[nodiscard]] static FixedThreshold read(ByteReader& reader, std::uint16_t version);

private:
    double value_;
};

}  // namespace sonde
