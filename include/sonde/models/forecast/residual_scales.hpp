// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/sliding_window.hpp"

namespace sonde {

/// What a `ForecastScorer` holds the error of a forecast against. window times features is at most 2^24.
struct ForecastScorerOptions {
    std::size_t window = 1000;  ///< errors of a feature that count, the last ones, in [2, 2^20]
    std::size_t warm_up = 30;   ///< errors to see before the first judgement, at least 2; or the window
    /// What the errors are divided by: this quantile of their distances from their median, by that of the standard
    /// normal distribution, in [0.5, 0.999]. 0.5 is 1.4826 MAD: up to half of the errors may be anomalies. More is for
    /// values that hardly move most of the time; it is taken above and below the median apart.
    double quantile = 0.5;
    Side side = Side::both;  ///< which errors count: `above` is a value above its forecast
    double min_scale = 0;    ///< errors are never divided by less, in the unit of the values
    /// A value that is further than so many scales from its forecast is learned as if it were there, so that no
    /// outlier spoils what comes next: at least 1, or 0: every value as it is.
    double clip = 0;
};

namespace detail {

/// The errors of forecasts in units of their usual size, feature by feature. Threading: single-writer.
class ResidualScales {
public:
    static constexpr Format format{"RESI", 1};

    /// \throws std::invalid_argument  an option is outside its range
    ResidualScales(std::size_t dimension, const ForecastScorerOptions& options);

    [[nodiscard]] std::size_t dimension() const noexcept { return scales_.size(); }
    [[nodiscard]] const ForecastScorerOptions& options() const noexcept { return options_; }
    [[nodiscard]] bool warm() const noexcept { return learned_ >= options_.warm_up; }

    /// A finite error in units of its scale, at least 0; 0 when it differs by no more than `rounding` from the median.
    [[nodiscard]] double distance(std::size_t feature, double error, double rounding) const noexcept {
        if (abs(error - scales_[feature].window().median()) <= rounding) return 0;
        return capped_ratio(unit_ * scales_[feature].score(error).value, 1);
    }
    /// The error that the forecaster is to learn.
    [[nodiscard]] double clipped(std::size_t feature, double error) const noexcept;
    /// One error per feature. Frozen, nothing changes.
    void learn(std::span<const double> errors) noexcept;
    void freeze() noexcept { frozen_ = true; }
    [[nodiscard]] bool frozen() const noexcept { return frozen_; }
    [[nodiscard]] const RollingWindow& window(std::size_t feature) const noexcept {
        return scales_[feature].window();
    }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not scales
    [[nodiscard]] static ResidualScales read(ByteReader& reader, std::uint16_t version);

private:
    ForecastScorerOptions options_;
    double unit_;  // derived: the standard normal's quantile
    bool frozen_ = false;
    std::uint64_t learned_ = 0;
    std::vector<SlidingWindowScorer> scales_;
};

}  // namespace detail
}  // namespace sonde
