// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/detectors/scale.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/models/forecast/forecaster.hpp"
#include "sonde/models/forecast/residual_scales.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/quantile_threshold.hpp"

namespace sonde {

/// How far an observation is from its forecast, in units of the usual error: the root of the mean over the features
/// of ((error - median) / scale)^2. Median and scale are those of the last errors of the feature, robustly. Around 1
/// for an ordinary observation, at most 1e18.
///
/// The next observation is forecast once, when the last one is learned: all rows of a batch are held against the same
/// forecast. What is not learned did not happen: after bad input, and with `LearnFrom::normal_only` after an anomaly,
/// the next observation is taken for the one that was forecast. A stream with seasons wants its gaps filled, and
/// `LearnFrom::everything` (with `clip`, if outliers disturb it).
/// Errors that differ from the median by rounding of the value, its part of 1e-12, of rows 1e-6, count as 0.
/// Cost: score O(features); learn that of the forecaster, plus per feature that of a `SlidingWindowScorer`; no
/// allocation. Memory: some 32 bytes per feature and error of the window. Threading: single-writer.
template <Forecaster F>
class ForecastScorer {
    static constexpr bool is_of_rows = std::same_as<typename F::Input, Row>;

public:
    using Input = typename F::Input;
    using Options = ForecastScorerOptions;
    static constexpr Format format{"FSCO", 1};

    /// \throws std::invalid_argument  an option is outside its range
    explicit ForecastScorer(F forecaster, const ForecastScorerOptions& options = {})
        : forecaster_{std::move(forecaster)},
          scales_{forecaster_.dimension(), options},
          forecast_(forecaster_.dimension()),
          errors_(forecaster_.dimension()),
          learned_as_(is_of_rows ? forecaster_.dimension() : 0) {
        look_ahead();
    }
    explicit ForecastScorer(const ForecastScorerOptions& options = {}) requires std::default_initializable<F>
        : ForecastScorer{F{}, options} {}

    /// warming_up before there is a forecast and `warm_up` errors were seen; bad_input for NaN, infinity and a wrong
    /// dimension.
    [[nodiscard]] Score score(const Input& in) const noexcept {
        const Status status = status_of(in);
        if (status != Status::ok) return {0, status};
        double squares = 0;
        for (std::size_t i = 0; i < dimension(); ++i) squares += square_of(in, i);
        return {total(squares), Status::ok};
    }
    /// Takes an observation in; bad input is ignored.
    void learn(const Input& in) noexcept;

    /// Which features made the score: shares of at least 0 that sum to it, in proportion to their squares.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Input& in, std::span<double> shares) const noexcept requires is_of_rows {
        for (double& share : shares) share = 0;
        const Status status = shares.size() == in.size() ? status_of(in) : Status::bad_input;
        if (status != Status::ok) return {0, status};
        double squares = 0;
        for (std::size_t i = 0; i < dimension(); ++i) squares += shares[i] = square_of(in, i);
        const double score = total(squares);
        for (double& share : shares) share = squares > 0 ? share / squares * score : 0;
        return {score, Status::ok};
    }

    /// From now on errors are held against those seen so far: after training, so that a long anomaly does not become
    /// usual. The forecaster goes on.
    void freeze_scales() noexcept { scales_.freeze(); }

    /// Goes on with another forecaster, one that was retrained, say; the scales stay.
    /// \throws std::invalid_argument  it has another dimension
    void follow(F forecaster) {
        if (forecaster.dimension() != dimension())
            fail("ForecastScorer", "dimension", static_cast<double>(forecaster.dimension()),
                 "that of the one before");
        forecaster_ = std::move(forecaster);
        look_ahead();
    }

    [[nodiscard]] std::size_t dimension() const noexcept { return forecast_.size(); }
    /// Of the next observation, one value per feature; empty while there is none.
    [[nodiscard]] std::span<const double> forecast() const noexcept {
        return {forecast_.data(), expecting_ ? forecast_.size() : 0};
    }
    /// The errors that count.
    [[nodiscard]] const RollingWindow& errors(std::size_t feature = 0) const noexcept {
        return scales_.window(feature);
    }
    [[nodiscard]] const F& forecaster() const noexcept { return forecaster_; }
    [[nodiscard]] const ForecastScorerOptions& options() const noexcept { return scales_.options(); }
    /// Six usual errors: a normal error gets there once in half a billion values.
    [[nodiscard]] double default_threshold() const noexcept { return 6; }

