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

/// What a score of a `PcaModel` is.
enum class PcaForm : std::uint8_t {
    weighted,  ///< how far out along the components, each in its own deviations
    residual,  ///< how far from the subspace of the components, in the unit of the features
};

/// Principal components, and what is known of how they were found.
struct PcaComponents {
    std::vector<double> mean;        ///< one per feature
    std::vector<double> variances;   ///< one per component, falling
    std::vector<double> directions;  ///< a row per component, orthonormal
    double total_variance = 0;       ///< of all components, those that are left out too
    ScoreCalibration calibration{};  ///< of the scores of the rows
};

/// How a row fits to the principal components of the rows before.
///
/// weighted: the root of sum z_i^2 / lambda_i over the components, z_i the row's coordinate and lambda_i its
/// variance (Shyu, Chen, Sarinnapakorn, Chang: A novel anomaly detection scheme based on principal component
/// classifier, ICDM workshop on foundations and new directions of data mining 2003): with all components a Mahalanobis
/// distance that directions without variance do not count in.
/// residual: the distance to the subspace that the components span, the root of the Q statistic (Jackson,
/// Mudholkar: Control procedures for residuals associated with principal component analysis, Technometrics 21,
/// 1979): for data with fewer degrees of freedom than features. Features should have comparable scales.
///
/// Scores are at most 1e18. Usual rows are scored to about 1e-6 of the score (of the residual: or of the distance
/// from the mean times 1e-6), in `float` where rounding allows, else in `double` (`detail::QuadraticForm`).
/// Cost: a score is O(dimension x components), residual O(dimension x (dimension - components)), no allocation.
/// Threading: immutable.
class PcaModel {
public:
    using Input = Row;
    static constexpr Format format{"PCAM", 1};
    static constexpr std::size_t max_dimension = detail::QuadraticForm::max_dimension;

    /// From components that are known; `fit_pca` finds them.
    /// \throws std::invalid_argument  no feature, more than 2048, more components than features, sizes that do not
    ///         fit, a number that is not finite, variances that grow, below 1e-80 or above `total_variance`, a
    ///         total variance above 1e82, directions that are not orthonormal to 1e-6
    PcaModel(PcaForm form, PcaComponents components);

    /// The distance. bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept { return distance_.score(row); }
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept {
        distance_.score_batch(rows, out);
    }

    /// Which features made the score: shares of at least 0 that sum to it, in proportion to what the squared
    /// distance falls by when the feature is left out, (P y)_i^2 / P_ii with P the matrix of the square, as of the
    /// Mahalanobis distance (Mason, Tracy, Young, J. Quality Technology 27, 1995).
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept {
        return distance_.attribute(row, shares);
    }

    [[nodiscard]] PcaForm form() const noexcept { return form_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return components_.mean.size(); }
    /// How many components count in the score, or span the subspace.
    [[nodiscard]] std::size_t components() const noexcept { return components_.variances.size(); }
    [[nodiscard]] std::span<const double> mean() const noexcept { return components_.mean; }
    /// Of the components, falling.
    [[nodiscard]] std::span<const double> variances() const noexcept { return components_.variances; }
    /// Of component i, below components(): its unit vector.
    [[nodiscard]] std::span<const double> direction(std::size_t i) const noexcept {
        return {components_.directions.data() + i * dimension(), dimension()};
    }
    /// Of all components, those that are left out too.
    [[nodiscard]] double total_variance() const noexcept { return components_.total_variance; }

    /// Which scores are usual: those of the training rows.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return components_.calibration; }
    /// The score that at most 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return components_.calibration.threshold(); }
    /// The same model, calibrated.
    [[nodiscard]] PcaModel calibrated(ScoreCalibration calibration) const;

    void write(ByteWriter& writer) const;
    /// Cost: O(dimension^3), as construction. \throws FormatError  not a model
    [[nodiscard]] static PcaModel read(ByteReader& reader, std::uint16_t version);

    /// For tests: how it is scored.
    [[nodiscard]] const detail::QuadraticForm& distance() const noexcept { return distance_; }

private:
    PcaForm form_;
    PcaComponents components_;
    detail::QuadraticForm distance_;  // derived
};

/// Judges rows by principal components. By default 1 % of rows like those of the training are called anomalous.
using PcaDetector = StreamingDetector<PcaModel, FixedThreshold>;

}  // namespace sonde
