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
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// How far out in the tails of the features a row is: ECOD, without parameters.
///
/// Li, Zhao, Hu, Botta, Ionescu, Chen: ECOD: Unsupervised outlier detection using empirical cumulative distribution
/// functions, IEEE Trans. Knowledge and Data Engineering 35, 2023. The score is the sum over the features of
/// -log(min(l, r) / n), where of n training rows l have a value of at most the row's and r one of at least it, both
/// taken as at least 1. So does PyOD since 0.9.7: feature by feature the larger of both tails. (The paper sums each
/// tail, and the one on the side of the skewness, over the features first and takes the largest of the three sums.
/// PyOD also joins the scored rows to the training rows first: here a score does not depend on its company.)
///
/// Scores are between 0 and dimension x log n. Scales and offsets of the features do not matter; combinations of
/// features that are unusual though each by itself is not are not seen.
/// Cost: a score is O(dimension x log n), no allocation; memory 4 n x dimension + 8 n bytes. Threading: immutable.
class EcodModel {
public:
    using Input = Row;
    static constexpr Format format{"ECOD", 1};
    static constexpr std::size_t max_dimension = std::size_t{1} << 20;

    /// \param rows  the training rows: at least one, every value finite; copied
    /// \throws std::invalid_argument  no rows, no feature, more than 2^20, a row that is not finite
    explicit EcodModel(MatrixView rows, ScoreCalibration calibration = {});

    /// The sum of the surprises, in nats. bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;
    /// Which features made the score: their surprises, at least 0, which sum to it.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; }
    /// Training rows.
    [[nodiscard]] std::size_t rows() const noexcept { return columns_.size() / dimension_; }
    /// The training values of feature j, below dimension(), ascending.
    [[nodiscard]] std::span<const float> values(std::size_t j) const noexcept {
        return {columns_.data() + j * rows(), rows()};
    }

    /// Which scores are usual: those of the training rows.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return calibration_; }
    /// The score that at most 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return calibration_.threshold(); }
    /// The same model, calibrated.
    [[nodiscard]] EcodModel calibrated(ScoreCalibration calibration) const;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static EcodModel read(ByteReader& reader, std::uint16_t version);

private:
    EcodModel(std::vector<float> columns, std::size_t dimension, ScoreCalibration calibration);
    [[nodiscard]] double sum(const Row& row, double* shares) const noexcept;

    std::size_t dimension_;
    std::vector<float> columns_;     // feature after feature, each ascending
    std::vector<double> surprises_;  // derived: of 0, 1, ... n rows
    ScoreCalibration calibration_;
};

/// Judges rows by the tails of their features. By default 1 % of rows like those of the training are called
/// anomalous.
using EcodDetector = StreamingDetector<EcodModel, FixedThreshold>;

}  // namespace sonde
