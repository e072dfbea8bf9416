// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/autoencoder.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

#include "models/neural/gradients.hpp"
#include "models/neural/packed_network.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/neural/fit_autoencoder.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using detail::InstructionSet;
using sonde::testing::noise;

namespace {

/// y = x / 2.
Network half(std::size_t features) {
    DenseLayer layer{features, features};
    layer.weights.assign(features * features, 0.0F);
    for (std::size_t i = 0; i < features; ++i) layer.weights[i * features + i] = 0.5F;
    layer.bias.assign(features, 0.0F);
    return Network{{layer}};
}

/// What a network makes of a row, as it is written down, in double.
std::vector<double> plain(const Network& network, Row row) {
    detail::Matrix<double> inputs{1, row.size(), {row.begin(), row.end()}};
    detail::Gradients<double> pass{network};
    return pass.forward(detail::numbers_of<double>(network), inputs, nullptr).values;
}

}  // namespace

TEST_CASE("PackedNetwork: is the network, on every instruction set, alone and among others", "[models]") {
    const bool norm = GENERATE(false, true), wide = GENERATE(false, true);
    const std::vector<LayerShape> shapes{{wide ? 3000U : 40U, Activation::relu, norm},
                                         {17, Activation::tanh, norm},
                                         {wide ? 4096U : 70U, Activation::sigmoid, norm}};
    const std::size_t inputs = 30, rows = wide ? 8 : 101;
    const Network network = random_network(inputs, shapes);
    const detail::PackedNetwork packed{network};
    const auto values = noise(rows * inputs, 1);
    for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
        if (!detail::has(set)) continue;
        std::vector<float> together(rows * network.outputs()), alone = together;
        const auto keep = [&](std::vector<float>& to, std::size_t before) {
            return [&to, before, outputs = network.outputs()](std::size_t row, std::size_t first,
                                                              std::size_t size, const float* y) {
                std::copy_n(y, size, to.data() + (before + row) * outputs + first);
            };
        };
        const auto all = keep(together, 0);
        packed.run({values.data(), rows, inputs}, all, set);
        for (std::size_t i = 0; i < rows; ++i) {
            const auto one = keep(alone, i);
            packed.run({values.data() + i * inputs, 1, inputs}, one, set);
        }
        CHECK(together == alone);
        for (std::size_t i = 0; i < rows; i += 7) {
            const auto expected = plain(network, {values.data() + i * inputs, inputs});
            for (std::size_t j = 0; j < expected.size(); ++j)
                if (std::abs(static_cast<double>(together[i * expected.size() + j]) - expected[j]) > 3e-6)
                    FAIL("row " << i << " output " << j);
        }
    }
}

TEST_CASE("AutoencoderModel: scores are mean errors, and their parts", "[models]") {
    const std::vector<float> row{2, -4, 0, 6};
    for (const auto& [error, expected] :
         {std::pair{ReconstructionError::absolute, 1.5}, std::pair{ReconstructionError::squared, 3.5}}) {
        const AutoencoderModel model{half(4), error};
        CHECK(model.score(row).value == expected);
        std::vector<double> shares(4);
        CHECK(model.attribute(row, shares).value == expected);
        CHECK(shares[2] == 0);
        CHECK(shares[3] == (error == ReconstructionError::absolute ? 0.75 : 2.25));
        std::vector<float> made(4);
        CHECK(model.reconstruct(row, made));
        CHECK(made == std::vector<float>{1, -2, 0, 3});
        CHECK_FALSE(model.reconstruct(std::vector<float>{1, 2}, made));
    }
}

TEST_CASE("AutoencoderModel: cross-entropy as an error", "[models]") {
    constexpr std::size_t features = 70;
    const std::vector<LayerShape> shapes{{9, Activation::relu}, {features, Activation::sigmoid}};
    const AutoencoderModel model{random_network(features, shapes), ReconstructionError::cross_entropy};
    Rng rng{7};
    std::vector<float> row(features);
    for (float& x : row) x = static_cast<float>(rng.uniform());
    row[0] = 0, row[1] = 1;
    const auto y = plain(model.network(), row);
    double expected = 0;
    for (std::size_t j = 0; j < features; ++j) {
        const auto x = static_cast<double>(row[j]);
        expected -= (x * std::log(y[j]) + (1 - x) * std::log(1 - y[j])) / features;
    }
    CHECK(model.score(row).value == Approx(expected).epsilon(1e-6));
    std::vector<double> shares(features);
    CHECK(model.attribute(row, shares).value == model.score(row).value);
    CHECK(shares[1] == Approx(-std::log(y[1]) / features).epsilon(1e-5));

    row[5] = 1.001F;
    CHECK(model.score(row).status == Status::bad_input);
    row[5] = -0.001F;
    CHECK(model.score(row).status == Status::bad_input);
    CHECK(model.attribute(row, shares).status == Status::bad_input);
    CHECK_THROWS_AS((AutoencoderModel{half(3), ReconstructionError::cross_entropy}), std::invalid_argument);
}

