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

namespace sonde {

namespace detail {
/// One feature of 16 centroids, side by side: what a vector instruction takes at once.
struct alignas(64) CentroidLanes {
    float lane[16];
};
}  // namespace detail

/// What the fit of a `KMeansModel` came to; all 0 and empty for centroids that come from elsewhere.
struct KMeansFit {
    double inertia = 0;  ///< sum over the rows of weight times squared distance to the nearest centroid
    std::uint64_t iterations = 0;        ///< of the run that was kept
    std::vector<std::uint64_t> sizes{};  ///< rows nearest to each centroid; empty: not known
};

/// Euclidean distance of a row to the nearest of a set of centroids, in the unit of the features.
///
/// Features should have comparable scales: a distance adds them up as they are.
/// The nearest centroid is sought in `float`, without expanding the square, so that no offset of the data
/// costs digits; its distance is then taken in `double`. What is found is at most (dimension + 4) 2^-23 of
/// the distance farther away than the true nearest; equally near ones: the first. The instruction set
/// (SSE2, AVX2 with FMA) is chosen at run time: two machines may differ within that bound.
/// Cost: a score is O(clusters x dimension), no allocation. Threading: immutable.
class KMeansModel {
public:
    using Input = Row;
    static constexpr Format format{"KMNS", 1};
    static constexpr std::size_t max_clusters = std::size_t{1} << 20, max_dimension = std::size_t{1} << 20;

    /// From centroids that are known: a row each, copied. `fit_kmeans` finds them.
    /// \param fit  what is known of how they were found
    /// \throws std::invalid_argument  no centroid, no feature, more than 2^20 of either, a centroid that is not
    ///         finite, `fit.sizes` neither empty nor one per centroid, an inertia that is negative or not finite
    explicit KMeansModel(MatrixView centroids, KMeansFit fit = {});

    /// The distance to the nearest centroid. bad_input for a wrong dimension, NaN and infinity.
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

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static KMeansModel read(ByteReader& reader, std::uint16_t version);

private:
    struct Found {
        std::size_t cluster;
        double squares;  // of the distance
    };
    [[nodiscard]] bool usable(const Row& row) const noexcept;
    [[nodiscard]] double squares_to(const Row& row, std::size_t cluster) const noexcept;
    [[nodiscard]] Found nearest(const Row& row) const noexcept;
    [[nodiscard]] Found refined(const Row& row, std::size_t cluster, float estimate) const noexcept;

    std::size_t clusters_ = 0, dimension_ = 0;
    std::vector<float> centroids_;              // row-major
    std::vector<detail::CentroidLanes> lanes_;  // derived: the same, packed for the kernels
    KMeansFit fit_;
};

}  // namespace sonde
