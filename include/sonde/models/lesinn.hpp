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
#include "sonde/models/kmeans.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// Distance to the nearest row of a small random sample, averaged over several samples: LeSiNN (Pang, Ting,
/// Albrecht: LeSiNN: detecting anomalies by identifying least similar nearest neighbours, ICDM workshops 2015).
///
/// A sample of 8 rows seldom holds an anomaly, so anomalies in the training rows do not hide others as they do
/// from nearest neighbours among all rows; and it is as fast as a few hundred distances.
/// Features should have comparable scales (`FeatureScaling`). Distances as in `KMeansModel`.
/// Cost: a score is O(samples x sample size x dimension), no allocation. Threading: immutable.
class LesinnModel {
public:
    using Input = Row;
    static constexpr Format format{"LSNN", 1};
    static constexpr std::size_t max_samples = 4096, max_sample_size = 65'536;

    /// \param rows         all samples one after the other, copied
    /// \param sample_size  rows of one sample
    /// \throws std::invalid_argument  no rows, no feature, a row that is not finite, rows that are not a whole
    ///         number of samples, more than 4096 samples or 65,536 rows in one
    LesinnModel(MatrixView rows, std::size_t sample_size, ScoreCalibration calibration = {});

    /// The mean distance, in the unit of the features. bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;
    /// Which features made the score: of each sample, the distance in proportion to the squared differences
    /// from its nearest row.
    /// \param shares  one per feature, at least 0, summing to the score; zeros when it is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    [[nodiscard]] std::size_t samples() const noexcept { return samples_.size(); }
    [[nodiscard]] std::size_t sample_size() const noexcept { return samples_.front().clusters(); }
    [[nodiscard]] std::size_t dimension() const noexcept { return samples_.front().dimension(); }
    /// Of the training rows, each judged by the samples without itself.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return calibration_; }
    /// The score that 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return calibration_.threshold(); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static LesinnModel read(ByteReader& reader, std::uint16_t version);

private:
    std::vector<KMeansModel> samples_;  // a row of a sample is a centroid: what is nearest is sought alike
    ScoreCalibration calibration_;
};

/// Judges rows by nearest neighbours in samples; 1 % of the training rows exceed its default threshold.
using LesinnDetector = StreamingDetector<LesinnModel, FixedThreshold>;

}  // namespace sonde
