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
#include "sonde/models/svm_kernel.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// What the fit of a `OneClassSvmModel` came to.
struct OneClassSvmFit {
    std::uint64_t iterations = 0;    ///< of the solver; 0: not fitted here
    bool converged = true;           ///< false: the solver was stopped by its number of iterations
    ScoreCalibration calibration{};  ///< of the training rows
};

/// The one-class support vector machine (Schölkopf, Platt, Shawe-Taylor, Smola, Williamson: Estimating the support of
/// a high-dimensional distribution, Neural Computation 13, 2001): a boundary around the bulk of the training rows.
///
/// With f(x) = sum of alpha_i k(x_i, x), the alphas at least 0, a row is inside where `decision` f(x) - rho is at
/// least 0. The score is a strictly falling function of f, at least 0:
/// - RBF: -log(f / sum of alpha), so 0 in the middle of all support vectors and roughly gamma times the squared
///   distance far from them. f itself dies away there; its logarithm still tells far from farther.
/// - linear: log(1 + exp(z)), z = (rho - f) / |rho| (/ 1 for a rho of 0): log(2) at the boundary, rising like z.
///
/// `boundary()` is the score where `decision` is 0. At most 1e18. RBF: the score is off by as much as
/// `SvmExpansion::evaluate` says f is, relatively; where f is below 2^-60 of the sum of the alphas it comes from
/// double. Features should have comparable scales.
/// Cost: a score is O(support vectors x dimension), RBF; O(dimension), linear; no allocation; about 15 times as much
/// for an RBF row that is that far from all support vectors. Threading: immutable.
class OneClassSvmModel {
public:
    using Input = Row;
    static constexpr Format format{"OSVM", 1};

    /// \param expansion  RBF: no coefficient below 0
    /// \param rho        finite, of a magnitude of at most 1e150
    /// \throws std::invalid_argument  something else
    OneClassSvmModel(SvmExpansion expansion, double rho, OneClassSvmFit fit = {});

    /// bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;

    /// Which features made the score: shares of at least 0 that sum to it. RBF: in proportion to the sum over the
    /// support vectors of alpha_i k(x_i, x) (x_j - x_ij)^2: the score is the mean of gamma |x - x_i|^2 with weights
    /// p_i = alpha_i k(x_i, x) / f, and how far the p_i are from the alphas (Kullback, Leibler); that mean is a sum
    /// over the features. Linear: in proportion to -w_j x_j where that is above 0, what the feature takes from f;
    /// where none is, to |w_j|.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    /// f(row) - rho in double, as libsvm and scikit-learn's `decision_function` have it: below 0 outside. None for
    /// what `score` calls bad_input.
    [[nodiscard]] std::optional<double> decision(const Row& row) const noexcept;
    /// The score of rows whose decision is 0; 1e18 where rho is not above 0 (RBF): none is outside.
    [[nodiscard]] double boundary() const noexcept;

    [[nodiscard]] const SvmExpansion& expansion() const noexcept { return expansion_; }
    [[nodiscard]] double rho() const noexcept { return rho_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return expansion_.dimension(); }
    /// Of the solver; 0: not fitted here.
    [[nodiscard]] std::uint64_t iterations() const noexcept { return fit_.iterations; }
    [[nodiscard]] bool converged() const noexcept { return fit_.converged; }

    /// Of the training rows; RBF: each judged without its own term of f, as a new row would be.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return fit_.calibration; }
    /// The score that at most 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return fit_.calibration.threshold(); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static OneClassSvmModel read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] Score score_of(const Row& row, detail::KernelSum sum) const noexcept;
    void share_rbf(const Row& row, std::span<double> shares) const noexcept;
    void share_linear(const Row& row, std::span<double> shares) const noexcept;

    SvmExpansion expansion_;
    double rho_;
    OneClassSvmFit fit_;
};

/// Judges rows by a one-class support vector machine. By default 1 % of rows like those of the training are called
/// anomalous, whatever nu: for the machine's own boundary take `{model, FixedThreshold{model.boundary()}}`.
using OneClassSvmDetector = StreamingDetector<OneClassSvmModel, FixedThreshold>;

}  // namespace sonde
