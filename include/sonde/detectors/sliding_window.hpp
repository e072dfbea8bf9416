// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sonde/core/bytes.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/scale.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/stats/rolling_window.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"

namespace sonde {

/// What of the window a value is held against.
enum class WindowReference : std::uint8_t {
    mean_stddev,  ///< |x - mean| / standard deviation
    median_mad,   ///< |x - median| / (1.4826 MAD): up to half of the window may be anomalies
    quantiles,    ///< |x - median| / |quantile on x's side - median|: 1 at the quantile
};

/// What a `SlidingWindowScorer` compares a value with, and in which direction.
struct SlidingWindowOptions {
    std::size_t window = 100;  ///< values that count, in [2, 2^20]
    WindowReference reference = WindowReference::mean_stddev;
    Side side = Side::both;
    double low = 0.05, high = 0.95;  ///< quantiles: 0 <= low < 0.5 < high <= 1
    double min_scale = 0;            ///< distances are never divided by less, in the unit of the values
    std::size_t warm_up = 30;  ///< values to learn before the first judgement, at least 2; or the window
};

/// Distance from the last n values in units of their spread, for streams whose level moves.
///
/// The judged value is not among the n: it is scored first and learned after. Scores are at most 1e18;
/// values beyond 1e140 are taken as 1e140.
/// Cost: O(1) to score; learn O(window) moves of memory; no allocation. Threading: single-writer.
class SlidingWindowScorer {
public:
    using Input = double;
    using Options = SlidingWindowOptions;
    static constexpr Format format{"SLID", 1};

    /// \throws std::invalid_argument  an option is outside its range
    explicit SlidingWindowScorer(const SlidingWindowOptions& options = {});

    /// warming_up before `warm_up` values are learned; bad_input for NaN and infinity.
    [[nodiscard]] Score score(const double& x) const noexcept {
        if (!is_finite(x)) return {0, Status::bad_input};
        if (window_.size() < options_.warm_up) return {0, Status::warming_up};
        const double distance = detail::departure(detail::bounded(x), centre_, options_.side);
        return {detail::capped_ratio(distance, x < centre_ ? scale_below_ : scale_above_), Status::ok};
    }

    /// Takes a finite value into the window, where it displaces the oldest; any other is ignored.
    void learn(const double& x) noexcept;

    [[nodiscard]] const RollingWindow& window() const noexcept { return window_; }
    [[nodiscard]] const SlidingWindowOptions& options() const noexcept { return options_; }

    /// Three standard deviations, or twice the way to the quantile.
    [[nodiscard]] double default_threshold() const noexcept {
        return options_.reference == WindowReference::quantiles ? 2.0 : 3.0;
    }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a scorer
    [[nodiscard]] static SlidingWindowScorer read(ByteReader& reader, std::uint16_t version);

private:
    void refresh() noexcept;

    SlidingWindowOptions options_;
    RollingWindow window_;
    double centre_ = 0, scale_below_ = 0, scale_above_ = 0;
};

/// Judges each value of a stream against the last 100: `SlidingWindowDetector{{.window = 300}}`.
using SlidingWindowDetector = StreamingDetector<SlidingWindowScorer, FixedThreshold>;

}  // namespace sonde
