// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/core/bytes.hpp"
#include "sonde/core/score.hpp"
#include "sonde/stats/quantile_sketch.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"

namespace sonde {

/// How a QuantileThreshold learns.
struct QuantileThresholdOptions {
    double quantile = 0.999;       ///< share of scores at or below the bound before `margin`; in (0, 1)
    std::uint64_t warm_up = 1000;  ///< usable scores to see before the first judgement; at least 1
    double margin = 1.0;           ///< the bound is this many times the quantile; in (0, 1e6]
    double half_life = 0;          ///< scores after which an old one counts half, at least 1; 0: never
};

/// A bound that the scores themselves set: the quantile of all that were seen, times a margin. For scorers
/// whose scale means nothing to a person.
///
/// At a margin of 1 about 1 - quantile of the scores of a steady stream are anomalous, within the
/// sketch's relative error of 1 %. The bound is brought up to date each time the scores seen have grown by
/// a 64th (with a half-life: each 64th of it), so that learning stays O(1) on average.
/// Until `warm_up` scores are learned, verdicts are `Status::warming_up`.
/// Cost: judge O(1); learn O(1) amortized, no allocation. Threading: single-writer.
class QuantileThreshold {
public:
    using Options = QuantileThresholdOptions;
    static constexpr Format format{"QNTT", 1};

    /// The lowest bound that is ever used. Scores up to here are not told from 0 and never are anomalous: a
    /// scorer whose usual scores are smaller has to give them in a smaller unit.
    static constexpr double floor = 1e-12;

    /// \throws std::invalid_argument  an option is outside its range
    explicit QuantileThreshold(const QuantileThresholdOptions& options = {});

    /// Anomalous when the score is usable, the warm-up is over and the score is strictly above `value()`.
    [[nodiscard]] Verdict judge(Score score) const noexcept {
        if (score.status == Status::ok && learned_ < options_.warm_up) score = {0, Status::warming_up};
        return detail::judge(score, value_);
    }

    /// Learns a usable score; any other is ignored.
    void learn(Score score) noexcept {
        if (score.status != Status::ok) return;
        sketch_.observe(score.value);
        if (++learned_ >= refresh_at_) refresh();
    }

    /// The bound in the unit of the scores; `floor` during the warm-up.
    [[nodiscard]] double value() const noexcept { return value_; }
    /// Usable scores seen.
    [[nodiscard]] std::uint64_t learned() const noexcept { return learned_; }
    [[nodiscard]] const QuantileThresholdOptions& options() const noexcept { return options_; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a threshold
    [[nodiscard]] static QuantileThreshold read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] std::uint64_t next_refresh() const noexcept;
    [[nodiscard]] bool plausible() const noexcept;
    void refresh() noexcept;

    QuantileThresholdOptions options_;
    QuantileSketch sketch_;
    std::uint64_t learned_ = 0;
    std::uint64_t refresh_at_;  // what learned_ will be when the bound is computed again
    double value_ = floor;
};

}  // namespace sonde
