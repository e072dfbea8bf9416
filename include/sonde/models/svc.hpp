// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/models/class_threshold.hpp"
#include "sonde/models/svm_kernel.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// How a decision value f becomes the probability of an anomaly: 1 / (1 + exp(slope f + offset)).
struct PlattScaling {
    double slope = -1;  ///< of a magnitude of at most 1e100; below 0 where f tells the classes apart
    double offset = 0;  ///< of a magnitude of at most 1e100
    friend bool operator==(const PlattScaling&, const PlattScaling&) = default;
};

/// What the fit of a `SvcModel` came to.
struct SvcFit {
    std::optional<PlattScaling> probability{};  ///< none: scores are not probabilities
    std::uint64_t iterations = 0;               ///< of the solver, for the model itself; 0: not fitted here
    bool converged = true;                      ///< false: the solver was stopped by its number of iterations
    ScoreCalibration calibration{};             ///< of the ordinary training rows
};

/// The support vector machine for two classes (Cortes, Vapnik: Support-vector networks, Machine Learning 20, 1995):
/// ordinary rows, label 0, and anomalies, label 1, apart by a margin as wide as can be.
///
/// The decision value is f(x) = sum of coefficient_i k(x_i, x) - rho, above 0 where the machine says anomaly. The
/// score is the probability of an anomaly by Platt's scaling (Probabilistic outputs for support vector machines, in
/// Advances in Large Margin Classifiers, 1999), in (0, 1]; without it 1 / (1 + exp(-f)), which rises alike and is no
/// probability. RBF: f in a score is off by what `SvmExpansion::evaluate` says, times the sum of the coefficients'
/// magnitudes. It is never 0: at least 1e-300.
/// Features should have comparable scales.
/// Cost: a score is O(support vectors x dimension), RBF; O(dimension), linear; no allocation. Threading: immutable.
class SvcModel {
public:
    using Input = Row;
    static constexpr Format format{"CSVC", 1};

    /// \param rho  finite, of a magnitude of at most 1e150
    /// \throws std::invalid_argument  something else, or of `fit`
    SvcModel(SvmExpansion expansion, double rho, SvcFit fit = {});

    /// bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;

    /// Which features made the score: shares of at least 0 that sum to it. RBF: in proportion to the slope of f along
    /// the feature times how far the row is from the ordinary support vectors around it (their mean, weighted by
    /// coefficient and kernel), what the feature adds to f to first order. Linear: to w_j x_j. Only what raises f
    /// counts; where nothing does, the magnitudes.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    /// f(row) in double, as libsvm and scikit-learn's `decision_function` have it. None for what `score` calls
    /// bad_input.
    [[nodiscard]] std::optional<double> decision(const Row& row) const noexcept;

    [[nodiscard]] const SvmExpansion& expansion() const noexcept { return expansion_; }
    [[nodiscard]] double rho() const noexcept { return rho_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return expansion_.dimension(); }
    /// How f becomes a probability; none: scores are not probabilities.
    [[nodiscard]] const std::optional<PlattScaling>& probability() const noexcept { return fit_.probability; }
    /// Of the solver; 0: not fitted here.
    [[nodiscard]] std::uint64_t iterations() const noexcept { return fit_.iterations; }
    [[nodiscard]] bool converged() const noexcept { return fit_.converged; }

    /// Of the ordinary training rows, each with the higher of its scores by the model and, where probabilities were
    /// asked for, by one that was fitted without it.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return fit_.calibration; }
    /// At least 0.5, the border; higher where more than 1 % of the calibration's scores exceed that; below 1.
    [[nodiscard]] double default_threshold() const { return detail::class_threshold(fit_.calibration); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static SvcModel read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] Score score_of(detail::KernelSum sum) const noexcept;
    void share_rbf(const Row& row, std::span<double> shares) const noexcept;

    SvmExpansion expansion_;
    double rho_;
    SvcFit fit_;
};

/// Judges rows by a support vector machine for two classes. By default at most 1 % of ordinary rows like those of
/// the training are called anomalous; for the likelier class take `{model, FixedThreshold{0.5}}`.
using SvcDetector = StreamingDetector<SvcModel, FixedThreshold>;

}  // namespace sonde
