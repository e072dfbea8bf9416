// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/models/quadratic_form.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// What the fit of a `MahalanobisModel` came to; all 0 for a covariance that comes from elsewhere.
struct MahalanobisFit {
    double shrinkage = 0;            ///< share of the covariance that was replaced by its mean variance
    std::uint64_t support = 0;       ///< rows that mean and covariance are of
    ScoreCalibration calibration{};  ///< of the scores of the rows
};

/// Mahalanobis distance of a row x from a mean m under a covariance C: the root of (x - m)^T C^-1 (x - m)
/// (Mahalanobis: On the generalised distance in statistics, Proc. National Institute of Sciences of India 2, 1936).
/// Scales, offsets and linear combinations of the features do not matter.
///
/// The features are measured in deviations first, then multiplied by the inverse Cholesky factor of their
/// correlations. Every covariance has a score: no deviation is taken below 1e-6 of the mean's size (what a float
/// resolves) or 1e-30, and where the features before it explain a feature nearly fully, what is left of its variance
/// is taken as 1e-9 of it. A row that leaves a constant feature is far away. Scores are at most 1e18.
///
/// Usual rows are scored to about 1e-6 of the score: in `float` where rounding allows, else in `double`
/// (`detail::QuadraticForm` has the bound).
/// Cost: a score is O(dimension^2 / 2), no allocation; memory 6 dimension^2 bytes. Threading: immutable.
class MahalanobisModel {
public:
    using Input = Row;
    static constexpr Format format{"MAHA", 1};
    static constexpr std::size_t max_dimension = detail::QuadraticForm::max_dimension;

    /// From a mean and a covariance that are known; `fit_mahalanobis` estimates them.
    /// \param covariance  its lower triangle, row after row: d (d + 1) / 2 numbers, of absolute value at most 1e78
    /// \throws std::invalid_argument  no feature, more than 2048, another number of covariances, a number that is
    ///         not finite or too large, a negative variance, a shrinkage outside [0, 1]
    MahalanobisModel(std::span<const double> mean, std::span<const double> covariance,
                     MahalanobisFit fit = {});

    /// The distance, in deviations. bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept { return form_.score(row); }
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept { form_.score_batch(rows, out); }

    /// Which features made the score: shares of at least 0 that sum to it, in proportion to what the squared
    /// distance falls by when the feature is left out, (C^-1 (x - m))_i^2 / (C^-1)_ii (Mason, Tracy, Young,
    /// J. Quality Technology 27, 1995).
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept {
        return form_.attribute(row, shares);
    }

    [[nodiscard]] std::size_t dimension() const noexcept { return form_.dimension(); }
    [[nodiscard]] std::span<const double> mean() const noexcept { return form_.map().centre; }
    /// Its lower triangle, row after row; shrunk, without floors.
    [[nodiscard]] std::span<const double> covariance() const noexcept { return covariance_; }
    [[nodiscard]] double shrinkage() const noexcept { return fit_.shrinkage; }
    /// Rows that mean and covariance are of: with a robust estimate, those that are no outliers.
    [[nodiscard]] std::uint64_t support() const noexcept { return fit_.support; }

    /// Which scores are usual: those of the training rows.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return fit_.calibration; }
    /// The score that at most 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return fit_.calibration.threshold(); }

    /// The same model, calibrated: for a covariance from elsewhere, when scores of usual rows are known.
    [[nodiscard]] MahalanobisModel calibrated(ScoreCalibration calibration) const;

    void write(ByteWriter& writer) const;
    /// Cost: O(dimension^3), as construction. \throws FormatError  not a model
    [[nodiscard]] static MahalanobisModel read(ByteReader& reader, std::uint16_t version);

    /// For tests: how it is scored.
    [[nodiscard]] const detail::QuadraticForm& form() const noexcept { return form_; }

private:
    std::vector<double> covariance_;
    detail::QuadraticForm form_;  // derived, but for the mean
    MahalanobisFit fit_;
};

/// Judges rows by their Mahalanobis distance. By default 1 % of rows like those of the training are called
/// anomalous.
using MahalanobisDetector = StreamingDetector<MahalanobisModel, FixedThreshold>;

}  // namespace sonde
