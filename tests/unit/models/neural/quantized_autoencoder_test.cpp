// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/quantized_autoencoder.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

#include "models/neural/quantized_network.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/any_model.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using detail::InstructionSet;
using sonde::testing::noise;

namespace {

using Numbers = std::vector<double>;

double activated(Activation activation, double z) {
    if (activation == Activation::relu) return std::max(z, 0.0);
    if (activation == Activation::leaky_relu) return z < 0 ? 0.01 * z : z;
    if (activation == Activation::tanh) return std::tanh(z);
    return activation == Activation::sigmoid ? 1 / (1 + std::exp(-z)) : z;
}

void normalize(Numbers& z, const DenseLayer& layer) {
    double mean = 0, variance = 0;
    for (const double value : z) mean += value / static_cast<double>(z.size());
    for (const double value : z) variance += (value - mean) * (value - mean) / static_cast<double>(z.size());
    for (std::size_t j = 0; j < z.size(); ++j)
        z[j] = static_cast<double>(layer.gain[j]) * (z[j] - mean) / std::sqrt(variance + 1e-5) +
               static_cast<double>(layer.shift[j]);
}

/// The values that seven bits leave of a row.
Numbers rounded_inputs(const Numbers& x) {
    const auto [least, most] = std::minmax_element(x.begin(), x.end());
    const double low = *least, step = (*most - low) / 127;
    Numbers rounded;
    for (const double value : x)
        rounded.push_back(step > 0 ? low + step * std::floor((value - low) / step + 0.5) : low);
    return rounded;
}

double weight_step(const DenseLayer& layer, std::size_t output) {
    double largest = 0;
    for (std::size_t i = 0; i < layer.inputs; ++i)
        largest = std::max(largest, std::abs(static_cast<double>(layer.weights[output * layer.inputs + i])));
    return largest / 127;
}

/// What a quantized network makes of a row, as the documentation says it, in double.
Numbers emulated(const Network& network, Row row) {
    Numbers x{row.begin(), row.end()};
    for (const DenseLayer& layer : network.layers()) {
        const Numbers rounded = rounded_inputs(x);
        x.assign(layer.outputs, 0.0);
        for (std::size_t j = 0; j < layer.outputs; ++j) {
            const double step = weight_step(layer, j);
            x[j] = static_cast<double>(layer.bias[j]);
            for (std::size_t i = 0; i < layer.inputs; ++i)
                x[j] += step * std::round(static_cast<double>(layer.weights[j * layer.inputs + i]) / step) *
                        rounded[i];
        }
        if (!layer.gain.empty()) normalize(x, layer);
        for (double& value : x) value = activated(layer.activation, value);
    }
    return x;
}

std::vector<InstructionSet> sets() {
    std::vector<InstructionSet> all;
    for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512,
                           InstructionSet::avx512_vnni})
        if (detail::has(set)) all.push_back(set);
    return all;
}

std::vector<float> outputs(const detail::QuantizedNetwork& network, MatrixView rows, InstructionSet set) {
    std::vector<float> made(rows.rows() * network.outputs());
    const auto keep = [&](std::size_t row, std::size_t first, std::size_t size, const float* y) {
        std::copy_n(y, size, made.data() + row * network.outputs() + first);
    };
    network.run(rows, keep, set);
    return made;
}

AutoencoderModel some_model(ReconstructionError error = ReconstructionError::squared) {
    const std::vector<LayerShape> shapes{
        {40, Activation::relu}, {9, Activation::tanh, true}, {150, Activation::linear}};
    return AutoencoderModel{random_network(150, shapes, 3), error};
}

}  // namespace

TEST_CASE("QuantizedNetwork: is the arithmetic that it says it is", "[models]") {
    const auto last = GENERATE(Activation::linear, Activation::relu, Activation::leaky_relu, Activation::tanh,
                               Activation::sigmoid);
    const bool norm = GENERATE(false, true);
    const std::vector<LayerShape> shapes{
        {37, Activation::relu, norm}, {5, Activation::tanh}, {141, last, norm}};
    const std::size_t inputs = 30, count = 20;
    const Network network = random_network(inputs, shapes, 2);
    const auto values = noise(count * inputs, 1);
    const auto made = outputs(detail::QuantizedNetwork{network}, {values.data(), count, inputs},
                              detail::fastest_byte_set());
    for (std::size_t row = 0; row < count; ++row) {
        const Numbers expected = emulated(network, {values.data() + row * inputs, inputs});
        for (std::size_t j = 0; j < expected.size(); ++j)
            if (std::abs(static_cast<double>(made[row * expected.size() + j]) - expected[j]) > 1e-5)
                FAIL("row " << row << " output " << j);
    }
}