TEST_CASE("AutoencoderModel: wrong rows and huge ones", "[models]") {
    const AutoencoderModel model{half(3)};
    std::vector<double> shares(3, 1.0);
    for (const float bad :
         {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        const std::vector<float> row{1, bad, 2};
        CHECK(model.score(row).status == Status::bad_input);
        CHECK(model.attribute(row, shares).status == Status::bad_input);
        CHECK(shares == std::vector<double>(3, 0.0));
    }
    CHECK(model.score(std::vector<float>{1, 2}).status == Status::bad_input);
    const Score huge = model.score(std::vector<float>{3e38F, -3e38F, 3e38F});
    CHECK(huge.status == Status::ok);
    CHECK(huge.value == AutoencoderModel::largest);
    const Score parts = model.attribute(std::vector<float>{3e38F, -3e38F, 0}, shares);
    CHECK(shares[0] + shares[1] + shares[2] == Approx(parts.value));
}

TEST_CASE("AutoencoderModel: a network that is none is refused", "[models]") {
    const std::vector<LayerShape> shapes{{3, Activation::linear}};
    CHECK_THROWS_AS(AutoencoderModel{random_network(4, shapes)}, std::invalid_argument);
    CHECK_THROWS_AS((AutoencoderModel{half(3), static_cast<ReconstructionError>(3)}), std::invalid_argument);
}

TEST_CASE("AutoencoderModel: scoring allocates nothing", "[models]") {
    const std::vector<LayerShape> shapes{
        {64, Activation::relu}, {16, Activation::relu, true}, {200, Activation::sigmoid}};
    const AutoencoderModel model{random_network(200, shapes)};
    const auto values = noise(100 * 200, 2);
    std::vector<Score> scores(100);
    const testing::AllocationCount count;
    model.score_batch({values.data(), 100, 200}, scores);
    const Score one = model.score({values.data(), 200});
    CHECK(count.since_start() == 0);
    CHECK(one.value == scores[0].value);
}

TEST_CASE("fit_autoencoder: rows that break the pattern stand out", "[models]") {
    // Twenty features of two causes; odd rows have the right spread of each, but not together.
    Rng rng{3};
    std::vector<float> mixing = noise(2 * 20, 4), usual, odd;
    const auto add = [&](std::vector<float>& to, bool broken) {
        double a = rng.normal(), b = rng.normal();
        for (std::size_t j = 0; j < 20; ++j) {
            if (broken) a = rng.normal(), b = rng.normal();
            to.push_back(static_cast<float>(a * static_cast<double>(mixing[j]) +
                                            b * static_cast<double>(mixing[20 + j]) + 0.05 * rng.normal()));
        }
    };
    for (int i = 0; i < 1000; ++i) add(usual, false);
    for (int i = 0; i < 200; ++i) add(odd, true);
    AutoencoderOptions options{
        .hidden = {16, 2, 16},
        .hidden_activation = Activation::tanh,
        .output_activation = Activation::linear,
        .training = {.loss = Loss::squared, .epochs = 60, .batch_rows = 32, .learning_rate = 3e-3}};
    const auto fitted = train_autoencoder({usual.data(), 800, 20}, options);
    CHECK(fitted.history.size() == 60);
    CHECK(fitted.model.calibration().count() == 80);
    const double threshold = fitted.model.default_threshold();
    int found = 0, false_alarms = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        found += static_cast<int>(fitted.model.score({odd.data() + i * 20, 20}).value > threshold);
        false_alarms +=
            static_cast<int>(fitted.model.score({usual.data() + (800 + i) * 20, 20}).value > threshold);
    }
    CHECK(found >= 160);
    CHECK(false_alarms <= 10);
}

TEST_CASE("fit_autoencoder: options outside their range are refused", "[models]") {
    const auto values = noise(40, 5);
    const MatrixView rows{values.data(), 10, 4};
    CHECK_THROWS_AS(fit_autoencoder(rows), std::invalid_argument);  // cross-entropy wants values in [0, 1]
    CHECK_THROWS_AS(fit_autoencoder(rows, {.hidden = {0}}), std::invalid_argument);
    CHECK_THROWS_AS(fit_autoencoder(rows, {.held_out = 1}), std::invalid_argument);
    CHECK_THROWS_AS(fit_autoencoder(rows, {.dropout = 1}), std::invalid_argument);
}
