// SPDX-License-Identifier: Apache-2.0
// The checksum apart, what reads networks and their models takes any bytes.
#include <cstddef>
#include <span>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/neural/autoencoder.hpp"
#include "sonde/models/neural/recurrent_forecaster.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

template <Persistent T>
std::vector<std::byte> payload_of(const T& object) {
    ByteWriter writer;
    write_object(writer, object);
    return {writer.bytes().begin(), writer.bytes().end()};
}

/// Cut anywhere, with a right checksum, it is refused.
template <Persistent T>
void check_cut(const T& object) {
    const auto payload = payload_of(object);
    for (std::size_t size = 0; size < payload.size(); ++size)
        CHECK_THROWS_AS(from_bytes<T>(detail::seal(std::span{payload}.first(size))), FormatError);
}

/// With any bit turned, the file is refused; with a right checksum, it is refused or `use` can use it.
template <Persistent T, class Use>
void check_turned(const T& object, Use use) {
    const auto file = to_bytes(object), payload = payload_of(object);
    const auto turn = [](auto bytes, std::size_t bit) {
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
        return bytes;
    };
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit)
        CHECK_THROWS_AS(from_bytes<T>(turn(file, bit)), FormatError);
    std::size_t used = 0;
    for (std::size_t bit = 0; bit < 8 * payload.size(); ++bit) try {
            use(from_bytes<T>(detail::seal(turn(payload, bit))));
            ++used;
        } catch (const FormatError&) {}
    CHECK(used > 0);
}

Network network() {
    const LayerShape shapes[]{{1, Activation::relu, true, 0.5}, {2, Activation::sigmoid}};
    return random_network(2, shapes);
}

}  // namespace

TEST_CASE("Network: cut or turned anywhere behind the checksum, it is refused or valid", "[models]") {
    check_cut(network());
    check_turned(network(), [](const Network& read) { CHECK(read.layers().size() == 2); });
}

TEST_CASE("AutoencoderModel: cut or turned anywhere behind the checksum, it is refused or scores",
          "[models]") {
    const double scores[]{0.1, 0.2};
    const AutoencoderModel model{network(), ReconstructionError::cross_entropy, ScoreCalibration{scores}};
    check_cut(model);
    check_turned(model, [](const AutoencoderModel& read) {
        const float row[]{0.25F, 1};
        const Score score = read.score(row);
        CHECK(score.status == Status::ok);
        CHECK((score.value >= 0 && score.value <= AutoencoderModel::largest));
    });
}

TEST_CASE("RecurrentForecaster: cut or turned anywhere behind the checksum, it is refused or forecasts",
          "[models]") {
    const float values[]{1, 2, 4};
    const FeatureScaling scaling{{values, 3, 1}, Scaling::standard};
    for (const Cell cell : {Cell::gru, Cell::lstm}) {
        RecurrentForecaster forecaster{random_recurrent_network(cell, 1, 1, 1, 1), scaling};
        forecaster.learn(std::span{values}.first(1));
        check_cut(forecaster);
        check_turned(forecaster, [&](RecurrentForecaster read) {
            read.learn(std::span{values}.last(1));
            double forecast = 0;
            if (read.forecast({&forecast, 1})) CHECK(is_finite(forecast));
        });
    }
}