TEST_CASE("QuantizedNetwork: the same bits on every instruction set, alone and among others", "[models]") {
    const bool norm = GENERATE(false, true), wide = GENERATE(false, true);
    const std::vector<LayerShape> shapes{{wide ? 3000U : 40U, Activation::relu, norm},
                                         {17, Activation::tanh, norm},
                                         {wide ? 4096U : 300U, Activation::sigmoid, norm}};
    const std::size_t inputs = wide ? 4096 : 31, rows = wide ? 5 : 101;
    const detail::QuantizedNetwork network{random_network(inputs, shapes)};
    const auto values = noise(rows * inputs, 1);
    const auto expected = outputs(network, {values.data(), rows, inputs}, InstructionSet::baseline);
    for (const InstructionSet set : sets()) {
        CHECK(outputs(network, {values.data(), rows, inputs}, set) == expected);
        for (std::size_t row = 0; row < rows; row += 3) {
            const auto alone = outputs(network, {values.data() + row * inputs, 1, inputs}, set);
            CHECK(std::equal(alone.begin(), alone.end(), expected.data() + row * network.outputs()));
        }
    }
}

TEST_CASE("QuantizedNetwork: errors are added up to the same bits on every instruction set", "[models]") {
    const auto x = noise(101, 5), y = noise(101, 6);
    for (const auto error : {ReconstructionError::absolute, ReconstructionError::squared}) {
        for (const std::size_t size : {1U, 15U, 16U, 64U, 101U}) {
            double sum = 0;
            for (std::size_t i = 0; i < size; ++i) {
                const double off = std::abs(static_cast<double>(x[i]) - static_cast<double>(y[i]));
                sum += error == ReconstructionError::absolute ? off : off * off;
            }
            const float expected =
                detail::sum_in_order(error, x.data(), y.data(), size, InstructionSet::baseline);
            CHECK(static_cast<double>(expected) == Approx(sum).epsilon(1e-6));
            for (const InstructionSet set : sets())
                CHECK(detail::sum_in_order(error, x.data(), y.data(), size, set) == expected);
        }
    }
}

TEST_CASE("QuantizedAutoencoder: an output is off by no more than it says", "[models]") {
    const std::size_t features = 60;
    const std::vector<LayerShape> shapes{{features, Activation::linear}};
    const AutoencoderModel model{random_network(features, shapes)};
    const DenseLayer& layer = model.network().layers().front();
    const auto x = noise(features, 7);
    std::vector<float> made(features);
    REQUIRE(QuantizedAutoencoder{model}.reconstruct(x, made));
    const auto [least, most] = std::minmax_element(x.begin(), x.end());
    const double input_step = static_cast<double>(*most - *least) / 127;
    double largest_share = 0;
    for (std::size_t j = 0; j < features; ++j) {
        double exact = static_cast<double>(layer.bias[j]), bound = 0;
        for (std::size_t i = 0; i < features; ++i) {
            const auto w = static_cast<double>(layer.weights[j * features + i]),
                       value = static_cast<double>(x[i]);
            exact += w * value;
            const double step = weight_step(layer, j), rounded = step * std::round(w / step);
            bound += (std::abs(value) * step + std::abs(rounded) * input_step) / 2;
        }
        const double off = std::abs(static_cast<double>(made[j]) - exact);
        CHECK(off <= bound + 1e-6);
        largest_share = std::max(largest_share, off / bound);
    }
    CHECK(largest_share > 0.01);  // it is a bound of what happens
}

TEST_CASE("QuantizedAutoencoder: scores are mean errors, and their parts", "[models]") {
    const auto error = GENERATE(ReconstructionError::absolute, ReconstructionError::squared);
    const AutoencoderModel model = some_model(error);
    const QuantizedAutoencoder quantized{model};
    CHECK(quantized.error() == error);
    CHECK(quantized.dimension() == 150);
    const auto values = noise(50 * 150, 8);
    std::vector<Score> scores(50);
    quantized.score_batch({values.data(), 50, 150}, scores);
    for (std::size_t row = 0; row < 50; ++row) {
        const Row x{values.data() + row * 150, 150};
        CHECK(quantized.score(x).value == scores[row].value);
        std::vector<float> y(150);
        REQUIRE(quantized.reconstruct(x, y));
        double sum = 0, parts = 0;
        for (std::size_t j = 0; j < 150; ++j) {
            const double off = std::abs(static_cast<double>(x[j]) - static_cast<double>(y[j]));
            sum += error == ReconstructionError::absolute ? off : off * off;
        }
        CHECK(scores[row].value == Approx(sum / 150).epsilon(1e-6));
        std::vector<double> shares(150);
        CHECK(quantized.attribute(x, shares).value == scores[row].value);
        for (const double share : shares) parts += share;
        CHECK(parts == Approx(scores[row].value));
        CHECK(scores[row].value == Approx(model.score(x).value).epsilon(0.05));
    }
}

