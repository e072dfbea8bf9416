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
#include "sonde/models/neural/network.hpp"
#include "sonde/models/shared.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

namespace detail {
struct ServedNetwork;
}

/// How a row and what an autoencoder makes of it are compared: a mean over the features.
enum class ReconstructionError : std::uint8_t {
    absolute,  ///< |x - y|
    squared,   ///< (x - y)^2
    /// -x log y - (1 - x) log(1 - y), no logarithm below -87; for rows in [0, 1] and a sigmoid at the end. It is not 0
    /// where y = x lies between: that is the entropy of x.
    cross_entropy,
};

/// How badly a row is reconstructed by a network that was trained to reconstruct usual rows through a narrow layer
/// (Hawkins, He, Williams, Baxter: Outlier detection using replicator neural networks, DaWaK 2002; Sakurada, Yairi:
/// Anomaly detection using autoencoders with nonlinear dimensionality reduction, MLSDA 2014).
///
/// Features should have comparable scales: the error is a mean over them. Scores are at most 1e18.
/// Scored in float, each output one chain of additions, so that a score is off by about 1e-6 of the size of the row; a
/// few rows go through all layers together.
/// Cost: a score is two operations per weight, no allocation, at most 64 kB of stack; memory 8 bytes per weight, which
/// copies share. Threading: immutable.
class AutoencoderModel {
public:
    using Input = Row;
    static constexpr Format format{"AENC", 1};
    static constexpr double largest = 1e18;

    /// From a network that is known; `fit_autoencoder` trains one.
    /// \throws std::invalid_argument  the network has not as many outputs as inputs; an error that is no enumerator;
    ///         cross-entropy without a sigmoid at the end
    explicit AutoencoderModel(Network network, ReconstructionError error = ReconstructionError::squared,
                              ScoreCalibration calibration = {});

    /// The mean error. bad_input for a wrong dimension, NaN and infinity; for cross-entropy outside [0, 1], too.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;

    /// Which features are badly reconstructed: shares of at least 0 that sum to the score.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    /// What the network makes of a row. \param out  one per feature
    /// \returns  false, with `out` as it was, for a wrong dimension
    bool reconstruct(const Row& row, std::span<float> out) const noexcept;

    [[nodiscard]] const Network& network() const noexcept;
    [[nodiscard]] ReconstructionError error() const noexcept { return error_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return network().inputs(); }

    /// Which scores are usual.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return calibration_; }
    /// The score that at most 1 % of the rows that calibrated it exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return calibration_.threshold(); }
    /// The same model, calibrated.
    [[nodiscard]] AutoencoderModel calibrated(ScoreCalibration calibration) const;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static AutoencoderModel read(ByteReader& reader, std::uint16_t version);

private:
    detail::Shared<detail::ServedNetwork> served_;
    ReconstructionError error_;
    ScoreCalibration calibration_;
};

/// Judges rows by an autoencoder. By default 1 % of rows like those that calibrated it are called anomalous.
using AutoencoderDetector = StreamingDetector<AutoencoderModel, FixedThreshold>;

}  // namespace sonde
