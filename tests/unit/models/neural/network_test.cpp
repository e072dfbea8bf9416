// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/network.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

DenseLayer layer(std::size_t inputs, std::size_t outputs) {
    return {inputs,
            outputs,
            Activation::relu,
            0,
            std::vector<float>(inputs * outputs, 0.5F),
            std::vector<float>(outputs, 1.0F)};
}

}  // namespace

TEST_CASE("Network: what does not fit is refused", "[models]") {
    CHECK_THROWS_AS(Network{{}}, std::invalid_argument);
    CHECK_THROWS_AS((Network{{layer(3, 2), layer(3, 2)}}), std::invalid_argument);
    CHECK_THROWS_AS(Network{{layer(0, 2)}}, std::invalid_argument);
    CHECK_THROWS_AS(Network{{layer(1, 4097)}}, std::invalid_argument);
    CHECK_THROWS_AS(Network{std::vector<DenseLayer>(65, layer(2, 2))}, std::invalid_argument);
    for (const float bad : {std::numeric_limits<float>::infinity(), 1.1e15F}) {
        auto weights = layer(3, 2), bias = layer(3, 2);
        weights.weights[4] = bias.bias[1] = bad;
        CHECK_THROWS_AS(Network{{weights}}, std::invalid_argument);
        CHECK_THROWS_AS(Network{{bias}}, std::invalid_argument);
    }
    auto few = layer(3, 2), half_a_norm = layer(3, 2), dropped = layer(3, 2);
    few.weights.pop_back();
    half_a_norm.gain.assign(2, 1.0F);
    dropped.dropout = 1;
    for (const auto& wrong : {few, half_a_norm, dropped})
        CHECK_THROWS_AS(Network{{wrong}}, std::invalid_argument);
}

TEST_CASE("random_network: weights are within their range, and repeat", "[models]") {
    const std::vector<LayerShape> shapes{{300, Activation::relu, true}, {200, Activation::sigmoid}};
    const Network network = random_network(100, shapes, 7);
    CHECK(network.inputs() == 100);
    CHECK(network.outputs() == 200);
    CHECK(network.width() == 300);
    CHECK(network.parameters() == 100 * 300 + 3 * 300 + 300 * 200 + 200);
    const double ranges[] = {std::sqrt(6.0 / 100), std::sqrt(6.0 / 500)};
    for (std::size_t i = 0; i < 2; ++i) {
        double most = 0, squares = 0;
        for (const float weight : network.layers()[i].weights) {
            most = std::max(most, std::abs(static_cast<double>(weight)));
            squares += static_cast<double>(weight) * static_cast<double>(weight);
        }
        CHECK(most <= ranges[i]);
        const double variance = squares / static_cast<double>(network.layers()[i].weights.size());
        CHECK(variance == Approx(ranges[i] * ranges[i] / 3).epsilon(0.03));  // of a uniform distribution
        for (const float bias : network.layers()[i].bias) CHECK(bias == 0.0F);
    }
    CHECK(to_bytes(random_network(100, shapes, 7)) == to_bytes(network));
    CHECK(to_bytes(random_network(100, shapes, 8)) != to_bytes(network));
}

TEST_CASE("Network: is the same after a round trip, and refused when it is cut", "[models]") {
    const std::vector<LayerShape> shapes{{4, Activation::leaky_relu, true, 0.25}, {3, Activation::tanh}};
    const Network network = random_network(5, shapes);
    const auto bytes = to_bytes(network);
    const auto again = from_bytes<Network>(bytes);
    CHECK(to_bytes(again) == bytes);
    CHECK(again.layers()[0].dropout == 0.25);
    CHECK(again.layers()[0].activation == Activation::leaky_relu);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(from_bytes<Network>(std::span{bytes}.first(size)), FormatError);
}
