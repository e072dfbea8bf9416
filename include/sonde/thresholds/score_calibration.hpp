// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"

namespace sonde {

/// Which scores are usual: what a score means, and which threshold keeps a promise.
///
/// Made from the scores of known rows, for a fitted model those of its training rows. Up to 512 different
/// scores are kept as they are; of more, 384, the closer the higher, and each of the highest 128.
/// Cost: tail and surprise O(log 512), no allocation; at most 12 kB. Threading: immutable.
class ScoreCalibration {
public:
    static constexpr Format format{"SCAL", 1};
    /// Share of usual rows that are called anomalous when nothing else is asked for.
    static constexpr double default_false_alarm_rate = 0.01;
    /// The lowest threshold: FixedThreshold wants one above 0, and rows that are all alike score 0.
    static constexpr double floor = 1e-12;

    /// Knows nothing.
    ScoreCalibration() = default;
    /// \param scores  in any order, at least one
    /// \throws std::invalid_argument  no score, one that is negative or not finite
    explicit ScoreCalibration(std::span<const double> scores);

    /// Scores it was made from; 0: knows nothing.
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

    /// The lowest kept score that at most this share of the known scores exceed, at least `floor`. For scores of
    /// normal rows the share is a false-alarm rate; for scores of which some are anomalies, the contamination.
    /// Of fewer than 1 / share scores it is the highest.
    /// \throws std::invalid_argument  the share is not in (0, 1); it knows nothing
    [[nodiscard]] double threshold(double share = default_false_alarm_rate) const;

    /// The share of usual rows with such a score or a higher one: in (0, 1], falling, and beyond the highest
    /// known score falling on exponentially. 1 when it knows nothing.
    [[nodiscard]] double tail(double score) const noexcept;

    /// -log(tail), in nats: 0 and up, rising strictly with the score wherever the known scores differ. For usual
    /// rows it follows the exponential distribution with mean 1 whatever the scorer, so that scorers can be
    /// averaged and compared. 0 when it knows nothing; at most 1e18.
    [[nodiscard]] double surprise(double score) const noexcept;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a calibration
    [[nodiscard]] static ScoreCalibration read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] bool plausible() const noexcept;
    void set_excess() noexcept;
    std::uint64_t count_ = 0;
    std::vector<double> scores_;                // ascending, without equals
    std::vector<std::uint64_t> below_, up_to_;  // how many of the known scores are below it, and at most it
    double excess_ = floor;                     // derived: by how much the higher half is above the median
};

}  // namespace sonde