TEST_CASE("QuantizedAutoencoder: wrong rows, huge ones and flat ones", "[models]") {
    const QuantizedAutoencoder model{some_model()};
    std::vector<float> row(150, 1.0F);
    CHECK(model.score(row).status == Status::ok);
    CHECK(model.score(row).value == Approx(some_model().score(row).value).epsilon(0.05));
    std::vector<double> shares(150, 1.0);
    for (const float bad :
         {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        row[7] = bad;
        CHECK(model.score(row).status == Status::bad_input);
        CHECK(model.attribute(row, shares).status == Status::bad_input);
        CHECK(shares == std::vector<double>(150, 0.0));
    }
    std::vector<float> made(149);
    CHECK(model.score(std::vector<float>{1, 2}).status == Status::bad_input);
    CHECK_FALSE(model.reconstruct(row, made));
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j % 2 == 0 ? 3e38F : -3e38F;
    CHECK(model.score(row).status == Status::ok);
    CHECK(model.score(row).value == AutoencoderModel::largest);
}

TEST_CASE("QuantizedAutoencoder: weights of 0 are 0", "[models]") {
    DenseLayer layer{2, 2};
    layer.weights = {0, 0, 0, 2};
    layer.bias = {1, -1};
    const QuantizedAutoencoder model{AutoencoderModel{Network{{layer}}}};
    std::vector<float> made(2);
    CHECK(model.reconstruct(std::vector<float>{5, 3}, made));
    CHECK(made == std::vector<float>{1, 5});
}

TEST_CASE("QuantizedAutoencoder: scoring allocates nothing", "[models]") {
    const QuantizedAutoencoder model{some_model()};
    const auto values = noise(100 * 150, 2);
    std::vector<Score> scores(100);
    const testing::AllocationCount count;
    model.score_batch({values.data(), 100, 150}, scores);
    const Score one = model.score({values.data(), 150});
    CHECK(count.since_start() == 0);
    CHECK(one.value == scores[0].value);
}

TEST_CASE("quantize: calibrates with scores of its own", "[models]") {
    const AutoencoderModel model = some_model();
    const auto values = noise(200 * 150, 9);
    const QuantizedAutoencoder made = quantize(model, {values.data(), 200, 150});
    std::vector<double> scores;
    for (std::size_t row = 0; row < 200; ++row)
        scores.push_back(made.score({values.data() + row * 150, 150}).value);
    CHECK(made.calibration().count() == 200);
    CHECK(made.default_threshold() == ScoreCalibration{scores}.threshold());
    CHECK_THROWS_AS(QuantizedAutoencoder{model}.default_threshold(), std::invalid_argument);
    const Network unit = random_network(150, std::vector<LayerShape>{{150, Activation::sigmoid}});
    CHECK_THROWS_AS(QuantizedAutoencoder(AutoencoderModel{unit, ReconstructionError::cross_entropy}),
                    std::invalid_argument);
    CHECK_THROWS_AS(quantize(model, {values.data(), 0, 150}), std::invalid_argument);
    CHECK_THROWS_AS(quantize(model, {values.data(), 10, 149}), std::invalid_argument);
    auto bad = values;
    bad[3] = std::numeric_limits<float>::infinity();
    CHECK_THROWS_AS(quantize(model, {bad.data(), 200, 150}), std::invalid_argument);
}

TEST_CASE("QuantizedAutoencoder: what was written is read, the same to the bit", "[models]") {
    const auto values = noise(20 * 150, 10);
    const auto model = quantize(some_model(ReconstructionError::absolute), {values.data(), 20, 150});
    const auto bytes = to_bytes(model);
    CHECK(bytes.size() < to_bytes(some_model()).size() / 3);
    const auto again = from_bytes<QuantizedAutoencoder>(bytes);
    const auto any = from_bytes<AnyModel>(to_bytes(AnyModel{model}));
    CHECK(to_bytes(again) == bytes);
    CHECK(again.default_threshold() == model.default_threshold());
    for (std::size_t row = 0; row < 20; ++row) {
        const Row x{values.data() + row * 150, 150};
        CHECK(again.score(x).value == model.score(x).value);
        CHECK(any.score(x).value == model.score(x).value);
    }
}

namespace {

struct File {
    std::uint64_t layers = 1, inputs = 2, outputs = 2;
    std::string weights = "\x01\x02\x03\x04";
    std::vector<float> scales{1, 2}, bias{0, 0}, gain{}, shift{};
};

detail::QuantizedNetwork network_of(const File& file) {
    ByteWriter writer;
    writer.format(detail::QuantizedNetwork::format);
    writer.u64(file.layers);
    writer.u64(file.inputs);
    writer.u64(file.outputs);
    writer.u8(0);
    writer.text(file.weights);
    for (const auto& values : {file.scales, file.bias, file.gain, file.shift}) writer.f32s(values);
    ByteReader reader{writer.bytes()};
    return read_object<detail::QuantizedNetwork>(reader);
}

}  // namespace

TEST_CASE("QuantizedNetwork: files that are none are refused", "[models]") {
    CHECK(network_of({}).inputs() == 2);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const File& file : {File{.layers = 0}, File{.layers = 65}, File{.inputs = 0}, File{.outputs = 4097},
                             File{.weights = "\x01\x02\x03"}, File{.weights = "\x01\x02\x03\x80"},
                             File{.scales = {1}}, File{.scales = {1, -1}}, File{.scales = {1, nan}},
                             File{.bias = {1, 2, 3}}, File{.gain = {1, 1}}, File{.shift = {nan, 1}}})
        CHECK_THROWS_AS(network_of(file), FormatError);
}