    void write(ByteWriter& writer) const requires Persistent<F> {
        write_object(writer, forecaster_);
        write_object(writer, scales_);
    }
    /// \throws FormatError  not a scorer
    [[nodiscard]] static ForecastScorer read(ByteReader& reader, std::uint16_t) requires Persistent<F> {
        F forecaster = read_object<F>(reader);
        auto scales = read_object<detail::ResidualScales>(reader);
        if (scales.dimension() != forecaster.dimension())
            fail_format("ForecastScorer", "errors of another number of features");
        return {std::move(forecaster), std::move(scales)};
    }

private:
    // Errors that differ by less than this part of the value differ by rounding: of floats, of their arithmetic.
    static constexpr double rounding = is_of_rows ? 1e-6 : detail::resolution;

    ForecastScorer(F forecaster, detail::ResidualScales scales)
        : ForecastScorer{std::move(forecaster), ForecastScorerOptions{.window = 2}} {
        scales_ = std::move(scales);
    }

    [[nodiscard]] static double value_of(const Input& in, std::size_t i) noexcept {
        if constexpr (is_of_rows)
            return static_cast<double>(in[i]);
        else
            return static_cast<void>(i), detail::bounded(in);
    }
    [[nodiscard]] bool takes(const Input& in) const noexcept {
        if constexpr (is_of_rows)
            return in.size() == dimension() && all_finite(in);
        else
            return is_finite(in);
    }
    [[nodiscard]] Status status_of(const Input& in) const noexcept {
        if (!takes(in)) return Status::bad_input;
        return expecting_ && scales_.warm() ? Status::ok : Status::warming_up;
    }
    [[nodiscard]] double error_of(const Input& in, std::size_t i) const noexcept {
        return value_of(in, i) - forecast_[i];
    }
    [[nodiscard]] double square_of(const Input& in, std::size_t i) const noexcept {
        const double least = rounding * detail::abs(value_of(in, i));
        const double distance = scales_.distance(i, error_of(in, i), least);
        return distance * distance;
    }
    [[nodiscard]] double total(double squares) const noexcept {
        return detail::sqrt(squares / static_cast<double>(dimension()));
    }
    void look_ahead() noexcept { expecting_ = forecaster_.forecast(forecast_); }
    void advance(const Input& in) noexcept;

    F forecaster_;
    detail::ResidualScales scales_;
    bool expecting_ = false;         // derived: there is a forecast
    std::vector<double> forecast_;   // derived
    std::vector<double> errors_;     // workspace: of the observation that is learned
    std::vector<float> learned_as_;  // workspace: the row that the forecaster gets
};

template <Forecaster F>
void ForecastScorer<F>::learn(const Input& in) noexcept {
    if (!takes(in)) return;
    if (expecting_)
        for (std::size_t i = 0; i < dimension(); ++i) errors_[i] = error_of(in, i);
    advance(in);
    if (expecting_) scales_.learn(errors_);
    look_ahead();
}

/// The forecaster learns the observation, pulled in where it is too far out.
template <Forecaster F>
void ForecastScorer<F>::advance(const Input& in) noexcept {
    if (options().clip <= 0 || !expecting_) return forecaster_.learn(in);
    if constexpr (is_of_rows) {
        for (std::size_t i = 0; i < dimension(); ++i) {
            const double clipped = scales_.clipped(i, errors_[i]);
            learned_as_[i] = clipped == errors_[i] ? in[i] : static_cast<float>(forecast_[i] + clipped);
        }
        forecaster_.learn(Row{learned_as_});
    } else {
        const double clipped = scales_.clipped(0, errors_[0]);
        forecaster_.learn(clipped == errors_[0] ? in : forecast_[0] + clipped);
    }
}

/// Judges a stream by its forecasts: numbers by a fixed bound, rows, whose errors have no common law, by a quantile of
/// their scores.
template <Forecaster F>
using ForecastDetector =
    StreamingDetector<ForecastScorer<F>, std::conditional_t<std::same_as<typename F::Input, double>,
                                                            FixedThreshold, QuantileThreshold>>;

}  // namespace sonde
