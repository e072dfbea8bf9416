// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/models/forecast/forecast_scorer.hpp"

namespace sonde {

/// What an `AutoRegression` looks back at.
struct AutoRegressionOptions {
    std::size_t order = 0;  ///< lags, in [0, 64]; 0: as many of `max_order` as Akaike's criterion asks for
    std::size_t max_order = 32;  ///< the most that are tried when `order` is 0, in [1, 64]
    /// What is forecast is the difference from the value so many back, in [0, 2^20]; 0: the value itself. 1 is for a
    /// level that wanders, a season for habits that repeat.
    std::size_t difference = 0;
    /// Values after which an old one counts half: 0, never, or at least four times the lags.
    double half_life = 0;
};

/// Forecasts the next value as a linear function of the last ones.
///
/// x_t = c + a_1 x_{t-1} + ... + a_p x_{t-p} + e_t, fitted by least squares to all values so far, faded by the
/// half-life: the Cholesky factor of the moments of (1, x_{t-1}, ..., x_{t-P}, x_t) takes each value in by Givens
/// rotations, which is as exact as a QR decomposition of all of them (Gentleman: Least squares computations by Givens
/// transformations without square roots, J. Inst. Maths Applics 12, 1973; Golub, Van Loan, Matrix Computations,
/// 4th ed., 6.5). A lag that says nothing beyond the ones before it gets the coefficient 0. The order is the one with
/// the least n log(RSS_p / n) + 2 (p + 1) (Akaike, IEEE Trans. Automatic Control 19, 1974), whose sums of squares all
/// stand in the same factor.
///
/// It forecasts from the value on at which it has two equations per coefficient, and goes on to learn until it is
/// frozen. Values beyond 1e140 are taken as 1e140. Cost: a forecast O(lags); learn O(lags^2), and O(lags) once it is
/// frozen; no allocation. Memory: 4 bytes per squared lag. Threading: single-writer.
class AutoRegression {
public:
    using Input = double;
    using Options = AutoRegressionOptions;
    static constexpr Format format{"AREG", 1};
    static constexpr std::size_t most_lags = 64;

    /// \throws std::invalid_argument  an option is outside its range
    explicit AutoRegression(const AutoRegressionOptions& options = {});

    [[nodiscard]] static constexpr std::size_t dimension() noexcept { return 1; }
    /// Into out[0]; false before there are enough values.
    bool forecast(std::span<double> out) const noexcept;
    /// Takes a finite value in; any other is ignored, as if the next one followed at once.
    void learn(const double& x) noexcept;
    /// From now on `learn` moves on in time, but leaves the coefficients alone.
    void freeze() noexcept { frozen_ = true; }

    /// Lags that count now: the order asked for, or chosen; 0 before there are enough values.
    [[nodiscard]] std::size_t order() const noexcept { return order_; }
    [[nodiscard]] double intercept() const noexcept { return coefficients_[0]; }
    /// Of lag 1, 2, ..., order().
    [[nodiscard]] std::span<const double> coefficients() const noexcept {
        return {coefficients_.data() + 1, order_};
    }
    /// The mean square of what the fit left over, without correction for the coefficients.
    [[nodiscard]] double residual_variance() const noexcept;
    [[nodiscard]] bool frozen() const noexcept { return frozen_; }
    [[nodiscard]] const AutoRegressionOptions& options() const noexcept { return options_; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a forecaster
    [[nodiscard]] static AutoRegression read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] std::size_t lags() const noexcept;
    [[nodiscard]] bool has_lags() const noexcept { return learned_ >= lags() + options_.difference; }
    [[nodiscard]] double& base() noexcept;
    void take_equation(double target) noexcept;
    void solve() noexcept;
    [[nodiscard]] std::size_t best_order(std::span<const double> left_over) const noexcept;

    AutoRegressionOptions options_;
    bool frozen_ = false;
    std::uint64_t learned_ = 0;
    double weight_ = 0;                 // of the equations that are in the factor
    std::vector<double> factor_;        // of the moments of (1, lags, value), packed
    std::vector<double> recent_;        // what is forecast, newest first: the lags
    std::vector<double> past_;          // a ring of `difference` values
    std::size_t order_ = 0;             // derived
    std::vector<double> coefficients_;  // derived: intercept, lags
    std::vector<double> workspace_;     // an equation, inverse pivots
};

/// Least squares to values in the order of time, with the coefficients frozen; the next value is forecast first. To
/// follow the stream instead, let an `AutoRegression` learn the values.
/// \throws std::invalid_argument  an option is outside its range; a value is not finite, or they are too few
[[nodiscard]] AutoRegression fit_auto_regression(std::span<const double> values,
                                                 const AutoRegressionOptions& options = {});

/// Judges each value of a stream by what the last ones let expect.
using AutoRegressionDetector = ForecastDetector<AutoRegression>;

}  // namespace sonde
