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

namespace sonde {

enum class Covariance : std::uint8_t {
    diagonal,  ///< each feature by itself: O(dimension)
    full,      ///< with their correlations: O(dimension^2), at most 1024 features
};

/// How a `MultivariateGaussianScorer` learns the mean and the covariance of rows.
struct MultivariateGaussianOptions {
    std::size_t dimension = 0;  ///< features of a row, in [1, 2^20], with `full` at most 1024; must be set
    Covariance covariance = Covariance::diagonal;
    std::uint64_t warm_up = 30;  ///< rows to learn before the first judgement; `full` needs 2 * dimension
    double half_life =
        0;                ///< rows after which an old one counts half, at least 1 (full: dimension); 0: never
    double ridge = 1e-6;  ///< full: least share of its variance that a feature keeps given the others; [0, 1)
    double min_stddev = 0;  ///< no feature's deviation is taken smaller
};

/// Mahalanobis distance of a row from the mean of the rows before it.
///
/// `full` keeps the lower Cholesky factor L of the scatter matrix and updates it with every row by
/// Givens rotations (Golub, Van Loan, Matrix Computations, 4th ed., 6.5.4; Gill, Golub, Murray, Saunders,
/// Math. Comp. 28, 1974), so that a score is one forward substitution. Where the features before it explain
/// a feature nearly fully, what is left of its variance is taken as `ridge` times the variance (a modified
/// Cholesky factor); no deviation is taken below `min_stddev` or the float resolution of the mean, 1e-6 of
/// it. The covariance is the unbiased one; with a half-life, of exponential weights.
///
/// With independent normal features the distance follows the chi distribution, which the default threshold
/// uses. Scores are at most 1e18.
/// Cost per row: score and learn O(dimension) or O(dimension^2); no allocation. Threading: single-writer.
class MultivariateGaussianScorer {
public:
    using Input = Row;
    using Options = MultivariateGaussianOptions;
    static constexpr Format format{"MGAU", 1};
    static constexpr std::size_t max_full_dimension = 1024;

    /// \throws std::invalid_argument  an option is outside its range
    explicit MultivariateGaussianScorer(const MultivariateGaussianOptions& options);

    /// warming_up before `warm_up` rows are learned; bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;
    /// Takes a row of finite values in; any other is ignored.
    void learn(const Row& row) noexcept;

    /// Which features made the score: shares of at least 0 that sum to it.
    ///
    /// diagonal: by squared z. full: by how much the squared distance falls when the feature is left out,
    /// (C^-1 d)_i^2 / (C^-1)_ii (Mason, Tracy, Young, J. Quality Technology 27, 1995).
    /// Cost: full O(dimension^3), may allocate: for looking into an anomaly, not for every row.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const;

    [[nodiscard]] std::size_t dimension() const noexcept { return options_.dimension; }
    [[nodiscard]] std::span<const double> mean() const noexcept { return mean_; }
    [[nodiscard]] std::uint64_t learned() const noexcept { return learned_; }
    /// `warm_up` is what is in force: at least 2 * dimension with `full`.
    [[nodiscard]] const MultivariateGaussianOptions& options() const noexcept { return options_; }

    /// The distance that 0.27 % of independent normal rows exceed.
    [[nodiscard]] double default_threshold() const noexcept;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a scorer
    [[nodiscard]] static MultivariateGaussianScorer read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] Status status_of(const Row& row) const noexcept;
    [[nodiscard]] Score diagonal_score(double squares, const Row& row) const noexcept;
    [[nodiscard]] double full_squares(const Row& row) const noexcept;
    [[nodiscard]] double distance(double squares) const noexcept;
    void leave_one_out(const Row& row, std::span<double> parts) const;
    void refresh() noexcept;
    [[nodiscard]] bool plausible() const noexcept;

    MultivariateGaussianOptions options_;
    double keep_ = 1;                  // what is left of a weight after one more row
    double weight_ = 0, weight2_ = 0;  // sums of the weights and of their squares
    std::uint64_t learned_ = 0;
    std::vector<double> mean_;
    std::vector<double> scatter_;        // weighted sum of squared deviations, per feature
    std::vector<double> factor_;         // full: L, packed column after column
    double degrees_ = 0;                 // derived: covariance = scatter / degrees_
    std::vector<double> inverse_pivot_;  // derived: 1 / floored root of scatter_ (diagonal) or L_ii (full)
    std::vector<double> delta_;          // workspace of learn
};

/// Judges rows by their Mahalanobis distance: `MultivariateGaussianDetector{{.dimension = 8}}`.
using MultivariateGaussianDetector = StreamingDetector<MultivariateGaussianScorer, FixedThreshold>;

}  // namespace sonde
