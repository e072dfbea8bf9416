// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/autoencoder.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/destroy_shared.hpp"
#include "models/neural/packed_network.hpp"
#include "models/neural/reconstruction.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

/// A network, and as kernels take it.
struct detail::ServedNetwork {
    explicit ServedNetwork(Network known) : network{std::move(known)}, packed{network} {}

    Network network;
    PackedNetwork packed;
};

template class detail::Shared<detail::ServedNetwork>;

namespace {

constexpr std::string_view where = "AutoencoderModel";

const detail::ServedNetwork* served(Network network) {
    if (network.outputs() != network.inputs())
        fail(where, "outputs of the network", static_cast<double>(network.outputs()),
             "as many as its inputs");
    return new detail::ServedNetwork{std::move(network)};
}

}  // namespace

AutoencoderModel::AutoencoderModel(Network network, ReconstructionError error, ScoreCalibration calibration)
    : served_{served(std::move(network))}, error_{error}, calibration_{std::move(calibration)} {
    if (error > ReconstructionError::cross_entropy)
        fail(where, "error", static_cast<double>(error), "one of the enumerators");
    if (error == ReconstructionError::cross_entropy &&
        this->network().layers().back().activation != Activation::sigmoid)
        fail(where, "error", "cross_entropy", "another one, or the last activation a sigmoid");
}

const Network& AutoencoderModel::network() const noexcept { return served_->network; }

Score AutoencoderModel::score(const Row& row) const noexcept {
    Score score{0, Status::bad_input};
    score_batch({row.data(), 1, row.size()}, {&score, 1});
    return score;
}

void AutoencoderModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    detail::score_reconstructions(served_->packed, dimension(), error_, rows, out);
}

Score AutoencoderModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score whole = score(row);
    if (shares.size() != row.size() || whole.status != Status::ok) return {0, Status::bad_input};
    detail::share_errors(served_->packed, error_, row, whole, shares);
    return whole;
}

bool AutoencoderModel::reconstruct(const Row& row, std::span<float> out) const noexcept {
    if (row.size() != dimension() || out.size() != row.size()) return false;
    detail::copy_outputs(served_->packed, row, out);
    return true;
}

AutoencoderModel AutoencoderModel::calibrated(ScoreCalibration calibration) const {
    AutoencoderModel model = *this;
    model.calibration_ = std::move(calibration);
    return model;
}

void AutoencoderModel::write(ByteWriter& writer) const {
    write_object(writer, network());
    writer.u8(static_cast<std::uint8_t>(error_));
    write_object(writer, calibration_);
}

AutoencoderModel AutoencoderModel::read(ByteReader& reader, std::uint16_t) try {
    Network network = read_object<Network>(reader);
    const auto error = static_cast<ReconstructionError>(reader.choice(2));
    return AutoencoderModel{std::move(network), error, read_object<ScoreCalibration>(reader)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
