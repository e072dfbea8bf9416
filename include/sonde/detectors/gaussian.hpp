// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sonde/core/bytes.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/scale.hpp"
#include "sonde/detectors/sorted_reservoir.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/stats/decayed_moments.hpp"
#include "sonde/stats/moments.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"

namespace sonde {

/// What a Gaussian score means.
enum class GaussianForm : std::uint8_t {
    z_score,  ///< z = |x - centre| / scale
    density,  ///< z^2 / 2: how much less likely than the mode, as a difference of log densities
};

/// How centre and scale are had from the stream.
enum class GaussianEstimate : std::uint8_t {
    mean_stddev,  ///< mean and sample standard deviation
    median_mad,   ///< median and 1.4826 MAD of a random sample: up to half of it may be anomalies
};

/// How a `GaussianScorer` learns what is usual, and measures the distance from it.
struct GaussianOptions {
    std::uint64_t warm_up = 30;  ///< values to learn before the first judgement; at least 2
    double half_life = 0;        ///< values after which an old one counts half, at least 1; 0: never
    GaussianEstimate estimate = GaussianEstimate::mean_stddev;
    GaussianForm form = GaussianForm::z_score;
    Side side = Side::both;
    double min_stddev = 0;  ///< the scale is never taken smaller, in the unit of the values
    std::size_t reservoir =
        512;  ///< median_mad: size of the sample, in [8, 2^20]; a half-life is at least 0.7 of it
    std::uint64_t seed = 1;  ///< median_mad: which values the sample takes
};

/// Distance from the usual in units of the usual spread, for streams that have one level.
///
/// A stream that was constant scores 0 for its constant and up to 1e18 (5e35 as density) for anything
/// else: scores are always finite. Values beyond 1e140 are taken as 1e140.
/// Cost: O(1), score a few ns, learn about 15; with median_mad learn is O(reservoir) for the few values that
/// the sample takes. No allocation. Threading: single-writer.
class GaussianScorer {
public:
    using Input = double;
    using Options = GaussianOptions;
    static constexpr Format format{"GAUS", 1};

    /// \throws std::invalid_argument  an option is outside its range
    explicit GaussianScorer(const GaussianOptions& options = {});

    /// warming_up before `warm_up` values are learned; bad_input for NaN and infinity.
    [[nodiscard]] Score score(const double& x) const noexcept {
        if (!is_finite(x)) return {0, Status::bad_input};
        if (learned_ < options_.warm_up) return {0, Status::warming_up};
        const double distance = detail::departure(detail::bounded(x), centre_, options_.side);
        const double z = detail::capped_ratio(distance, scale_);
        return {options_.form == GaussianForm::z_score ? z : z * z / 2, Status::ok};
    }

    /// Takes a finite value in; any other is ignored.
    void learn(const double& x) noexcept {
        if (!is_finite(x)) return;
        ++learned_;
        const double value = detail::bounded(x);
        if (options_.estimate == GaussianEstimate::median_mad) {
            if (sample_.learn(value)) set_scale(sample_.median(), sample_.scale());
        } else if (options_.half_life > 0) {
            decayed_.observe(value);
            set_scale(decayed_.mean(), decayed_.stddev());
        } else {
            moments_.observe(value);
            set_scale(moments_.mean(), moments_.stddev());
        }
    }

    /// Mean or median of what was learned.
    [[nodiscard]] double centre() const noexcept { return centre_; }
    /// What distances are divided by: standard deviation or 1.4826 MAD, not below its floor.
    [[nodiscard]] double scale() const noexcept { return scale_; }
    [[nodiscard]] std::uint64_t learned() const noexcept { return learned_; }
    [[nodiscard]] const GaussianOptions& options() const noexcept { return options_; }

    /// Three standard deviations: 0.27 % of normal data lie outside, 0.135 % on one side.
    [[nodiscard]] double default_threshold() const noexcept {
        return options_.form == GaussianForm::z_score ? 3.0 : 4.5;
    }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a scorer
    [[nodiscard]] static GaussianScorer read(ByteReader& reader, std::uint16_t version);

private:
    void set_scale(double centre, double scale) noexcept {
        centre_ = centre;
        scale_ = detail::floored_scale(scale, options_.min_stddev, centre);
    }
    void refresh() noexcept;

    GaussianOptions options_;
    Moments moments_;                 // mean_stddev without a half-life
    DecayedMoments decayed_;          // mean_stddev with one
    detail::SortedReservoir sample_;  // median_mad
    std::uint64_t learned_ = 0;
    double centre_ = 0, scale_ = 0;  // derived
};

/// Judges each value of a stream by its z-score: `GaussianDetector{{.warm_up = 50}}`.
using GaussianDetector = StreamingDetector<GaussianScorer, FixedThreshold>;

}  // namespace sonde
