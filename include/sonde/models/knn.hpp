// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

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

/// What becomes of the distances to the nearest training rows.
enum class KnnAggregate : std::uint8_t {
    farthest,  ///< that of the kth
    mean,      ///< their mean
};

/// Whether training rows that equal a row are its neighbours.
enum class KnnCopies : std::uint8_t {
    count,      ///< as any other row: where most rows come often, those that do not stand out
    leave_out,  ///< a row's neighbours are other rows than itself, so copies of an anomaly do not hide it
};

struct KnnOptions;
class KnnModel;
[[nodiscard]] KnnModel fit_knn(MatrixView rows, const KnnOptions& options);

/// How far a row is from its k nearest training rows, in the unit of the features: the Euclidean distance to the kth
/// (Ramaswamy, Rastogi, Shim: Efficient algorithms for mining outliers from large data sets, SIGMOD 2000, section 2),
/// or the mean of the k distances, the weight of Angiulli and Pizzuti / k (Fast outlier detection in high dimensional
/// spaces, PKDD 2002, definition 1).
///
/// Features should have comparable scales: a distance adds them up as they are. Which rows are the nearest, and how far
/// they are, is that of double precision, on every machine.
/// Cost: O(log n) in few dimensions, O(n x dimension) at worst, then several rows share a batch's work; no allocation,
/// at most 64 kB of stack; memory, which copies share, 4.4 bytes per value of the training rows, 9.4 where it searches
/// in bytes. Threading: immutable.
class KnnModel {
public:
    using Input = Row;
    static constexpr Format format{"KNND", 1};
    static constexpr std::size_t max_neighbours = 1024;

    /// `fit_knn` calibrates too.
    /// \param rows         the training rows, copied
    /// \param neighbours   k, in [1, least of max_neighbours and rows]
    /// \param calibration  of the scores of usual rows
    /// \param copies       leave_out: only one of equal rows is kept, and neighbours are in [1, 1023]; where there are
    ///                     fewer other rows, all of them count
    /// \throws std::invalid_argument  no row, more than 2^31 - 1, no feature, more than 2^20, a row that is not finite,
    ///         another number of neighbours
    KnnModel(MatrixView rows, std::size_t neighbours, KnnAggregate aggregate = KnnAggregate::farthest,
             ScoreCalibration calibration = {}, KnnCopies copies = KnnCopies::count);

    /// bad_input for a wrong dimension, NaN and infinity. A training row is its own nearest, unless copies are left
    /// out.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;

    /// Which features made the score: shares of at least 0 that sum to it, for each distance in proportion to the
    /// squared differences, which add up to its square.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    /// Of training rows.
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] std::size_t dimension() const noexcept;
    [[nodiscard]] std::size_t neighbours() const noexcept { return neighbours_; }
    [[nodiscard]] KnnAggregate aggregate() const noexcept { return aggregate_; }
    [[nodiscard]] KnnCopies copies() const noexcept { return copies_; }

    /// Of the training rows, each without itself.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return calibration_; }
    /// What 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return calibration_.threshold(); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static KnnModel read(ByteReader& reader, std::uint16_t version);

private:
    friend KnnModel fit_knn(MatrixView rows, const KnnOptions& options);
    /// How many are looked for: a copy may be among them.
    [[nodiscard]] std::size_t sought() const noexcept;
    /// Those that count, of those that were found.
    [[nodiscard]] std::span<const detail::Neighbour> counted(
        std::span<const detail::Neighbour> nearest) const noexcept;
    [[nodiscard]] Score score_of(std::span<const detail::Neighbour> nearest) const noexcept;

    detail::Shared<detail::NeighbourIndex> index_;
    std::size_t neighbours_;
    KnnAggregate aggregate_;
    KnnCopies copies_;
    ScoreCalibration calibration_;
};

/// Judges rows by how far their nearest training rows are. By default 1 % of rows like those of the training are called
/// anomalous.
using KnnDetector = StreamingDetector<KnnModel, FixedThreshold>;

}  // namespace sonde
