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

/// How the bins of an `HbosModel` are cut.
enum class HbosForm : std::uint8_t {
    static_width,   ///< bins of a feature are equally wide
    dynamic_width,  ///< they hold about equally many rows: for features with long gaps and far values
};

/// The histogram of a feature: bin b holds the values from edges[b] to below edges[b + 1], the last bin its upper
/// edge too.
struct HbosHistogram {
    std::vector<float> edges;  ///< rising strictly, one more than bins; of a constant feature twice its value
    std::vector<std::uint64_t> counts;  ///< training rows in each bin
};

/// How thinly populated the bins of a row's features are: the histogram-based outlier score.
///
/// Goldstein, Dengel: Histogram-based outlier score (HBOS): a fast unsupervised anomaly detection algorithm, KI 2012
/// (poster and demo track): the sum over the features of log(1 / height), where height is the bin's share of the
/// highest bin: of rows, for dynamic width of rows per width. An empty bin, and whatever is outside of the
/// histogram, is taken as half a row in a bin of mean width.
///
/// Scores are at least 0. Scales and offsets of the features do not matter; combinations of features that are
/// unusual though each by itself is not are not seen.
/// Cost: a score is O(dimension x log bins), no allocation. Threading: immutable.
class HbosModel {
public:
    using Input = Row;
    static constexpr Format format{"HBOS", 1};
    static constexpr std::size_t max_dimension = std::size_t{1} << 20, max_bins = 65'536;

    /// From histograms that are known, one per feature; `fit_hbos` counts them.
    /// \throws std::invalid_argument  no histogram, more than 2^20, bins not in [1, 65536], another number of edges,
    ///         edges that are not finite or do not rise, no row, more than 2^53
    HbosModel(HbosForm form, std::vector<HbosHistogram> histograms, ScoreCalibration calibration = {});

    /// The sum of the surprises, in nats. bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;
    /// Which features made the score: their surprises, at least 0, which sum to it.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    [[nodiscard]] HbosForm form() const noexcept { return form_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return histograms_.size(); }
    /// Of feature j, below dimension().
    [[nodiscard]] const HbosHistogram& histogram(std::size_t j) const noexcept { return histograms_[j]; }

    /// Which scores are usual: those of the training rows.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return calibration_; }
    /// The score that at most 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return calibration_.threshold(); }
    /// The same model, calibrated.
    [[nodiscard]] HbosModel calibrated(ScoreCalibration calibration) const;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static HbosModel read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] double surprise(std::size_t feature, float value) const noexcept;

    HbosForm form_;
    std::vector<HbosHistogram> histograms_;
    std::vector<std::vector<double>> surprises_;  // derived: of each feature's bins, then of what is outside
    ScoreCalibration calibration_;
};

/// Judges rows by the histograms of their features. By default 1 % of rows like those of the training are called
/// anomalous.
using HbosDetector = StreamingDetector<HbosModel, FixedThreshold>;

}  // namespace sonde
