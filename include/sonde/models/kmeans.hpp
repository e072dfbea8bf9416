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
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

namespace detail {
/// One feature of 16 centroids, side by side: what a vector instruction takes at once.
struct alignas(64) CentroidLanes {
    float lane[16];
};

/// Four features of 16 centroids, or eight of eight, in bytes: a centroid's side by side.
struct alignas(64) CentroidBytes {
    std::int8_t lane[64];
};

/// What turns sums of products of bytes into bounds of distances, for a panel of y = centroid - middle.
struct alignas(64) CentroidBounds {
    float norm[16];           // |y|^2
    float step[16];           // 2 x the unit of the bytes
    float length[16];         // 2 |y|
    std::int32_t offset[16];  // -128 x the sum of the bytes
};

/// Centroids as the kernels want them: as differences from a middle, so that no offset of the data costs digits.
struct PackedCentroids {
    std::vector<CentroidLanes> middle;   // the median of the centroids, feature by feature
    std::vector<CentroidLanes> lanes;    // panels of 16: -2 (centroid - middle); none for a few centroids
    std::vector<float> norms;            // squared length of centroid - middle, one per lane
    double reach = 0;                    // the largest of their lengths
    std::vector<CentroidBytes> bytes;    // centroid - middle; none where the machine cannot use them
    std::vector<CentroidBounds> bounds;  // one per panel of bytes
    double byte_error = 0;               // the largest length of what rounding took, by the centroid's
    float byte_step = 0;                 // of rows, to begin with
};
}  // namespace detail

/// What a score of a `KMeansModel` is.
enum class KMeansForm : std::uint8_t {
    distance,  ///< to the nearest centroid, in the unit of the features
    scaled,    ///< that distance by the usual distance in its cluster: for clusters of different width
};

/// What the fit of a `KMeansModel` came to; all 0 and empty for centroids that come from elsewhere.
struct KMeansFit {
    double inertia = 0;  ///< sum over the rows of weight times squared distance to the nearest centroid
    std::uint64_t iterations = 0;        ///< of the run that was kept
    std::vector<std::uint64_t> sizes{};  ///< rows nearest to each centroid; empty: not known
    std::vector<double> scales{};    ///< the usual distance in each cluster: scores are scaled; empty: not
    ScoreCalibration calibration{};  ///< of the scores of the rows
};

/// Euclidean distance of a row to the nearest of a set of centroids, in the unit of the features; or, scaled,
/// that distance divided by the cluster's scale, at most 1e18.
///
/// Features should have comparable scales: a distance adds them up as they are.
/// Which centroid is the nearest is settled in `double`: the first of those whose computed distances are equally
/// small. Kernels in `float` and in bytes only rule centroids out, by bounds of their rounding errors (Higham, Accuracy
/// and Stability of Numerical Algorithms, 2nd ed., 3.1), so that no offset of the data costs digits and an instruction
/// set (SSE2, AVX2 with FMA, AVX-512 without and with VNNI; chosen at run time) changes a score by rounding in
/// `double` only.
/// Cost: a score is O(clusters x dimension), no allocation; some times as much for rows that are far from the middle
/// of the centroids compared with the gaps between these. Threading: immutable.
class KMeansModel {
public:
    using Input = Row;
    static constexpr Format format{"KMNS", 1};
    static constexpr std::size_t max_clusters = std::size_t{1} << 20, max_dimension = std::size_t{1} << 20;

    /// From centroids that are known: a row each, copied. `fit_kmeans` finds them.
    /// \param fit  what is known of how they were found
    /// \throws std::invalid_argument  no centroid, no feature, more than 2^20 of either, a centroid that is not
    ///         finite, `fit.sizes` or `fit.scales` neither empty nor one per centroid, an inertia that is negative
    ///         or not finite, a scale outside [1e-100, 1e100]
    explicit KMeansModel(MatrixView centroids, KMeansFit fit = {});

    /// The distance to the nearest centroid, scaled or not. bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;
    /// Which centroid is the nearest, in [0, clusters()); none for what `score` calls bad_input.
    [[nodiscard]] std::optional<std::size_t> assign(const Row& row) const noexcept;

    /// Which features made the score: shares of at least 0 that sum to it, in proportion to the squared
    /// differences from the nearest centroid.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    /// A row per cluster. Valid as long as the model.
    [[nodiscard]] MatrixView centroids() const noexcept { return {centroids_.data(), clusters_, dimension_}; }
    [[nodiscard]] std::size_t clusters() const noexcept { return clusters_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; }
    /// Sum over the training rows of weight times squared distance to the nearest centroid.
    [[nodiscard]] double inertia() const noexcept { return fit_.inertia; }
    /// Of the run that was kept.
    [[nodiscard]] std::uint64_t iterations() const noexcept { return fit_.iterations; }
    /// Training rows nearest to each centroid; empty when not known.
    [[nodiscard]] std::span<const std::uint64_t> sizes() const noexcept { return fit_.sizes; }
    [[nodiscard]] KMeansForm form() const noexcept {
        return fit_.scales.empty() ? KMeansForm::distance : KMeansForm::scaled;
    }
    /// What the distances in each cluster are divided by; empty when they are not.
    [[nodiscard]] std::span<const double> scales() const noexcept { return fit_.scales; }

    /// Which scores are usual: those of the training rows.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return fit_.calibration; }
    /// The score that at most 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return fit_.calibration.threshold(); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static KMeansModel read(ByteReader& reader, std::uint16_t version);

private:
    struct Found {
        std::size_t cluster;
        double squares;  // of the distance; negative: bad input
    };
    [[nodiscard]] Found nearest(const Row& row) const noexcept;
    [[nodiscard]] Score score_of(Found found) const noexcept;

    std::size_t clusters_ = 0, dimension_ = 0;
    std::vector<float> centroids_;    // row-major
    detail::PackedCentroids packed_;  // derived
    KMeansFit fit_;
};

/// Judges rows by their distance to the nearest centroid. By default 1 % of rows like those of the training are
/// called anomalous.
using KMeansDetector = StreamingDetector<KMeansModel, FixedThreshold>;

}  // namespace sonde
