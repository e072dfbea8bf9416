// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/models/neural/autoencoder.hpp"
#include "sonde/models/shared.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

namespace detail {
class QuantizedNetwork;
}

/// An autoencoder whose weights are bytes: an eighth of the memory, and faster where the processor multiplies bytes
/// (AVX-512 VNNI, AVX2; docs/detectors/autoencoder.md has figures, and says where it is slower). Its scores are those
/// of the float model but for rounding: calibrate it anew, as `quantize` does.
///
/// Weights have 8 bits and a step per output, the largest of them / 127. What goes into a layer has 7 bits between the
/// least and the largest value of the row, a step of their difference / 127; found when the row comes, so that an odd
/// one is not cut off. Products are exact integers (Jacob et al.: Quantization and training of neural networks for
/// efficient integer-arithmetic-only inference, CVPR 2018; steps per output: Krishnamoorthi, arXiv:1806.08342). A sum
/// is off by at most sum_i (|x_i| weight step + |v_i| input step) / 2, with v the rounded weights, and what float makes
/// of it.
///
/// The same score to the bit on every instruction set, unless values overflow float: a file and its threshold may move
/// to another machine.
/// Cost: a score is two operations per weight, no allocation, at most 64 kB of stack; memory a byte per weight, which
/// copies share. Threading: immutable.
class QuantizedAutoencoder {
public:
    using Input = Row;
    static constexpr Format format{"AEQ8", 1};

    /// Not calibrated: its scores have another distribution than those of the model.
    /// \throws std::invalid_argument  the model's error is cross-entropy, whose sum depends on the instruction set
    explicit QuantizedAutoencoder(const AutoencoderModel& model);

    /// The mean error. bad_input for a wrong dimension, NaN and infinity.
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

    [[nodiscard]] ReconstructionError error() const noexcept { return error_; }
    [[nodiscard]] std::size_t dimension() const noexcept;

    /// Which scores are usual.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return calibration_; }
    /// The score that at most 1 % of the rows that calibrated it exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return calibration_.threshold(); }
    /// The same model, calibrated.
    [[nodiscard]] QuantizedAutoencoder calibrated(ScoreCalibration calibration) const;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static QuantizedAutoencoder read(ByteReader& reader, std::uint16_t version);

private:
    QuantizedAutoencoder(const detail::QuantizedNetwork* network, ReconstructionError error,
                         ScoreCalibration calibration);

    detail::Shared<detail::QuantizedNetwork> network_;
    ReconstructionError error_;
    ScoreCalibration calibration_;
};

/// A model in bytes, calibrated by its own scores of usual rows, best those that calibrated the model.
/// \param rows      at least one, every value finite
/// \param executor  one task per 256 rows; the result does not depend on it
/// \throws std::invalid_argument  no rows, a row that is not finite, other features than the model's
[[nodiscard]] QuantizedAutoencoder quantize(const AutoencoderModel& model, MatrixView rows,
                                            const Executor& executor = {});

/// Judges rows by an autoencoder in bytes. By default 1 % of rows like those that calibrated it are called anomalous.
using QuantizedAutoencoderDetector = StreamingDetector<QuantizedAutoencoder, FixedThreshold>;

}  // namespace sonde
