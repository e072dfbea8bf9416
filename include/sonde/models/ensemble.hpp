// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/models/any_model.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// How the opinions of an ensemble's members become one.
enum class Combination : std::uint8_t {
    average,   ///< what most of them see
    maximum,   ///< what any of them sees
    top_half,  ///< the average of the more surprised half, rounded up: members that see nothing do not dilute
};

/// Several models that judge the same rows.
///
/// Scores of different models cannot be added: a distance has a unit, an isolation score is at most 1. So each
/// member's score first becomes the surprise -log P(a usual row scores as high), from that member's own
/// training scores (`ScoreCalibration::surprise`; Kriegel, Kröger, Schubert, Zimek: Interpreting and unifying
/// outlier scores, SDM 2011, of which it is the form that keeps far tails apart). Average, maximum and what is
/// between: Aggarwal, Sathe: Outlier Ensembles, 2017, chapter 5.
/// What is read from a file is an ensemble of models of this library, of which none is an ensemble.
/// Cost: those of its members; no allocation, but of `attribute` beyond 1024 features. Threading: immutable.
class EnsembleModel {
public:
    using Input = Row;
    static constexpr Format format{"ENSM", 1};
    static constexpr std::size_t max_members = 64;

    /// \param members      calibrated, of one dimension; shared, not copied
    /// \param calibration  of the ensemble's scores of usual rows; may know nothing
    /// \throws std::invalid_argument  no member or more than 64, one that is not calibrated or is of another
    ///         dimension than the first
    EnsembleModel(std::vector<AnyModel> members, Combination combination, ScoreCalibration calibration);

    /// Calibrated on usual rows that the members were not fitted to: a neighbour's distance to a row that it
    /// remembers is 0.
    /// \param executor  scores the rows
    /// \throws std::invalid_argument  as above, no rows, rows of another dimension, a row that is not finite
    EnsembleModel(std::vector<AnyModel> members, Combination combination, MatrixView rows,
                  const Executor& executor = {});

    /// The members' surprise in nats, combined: for usual rows about 1. bad_input for a wrong dimension, NaN and
    /// infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;

    /// Which features made the score: the shares of the members that count for it, each with the weight of its
    /// surprise. Beyond 1024 features it asks for memory; bad_input when there is none.
    /// \param shares  one per feature, at least 0, summing to the score; zeros when it is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    [[nodiscard]] std::span<const AnyModel> members() const noexcept { return members_; }
    [[nodiscard]] Combination combination() const noexcept { return combination_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return members_.front().dimension(); }
    /// Of the scores of usual rows.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return calibration_; }
    /// The score that 1 % of usual rows exceed.
    [[nodiscard]] double default_threshold() const { return calibration_.threshold(); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not an ensemble of models that this library has; an ensemble in an ensemble
    [[nodiscard]] static EnsembleModel read(ByteReader& reader, std::uint16_t version);

private:
    std::vector<AnyModel> members_;
    Combination combination_;
    ScoreCalibration calibration_;
};

/// Judges rows by several models at once; 1 % of usual rows exceed its default threshold.
using EnsembleDetector = StreamingDetector<EnsembleModel, FixedThreshold>;

}  // namespace sonde
