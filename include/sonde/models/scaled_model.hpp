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
#include "sonde/models/any_model.hpp"
#include "sonde/models/feature_scaling.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"

namespace sonde {

/// A model of scaled features, for rows as the server has them.
///
///     const FeatureScaling scaling{rows, Scaling::standard};
///     const auto scaled = scaling.apply(rows);
///     const ScaledModel model{scaling, fit_knn({scaled.data(), rows.rows(), rows.cols()})};
///
/// What is read from a file is a scaled model of one that is made of no other.
/// Cost: a pass over the row, and the model's; no allocation, 32 kB of stack beside the model's. Threading: immutable.
class ScaledModel {
public:
    using Input = Row;
    static constexpr Format format{"SCLM", 1};
    /// A scaled row lies on the stack.
    static constexpr std::size_t max_dimension = 8192;

    /// \throws std::invalid_argument  the dimensions differ or are above 8192
    ScaledModel(FeatureScaling scaling, AnyModel model);

    /// The model's score of the scaled row.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;
    /// The model's shares for the scaled row, which are the features' own.
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    [[nodiscard]] const FeatureScaling& scaling() const noexcept { return scaling_; }
    [[nodiscard]] const AnyModel& model() const noexcept { return model_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return scaling_.dimension(); }
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return model_.calibration(); }
    /// That of the model: 1 % of the training rows exceed it.
    [[nodiscard]] double default_threshold() const { return model_.default_threshold(); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a scaled model
    [[nodiscard]] static ScaledModel read(ByteReader& reader, std::uint16_t version);

private:
    FeatureScaling scaling_;
    AnyModel model_;
};

/// Judges rows by a model of their scaled features; 1 % of the training rows exceed its default threshold.
using ScaledDetector = StreamingDetector<ScaledModel, FixedThreshold>;

}  // namespace sonde
