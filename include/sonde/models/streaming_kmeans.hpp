// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/thresholds/quantile_threshold.hpp"

namespace sonde {

/// How a `StreamingKMeans` learns its centres.
struct StreamingKMeansOptions {
    std::size_t dimension = 0;  ///< features of a row, in [1, 2^20]; must be set
    std::size_t clusters = 8;   ///< in [1, 2^20]; clusters times dimension at most 2^26
    /// Rows that the first centres are found in and that are not judged, in [clusters, 2^20]; times dimension at
    /// most 2^26.
    std::size_t warm_up = 256;
    /// Rows of the stream after which an old one counts half, at least 1; 0: never.
    double half_life = 0;
    std::uint64_t seed = 1;  ///< which rows of the warm-up become the first centres
};

/// Distance of a row to the nearest of centres that follow the stream.
///
/// The first `warm_up` rows are kept; k-means++ (Arthur, Vassilvitskii, SODA 2007) and at most 20 of Lloyd's
/// iterations make the first centres of them. From then on a row pulls its nearest centre: by 1 / (rows that the
/// centre has had), so that it is their mean (MacQueen, Some methods for classification and analysis of
/// multivariate observations, 5th Berkeley Symposium, 1967), or with a half-life by 1 / (their faded weight). Of
/// fewer distinct rows than clusters there are fewer centres, for good.
///
/// Cost: score and learn O(clusters x dimension), no allocation; the last row of the warm-up
/// O(20 x warm_up x clusters x dimension). Threading: single-writer.
class StreamingKMeans {
public:
    using Input = Row;
    using Options = StreamingKMeansOptions;
    static constexpr Format format{"SKMN", 1};

    /// \throws std::invalid_argument  an option is outside its range
    explicit StreamingKMeans(const StreamingKMeansOptions& options);

    /// warming_up before `warm_up` rows are learned; bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// Takes a row of finite values in; any other is ignored.
    void learn(const Row& row) noexcept;
    /// Which features made the score: shares of at least 0 that sum to it, in proportion to the squared
    /// differences from the nearest centre.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    [[nodiscard]] std::size_t dimension() const noexcept { return options_.dimension; }
    /// Centres that there are: 0 during the warm-up.
    [[nodiscard]] std::size_t clusters() const noexcept { return used_; }
    /// One centre, below clusters(); unchecked.
    [[nodiscard]] std::span<const double> centre(std::size_t cluster) const noexcept {
        return {centres_.data() + cluster * options_.dimension, options_.dimension};
    }
    [[nodiscard]] std::uint64_t learned() const noexcept { return learned_; }
    [[nodiscard]] const StreamingKMeansOptions& options() const noexcept { return options_; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a scorer
    [[nodiscard]] static StreamingKMeans read(ByteReader& reader, std::uint16_t version);

private:
    struct Found {
        std::size_t cluster;
        double squares;
    };
    StreamingKMeans(const StreamingKMeansOptions& options, bool warming_up);
    [[nodiscard]] Found nearest(const float* row) const noexcept;
    [[nodiscard]] double weight_of(std::size_t cluster) const noexcept;
    void pull(std::size_t cluster, const float* row) noexcept;
    void choose_centres() noexcept;
    bool improve_centres() noexcept;
    [[nodiscard]] bool plausible() const noexcept;

    StreamingKMeansOptions options_;
    std::uint64_t learned_ = 0;
    std::size_t used_ = 0;
    std::vector<double> centres_;      // row after row
    std::vector<double> weights_;      // per cluster, as of its last row
    std::vector<std::uint64_t> last_;  // per cluster: learned_ when it got its last row
    std::vector<float> first_rows_;    // the rows of the warm-up
    std::vector<double> squares_;      // workspace of the warm-up: one per row
    std::vector<std::uint32_t> labels_;
};

/// Judges rows by their distance to the nearest centre: `StreamingKMeansDetector{{.dimension = 8}}`. Of a steady
/// stream about 0.1 % of the rows are called anomalous, from the 1,000th after the warm-up on.
using StreamingKMeansDetector = StreamingDetector<StreamingKMeans, QuantileThreshold>;

}  // namespace sonde
