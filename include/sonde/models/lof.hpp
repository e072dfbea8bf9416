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
#include "sonde/models/shared.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

namespace detail {
class NeighbourIndex;
struct Neighbour;
}  // namespace detail

/// What a `LofModel` knows of a training row.
struct LofRow {
    double k_distance = 0;  ///< to its kth nearest other row
    double density = 0;     ///< local reachability density: 1 / (mean reachability distance to these + 1e-10)
};

struct LofOptions;
class LofModel;
[[nodiscard]] LofModel fit_lof(MatrixView rows, const LofOptions& options);

/// How much sparser it is around a row than around its k nearest training rows: the local outlier factor (Breunig,
/// Kriegel, Ng, Sander: LOF: identifying density-based local outliers, SIGMOD 2000), of new rows against known ones.
///
///     reach(x, o) = max(distance(x, o), k_distance(o))
///     density(x)  = 1 / (mean of reach(x, o) over the k nearest o + 1e-10)
///     score(x)    = mean of density(o) / density(x) over the k nearest o
///
/// The score has no unit. About 1 is ordinary, as dense as its neighbours, and a row in the midst of a cluster has a
/// little less; there is no score 0. It is scikit-learn's: `-LocalOutlierFactor(novelty=True).score_samples`, whose
/// 1e-10 keeps the density of duplicates finite. Exactly k neighbours count, also where more are as near as the kth:
/// the first rows.
///
/// Features should have comparable scales: a distance adds them up as they are.
/// Cost: a search of the k nearest, as in `KnnModel`; no allocation, at most 64 kB of stack; memory as there, and 16
/// bytes a row, which copies share. Threading: immutable.
class LofModel {
public:
    using Input = Row;
    static constexpr Format format{"LOFN", 1};
    static constexpr std::size_t max_neighbours = 1024;
    /// No score is higher.
    static constexpr double highest_score = 1e18;

    /// From what is known; `fit_lof` finds it.
    /// \param rows         the training rows, copied
    /// \param neighbours   k, in [1, least of max_neighbours and rows]
    /// \param known        of each training row: k-distance in [0, 1e50], density in [0, 1e10]
    /// \param calibration  of the scores of usual rows
    /// \throws std::invalid_argument  no row, more than 2^31 - 1, no feature, more than 2^20, a row that is not finite,
    ///         another number of neighbours, another number of known, one outside its range
    LofModel(MatrixView rows, std::size_t neighbours, std::vector<LofRow> known,
             ScoreCalibration calibration = {});

    /// bad_input for a wrong dimension, NaN and infinity. A training row is its own nearest.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;

    /// Which features made the score: shares of at least 0 that sum to it, in proportion to the squared differences
    /// from the mean of the neighbours: where the row would have to move to be among them. Equal ones for a row that
    /// is there.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    /// Of training rows.
    [[nodiscard]] std::size_t size() const noexcept { return known_.size(); }
    [[nodiscard]] std::size_t dimension() const noexcept;
    [[nodiscard]] std::size_t neighbours() const noexcept { return neighbours_; }
    /// Of each training row. Valid as long as the model.
    [[nodiscard]] std::span<const LofRow> known() const noexcept { return known_; }

    /// Of the training rows, each without itself: the local outlier factors of the paper.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return calibration_; }
    /// What 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return calibration_.threshold(); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static LofModel read(ByteReader& reader, std::uint16_t version);

private:
    friend LofModel fit_lof(MatrixView rows, const LofOptions& options);
    [[nodiscard]] Score score_of(std::span<const detail::Neighbour> nearest) const noexcept;

    detail::Shared<detail::NeighbourIndex> index_;
    std::size_t neighbours_;
    std::vector<LofRow> known_;
    ScoreCalibration calibration_;
};

/// Judges rows by how much sparser it is around them than around their neighbours. By default 1 % of rows like those
/// of the training are called anomalous.
using LofDetector = StreamingDetector<LofModel, FixedThreshold>;

}  // namespace sonde
