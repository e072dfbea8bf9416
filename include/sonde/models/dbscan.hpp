// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

struct DbscanClusters;
class DbscanModel;
[[nodiscard]] DbscanModel dbscan_model(MatrixView rows, const DbscanClusters& clusters);

/// How far a row is from where the training rows are dense: its Euclidean distance to the nearest core row of a
/// DBSCAN clustering, in units of eps. Up to 1 a row belongs to a cluster, above it would be noise.
///
/// Features should have comparable scales: a distance adds them up as they are.
/// Cost: a score is a search for the nearest of the core rows, O(log n) in few dimensions, O(n x dimension) at
/// worst, then several rows share a batch's work; no allocation, at most 64 kB of stack; memory 4.4 bytes per value
/// of the core rows, 9.4 where it searches in bytes, which copies share. Threading: immutable.
class DbscanModel {
public:
    using Input = Row;
    static constexpr Format format{"DBSC", 1};
    static constexpr std::size_t max_core_rows = 0x7fff'ffff;
    /// No score is higher.
    static constexpr double highest_score = 1e18;

    /// `fit_dbscan` finds all this.
    /// \param core_rows    copied
    /// \param clusters     of each core row, below their number
    /// \param eps          in [1e-100, 1e100]
    /// \param calibration  of the scores of usual rows
    /// \throws std::invalid_argument  no core row, more than 2^31 - 1, another number of clusters, one beyond the
    ///         range, no feature, more than 2^20, a row that is not finite, eps outside its range
    DbscanModel(MatrixView core_rows, std::vector<std::uint32_t> clusters, double eps,
                ScoreCalibration calibration = {});

    /// Distance to the nearest core row / eps. bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;
    /// The cluster of the nearest core row within eps; none for noise and for what `score` calls bad_input.
    [[nodiscard]] std::optional<std::size_t> assign(const Row& row) const noexcept;

    /// Which features made the score: shares of at least 0 that sum to it, in proportion to the squared
    /// differences from the nearest core row, which add up to the squared distance.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    /// A copy of the core rows, one after the other.
    [[nodiscard]] std::vector<float> core_rows() const;
    /// Of each core row.
    [[nodiscard]] std::span<const std::uint32_t> clusters() const noexcept { return clusters_; }
    /// Of core rows.
    [[nodiscard]] std::size_t size() const noexcept { return clusters_.size(); }
    [[nodiscard]] std::size_t dimension() const noexcept;
    [[nodiscard]] double eps() const noexcept { return eps_; }

    /// Of the training rows, each core row without itself.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return calibration_; }
    /// What 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return calibration_.threshold(); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static DbscanModel read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] bool usable(const Row& row) const noexcept;
    [[nodiscard]] Score score_of(double squares) const noexcept;

    friend DbscanModel dbscan_model(MatrixView rows, const DbscanClusters& clusters);

    detail::Shared<detail::NeighbourIndex> index_;
    std::vector<std::uint32_t> clusters_;
    double eps_;
    ScoreCalibration calibration_;
};

/// By default calls as many rows anomalous as exceed the scores of 99 % of the training rows.
using DbscanDetector = StreamingDetector<DbscanModel, FixedThreshold>;

}  // namespace sonde
