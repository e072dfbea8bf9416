// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/models/forecast/forecast_scorer.hpp"

namespace sonde {

/// How a `HoltWinters` lets the level drift.
enum class Trend : std::uint8_t {
    none,    ///< it does not
    linear,  ///< by the slope
    damped,  ///< by a slope that fades
};

/// What a `HoltWinters` smooths, and how fast each part follows.
struct HoltWintersOptions {
    std::size_t season = 0;  ///< values in a period, in [2, 65536]; 0: none
    Trend trend = Trend::none;
    double alpha = 0.3;  ///< the level takes this part of an error, in [0, 1]
    double beta = 0.1;   ///< the slope takes this part of what the level takes, in [0, 1]
    double gamma = 0.1;  ///< the season takes this part of an error, in [0, 1]
    double phi = 0.98;   ///< damped: what is left of the slope at the next value, in [0, 1]
    /// How many first values alpha, beta, gamma and phi are fitted to, once they are there: 0, never, or at least two
    /// seasons (ten values without seasons), at most 262144.
    std::size_t fit = 0;
};

/// Forecasts the next value as level + slope + season, each smoothed exponentially (Holt, ONR memorandum 52, 1957,
/// reprinted in Int. J. Forecasting 20, 2004; Winters, Management Science 6, 1960; damped: Gardner, McKenzie,
/// Management Science 31, 1985).
///
/// With the error e of a forecast, in the form of Hyndman, Athanasopoulos, Forecasting: Principles and Practice,
/// 3rd ed., 2021, section 8.3: level + phi slope + alpha e, phi slope + alpha beta e, season + gamma e. The first state
/// is the line through the means of the first two seasons (of five values each without seasons) and the mean distance
/// from it of each place in the season; those values are then smoothed from their start on.
///
/// It forecasts after two seasons, or ten values. Values beyond 1e140 are taken as 1e140. Cost: O(1), O(season) at the
/// end of the first two, and once some hundred times `fit`; no allocation. Memory: 16 bytes per value of a season, and
/// 8 per value of the first two or of `fit`. Threading: single-writer.
class HoltWinters {
public:
    using Input = double;
    using Options = HoltWintersOptions;
    static constexpr Format format{"HOLT", 1};

    /// \throws std::invalid_argument  an option is outside its range
    explicit HoltWinters(const HoltWintersOptions& options = {});

    [[nodiscard]] static constexpr std::size_t dimension() noexcept { return 1; }
    /// Into out[0]; false before two seasons, or ten values.
    bool forecast(std::span<double> out) const noexcept;
    /// Takes a finite value in; any other is ignored, as if the next one followed at once.
    void learn(const double& x) noexcept;

    [[nodiscard]] double level() const noexcept { return level_; }
    [[nodiscard]] double slope() const noexcept { return slope_; }
    /// What the season adds to the next value; 0 without seasons.
    [[nodiscard]] double next_season() const noexcept;
    /// alpha, beta, gamma and phi are those in force.
    [[nodiscard]] const HoltWintersOptions& options() const noexcept { return options_; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a forecaster
    [[nodiscard]] static HoltWinters read(ByteReader& reader, std::uint16_t version);

private:
    friend double holt_winters_error(std::span<const double>, const HoltWintersOptions&);

    [[nodiscard]] std::size_t kept() const noexcept;
    [[nodiscard]] std::size_t place(std::uint64_t at) const noexcept;
    [[nodiscard]] double expected(std::uint64_t at) const noexcept;
    void start(std::span<const double> values) noexcept;
    double step(std::uint64_t at, double x) noexcept;
    double smooth(std::span<const double> values) noexcept;
    void fit(std::span<const double> values) noexcept;
    friend HoltWinters fit_holt_winters(std::span<const double>, const HoltWintersOptions&);

    HoltWintersOptions options_;
    std::uint64_t learned_ = 0;
    double level_ = 0, slope_ = 0;
    std::vector<double> seasons_;  // by place in the season
    std::vector<double> first_;    // the first values, until they are used
};

/// The mean squared error of one-step forecasts from the first value on: what a fit makes small.
/// \param options  `fit` does not count
/// \throws std::invalid_argument  an option is outside its range; a value is not finite, or they are fewer than two
///                                seasons, or ten
[[nodiscard]] double holt_winters_error(std::span<const double> values, const HoltWintersOptions& options);

/// alpha, beta, gamma and phi that make `holt_winters_error` small, and the state behind the last value; the next value
/// is forecast first. Nelder and Mead's simplex (The Computer Journal 7, 1965) from two starts, within alpha, beta,
/// gamma in [0.0001, 0.9999] and phi in [0.8, 0.995]. Cost: some 500 times the values.
/// \throws std::invalid_argument  as `holt_winters_error`
[[nodiscard]] HoltWinters fit_holt_winters(std::span<const double> values,
                                           const HoltWintersOptions& options = {});

/// Judges each value of a stream by its level, trend and season.
using HoltWintersDetector = ForecastDetector<HoltWinters>;

}  // namespace sonde
