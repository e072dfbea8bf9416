// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/quantized_autoencoder.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "models/calibrate.hpp"
#include "models/destroy_shared.hpp"
#include "models/neural/quantized_network.hpp"
#include "models/neural/reconstruction.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

template class detail::Shared<detail::QuantizedNetwork>;

namespace {

constexpr std::string_view where = "QuantizedAutoencoder";

const detail::QuantizedNetwork* quantized(const AutoencoderModel& model) {
    if (model.error() == ReconstructionError::cross_entropy)
        fail(where, "error of the model", "cross_entropy", "absolute or squared");
    return new detail::QuantizedNetwork{model.network()};
}

}  // namespace

QuantizedAutoencoder::QuantizedAutoencoder(const detail::QuantizedNetwork* network, ReconstructionError error,
                                           ScoreCalibration calibration)
    : network_{network}, error_{error}, calibration_{std::move(calibration)} {}

QuantizedAutoencoder::QuantizedAutoencoder(const AutoencoderModel& model)
    : QuantizedAutoencoder{quantized(model), model.error(), {}} {}

std::size_t QuantizedAutoencoder::dimension() const noexcept { return network_->inputs(); }

Score QuantizedAutoencoder::score(const Row& row) const noexcept {
    Score score{0, Status::bad_input};
    score_batch({row.data(), 1, row.size()}, {&score, 1});
    return score;
}

void QuantizedAutoencoder::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    detail::score_reconstructions(*network_, dimension(), error_, rows, out);
}

Score QuantizedAutoencoder::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score whole = score(row);
    if (shares.size() != row.size() || whole.status != Status::ok) return {0, Status::bad_input};
    detail::share_errors(*network_, error_, row, whole, shares);
    return whole;
}

bool QuantizedAutoencoder::reconstruct(const Row& row, std::span<float> out) const noexcept {
    if (row.size() != dimension() || out.size() != row.size()) return false;
    detail::copy_outputs(*network_, row, out);
    return true;
}

QuantizedAutoencoder QuantizedAutoencoder::calibrated(ScoreCalibration calibration) const {
    QuantizedAutoencoder model = *this;
    model.calibration_ = std::move(calibration);
    return model;
}

void QuantizedAutoencoder::write(ByteWriter& writer) const {
    write_object(writer, *network_);
    writer.u8(static_cast<std::uint8_t>(error_));
    write_object(writer, calibration_);
}

QuantizedAutoencoder QuantizedAutoencoder::read(ByteReader& reader, std::uint16_t) {
    auto network = read_object<detail::QuantizedNetwork>(reader);
    if (network.inputs() != network.outputs()) fail_format(where, "has not as many outputs as inputs");
    const auto error = static_cast<ReconstructionError>(reader.choice(1));
    auto calibration = read_object<ScoreCalibration>(reader);
    return {new detail::QuantizedNetwork{std::move(network)}, error, std::move(calibration)};
}

QuantizedAutoencoder quantize(const AutoencoderModel& model, MatrixView rows, const Executor& executor) {
    detail::check_training_rows("quantize", rows);
    if (rows.cols() != model.dimension())
        fail("quantize", "features of the rows", static_cast<double>(rows.cols()), "those of the model");
    const QuantizedAutoencoder made{model};
    return made.calibrated(detail::calibration_of(made, rows, executor));
}

}  // namespace sonde
