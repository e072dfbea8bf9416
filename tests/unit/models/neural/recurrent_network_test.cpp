// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/recurrent_network.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sonde/core/error.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

RecurrentLayer layer(std::size_t inputs, std::size_t units, std::size_t gates = 3) {
    return {inputs,
            units,
            std::vector<float>(gates * units * inputs, 0.5F),
            std::vector<float>(gates * units * units, 0.25F),
            std::vector<float>(gates * units, 1.0F),
            std::vector<float>(gates * units, 2.0F)};
}

Network head(std::size_t inputs) {
    const LayerShape linear{1, Activation::linear};
    return random_network(inputs, {&linear, 1});
}

}  // namespace

TEST_CASE("RecurrentNetwork: what does not fit is refused", "[models]") {
    CHECK_NOTHROW(RecurrentNetwork{Cell::gru, {layer(2, 3), layer(3, 4)}, head(4)});
    CHECK_THROWS_AS((RecurrentNetwork{Cell::gru, {}, head(3)}), std::invalid_argument);
    CHECK_THROWS_AS((RecurrentNetwork{Cell::gru, std::vector(17, layer(3, 3)), head(3)}),
                    std::invalid_argument);
    CHECK_THROWS_AS((RecurrentNetwork{Cell::gru, {layer(2, 3), layer(2, 4)}, head(4)}),
                    std::invalid_argument);
    CHECK_THROWS_AS((RecurrentNetwork{Cell::gru, {layer(2, 3)}, head(4)}), std::invalid_argument);
    CHECK_THROWS_AS((RecurrentNetwork{Cell::lstm, {layer(2, 3, 3)}, head(3)}), std::invalid_argument);
    CHECK_THROWS_AS((RecurrentNetwork{static_cast<Cell>(2), {layer(2, 3)}, head(3)}), std::invalid_argument);
    CHECK_THROWS_AS((RecurrentNetwork{Cell::gru, {layer(0, 3)}, head(3)}), std::invalid_argument);
    CHECK_THROWS_AS((RecurrentNetwork{Cell::gru, {layer(4097, 3)}, head(3)}), std::invalid_argument);
    CHECK_THROWS_AS((RecurrentNetwork{Cell::gru, {layer(1, 1025)}, head(1025)}), std::invalid_argument);
    for (const auto part : {&RecurrentLayer::input_weights, &RecurrentLayer::state_weights,
                            &RecurrentLayer::input_bias, &RecurrentLayer::state_bias}) {
        RecurrentLayer bad = layer(2, 3);
        (bad.*part)[1] = std::numeric_limits<float>::quiet_NaN();
        CHECK_THROWS_AS((RecurrentNetwork{Cell::gru, {bad}, head(3)}), std::invalid_argument);
        (bad.*part)[1] = 2e15F;
        CHECK_THROWS_AS((RecurrentNetwork{Cell::gru, {bad}, head(3)}), std::invalid_argument);
        (bad.*part)[1] = 1;
        (bad.*part).pop_back();
        CHECK_THROWS_AS((RecurrentNetwork{Cell::gru, {bad}, head(3)}), std::invalid_argument);
    }
}

TEST_CASE("RecurrentNetwork: one of chance is uniform, and repeats", "[models]") {
    const RecurrentNetwork network = random_recurrent_network(Cell::lstm, 3, 16, 2, 5, 9);
    CHECK(network.inputs() == 3);
    CHECK(network.outputs() == 5);
    CHECK(network.layers()[1].inputs == 16);
    CHECK(network.parameters() == 4 * 16 * (3 + 16 + 2) + 4 * 16 * (16 + 16 + 2) + 5 * 16 + 5);
    float most = 0, least = 0;
    for (const RecurrentLayer& drawn : network.layers())
        for (const auto* part :
             {&drawn.input_weights, &drawn.state_weights, &drawn.input_bias, &drawn.state_bias})
            for (const float x : *part) {
                most = std::max(most, x);
                least = std::min(least, x);
            }
    CHECK(static_cast<double>(most) == Approx(0.25).epsilon(0.01));
    CHECK(static_cast<double>(least) == Approx(-0.25).epsilon(0.01));
    CHECK(most <= 0.25F);
    CHECK(least >= -0.25F);
    CHECK(to_bytes(random_recurrent_network(Cell::lstm, 3, 16, 2, 5, 9)) == to_bytes(network));
    CHECK(to_bytes(random_recurrent_network(Cell::lstm, 3, 16, 2, 5, 8)) != to_bytes(network));
    CHECK_THROWS_AS(random_recurrent_network(Cell::gru, 3, 0, 1, 5), std::invalid_argument);
    CHECK_THROWS_AS(random_recurrent_network(Cell::gru, 3, 4, 0, 5), std::invalid_argument);
    CHECK_THROWS_AS(random_recurrent_network(Cell::gru, 3, 4, 1, 0), std::invalid_argument);
}

TEST_CASE("RecurrentNetwork: its bytes give it back, and a cut file does not", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const RecurrentNetwork network = random_recurrent_network(cell, 2, 3, 2, 2);
    const auto bytes = to_bytes(network);
    const auto again = from_bytes<RecurrentNetwork>(bytes);
    CHECK(to_bytes(again) == bytes);
    CHECK(again.cell() == cell);
    CHECK(again.layers()[1].state_weights == network.layers()[1].state_weights);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(from_bytes<RecurrentNetwork>(std::span{bytes}.first(size)), FormatError);
}

TEST_CASE("RecurrentNetwork: bytes that lie are refused before memory is taken", "[models]") {
    const auto refused = [](std::uint8_t cell, std::uint64_t layers, std::uint64_t inputs,
                            std::uint64_t units) {
        ByteWriter writer;
        writer.u8(cell);
        writer.u64(layers);
        writer.u64(inputs);
        writer.u64(units);
        for (int i = 0; i < 4; ++i) writer.u64(std::uint64_t{1} << 60);
        ByteReader reader{writer.bytes()};
        CHECK_THROWS_AS(RecurrentNetwork::read(reader, 1), FormatError);
    };
    refused(2, 1, 2, 3);
    refused(0, 17, 2, 3);
    refused(0, std::uint64_t{1} << 60, 2, 3);
    refused(0, 1, 4097, 3);
    refused(0, 1, 2, 1025);
    refused(0, 1, 2, 3);
}
