// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/network_files.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include "sonde/core/error.hpp"
#include "sonde/models/neural/autoencoder.hpp"
#include "support/catch.hpp"
#include "support/safetensors.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

Network dense() {
    const LayerShape shapes[]{{2, Activation::leaky_relu, true, 0.25}, {3, Activation::sigmoid}};
    return random_network(3, shapes, 5);
}

/// A file with one dense layer, 2 inputs to 3 outputs, and its description.
TensorFile described(std::string layers) {
    return {{{"w", {3, 2}, {1, 2, 3, 4, 5, 6}}, {"b", {3}, {7, 8, 9}}},
            {{"sonde.layers", std::move(layers)}}};
}

template <class Read>
std::string complaint_of(const TensorFile& file, Read read) {
    try {
        static_cast<void>(read(write_safetensors(file)));
    } catch (const FormatError& error) {
        return error.what();
    }
    return "none";
}

std::string complaint(const TensorFile& file) {
    return complaint_of(file, [](auto bytes) { return network_from_safetensors(bytes); });
}

std::string recurrent_complaint(const TensorFile& file) {
    return complaint_of(file, [](auto bytes) { return recurrent_network_from_safetensors(bytes); });
}

const std::string where = "network_from_safetensors: ";

}  // namespace

TEST_CASE("network_from_safetensors: reads a description and the tensors that it names", "[models]") {
    auto file = described(R"([{"bias":"b","dropout":0.5,"weight":"w","type":"dense","activation":"tanh"}])");
    const Network network = network_from_safetensors(write_safetensors(file));
    REQUIRE(network.layers().size() == 1);
    const DenseLayer& layer = network.layers()[0];
    CHECK(layer.inputs == 2);
    CHECK(layer.outputs == 3);
    CHECK(layer.activation == Activation::tanh);
    CHECK(layer.dropout == 0.5);
    CHECK(layer.weights == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(layer.bias == std::vector<float>{7, 8, 9});
    CHECK(layer.gain.empty());

    file = described(R"([{"type":"dense","weight":"w","gain":"b","shift":"s"}])");
    file.tensors.push_back({"s", {3}, {0, 1, 0}});
    const DenseLayer normed = network_from_safetensors(write_safetensors(file)).layers()[0];
    CHECK(normed.bias == std::vector<float>{0, 0, 0});
    CHECK(normed.gain == std::vector<float>{7, 8, 9});
    CHECK(normed.shift == std::vector<float>{0, 1, 0});
    CHECK(normed.activation == Activation::linear);
}

TEST_CASE("to_safetensors: a network is the same after a round trip", "[models]") {
    const Network network = dense();
    const auto file = to_safetensors(network);
    CHECK(to_bytes(network_from_safetensors(file)) == to_bytes(network));
    CHECK(read_safetensors(file).metadata[0].value ==
          R"([{"type":"dense","weight":"0.weight","bias":"0.bias","gain":"0.gain","shift":"0.shift",)"
          R"("activation":"leaky_relu","dropout":0.25},)"
          R"({"type":"dense","weight":"1.weight","bias":"1.bias","activation":"sigmoid"}])");
    for (const Cell cell : {Cell::gru, Cell::lstm}) {
        const auto recurrent = random_recurrent_network(cell, 2, 3, 2, 1, 6);
        CHECK(to_bytes(recurrent_network_from_safetensors(to_safetensors(recurrent))) == to_bytes(recurrent));
    }
}

TEST_CASE("network_from_safetensors: an autoencoder from a file is calibrated by its scores of usual rows",
          "[models]") {
    std::vector<float> values;
    for (int i = 0; i < 300; ++i) values.push_back(static_cast<float>(i % 97) / 97);
    const MatrixView rows{values.data(), 100, 3};
    AutoencoderModel model{network_from_safetensors(to_safetensors(dense()))};  // as in docs/model_files.md
    std::vector<double> usual;
    for (std::size_t i = 0; i < rows.rows(); ++i) usual.push_back(model.score(rows.row(i)).value);
    model = model.calibrated(ScoreCalibration{usual});
    AutoencoderDetector detector{model, FixedThreshold{model.default_threshold()}};
    std::size_t above = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) above += detector.observe(rows.row(i)).anomalous ? 1 : 0;
    CHECK(above <= 1);  // 1 % of 100
    const float far[]{50, -50, 50};
    CHECK(detector.observe(far).anomalous);
}

TEST_CASE("to_safetensors: 16 bits round every number to the precision of their type", "[models]") {
    const Network network = dense();
    const auto full = to_safetensors(network);
    for (const auto& [type, digit] :
         {std::pair{ElementType::f16, 0x1p-11}, std::pair{ElementType::bf16, 0x1p-8}}) {
        const auto file = to_safetensors(network, type);
        CHECK(file.size() - 8 - safetensors_header(file).size() ==
              (full.size() - 8 - safetensors_header(full).size()) / 2);
        const Network rounded = network_from_safetensors(file);
        for (std::size_t layer = 0; layer < 2; ++layer) {
            const auto &ours = rounded.layers()[layer].weights, &theirs = network.layers()[layer].weights;
            for (std::size_t i = 0; i < ours.size(); ++i)
                CHECK(std::abs(ours[i] - theirs[i]) <=
                      digit * std::abs(static_cast<double>(theirs[i])) + 0x1p-25);
        }
    }
    auto layer = dense().layers()[1];
    layer.weights[0] = 7e4F;
    CHECK_THROWS_AS(to_safetensors(Network{{layer}}, ElementType::f16), std::invalid_argument);
}

TEST_CASE("network_from_safetensors: tensors that do not fit the layers are refused, and it says which",
          "[models]") {
    CHECK(complaint(described(R"([{"type":"dense","weight":"w","bias":"b"}])")) == "none");
    CHECK(complaint(described("[]")) == where + "Network: number of layers is 0, must be in [1, 64]");
    CHECK(complaint({{{"w", {1}, {1}}}, {{"format", "pt"}}}) == where + "no sonde.layers in the metadata");
    CHECK(complaint(described(R"([{"type":"dense","weight":"w"}])")) ==
          where + "tensor \"b\" belongs to no layer");
    CHECK(complaint(described(R"([{"type":"dense","weight":"v"}])")) ==
          where + "no tensor \"v\", which a layer names");
    CHECK(complaint(described(R"([{"type":"dense","weight":"b"}])")) ==
          where + "tensor \"b\" is no matrix with numbers");
    CHECK(complaint(described(R"([{"type":"dense","weight":"w","bias":"w"}])")) ==
          where + "tensor \"w\" is no vector of 3");
    CHECK(complaint(described(R"([{"type":"dense","weight":"w","gain":"b","shift":"b"}])")) ==
          where + "tensor \"b\" is named twice");
    CHECK(complaint(described(R"([{"type":"dense","weight":"w"},{"type":"dense","weight":"w"}])")) ==
          where + "tensor \"w\" is named twice");
    CHECK(complaint(described(R"([{"type":"dense","weight":"w","bias":"b","dropout":1}])")) ==
          where + "Network: dropout is 1, must be in [0, 1)");
    CHECK(complaint(described(R"([{"type":"gru","weight_ih":"w","weight_hh":"b"}])")) ==
          where + "a recurrent layer where a dense one must be");
    auto wide = described(R"([{"type":"dense","weight":"w"}])");
    wide.tensors = {{"w", {1, 4097}, std::vector<float>(4097)}};
    CHECK(complaint(wide) == where + "Network: inputs is 4097, must be in [1, 4096]");
    // No memory by a size that only the header claims: there would be 2^60 biases.
    wide.tensors = {{"w", {std::size_t{1} << 60, 0}, {}}};
    CHECK(complaint(wide) == where + "tensor \"w\" is no matrix with numbers");
}

TEST_CASE("network_from_safetensors: a description that is not strict is refused, and it says where",
          "[models]") {
    const auto refuses = [](const std::string& layers, const std::string& what) {
        CHECK(complaint(described(layers)) == "sonde.layers: byte " + what);
    };
    refuses("{}", "0: expected an array");
    refuses(R"([{"weight":"w"}])", "15: a layer without type");
    refuses(R"([{"type":"dense"}])", "17: a layer without weight");
    refuses(R"([{"type":"conv"}])", "15: the type \"conv\" is not known");
    refuses(R"([{"activation":"gelu"}])", "21: the activation \"gelu\" is not known");
    refuses(R"([{"units":3}])", "10: the key \"units\" is not known");
    refuses(R"([{"bias":""}])", "11: a tensor without a name");
    refuses(R"([{"dropout":"no"}])", "12: expected a number");
    refuses(R"([{"type":"dense","weight":"w","gain":"b"}])", "41: a layer with gain or shift alone");
    refuses(R"([{"type":"dense","weight_ih":"w"}])", "33: a dense layer with weight_ih");
    refuses(R"([{"type":"gru","weight":"w"}])", "28: a gru layer with weight");
    refuses(R"([{"type":"lstm","weight_ih":"w"}])", "32: a layer without weight_hh");
    refuses(R"([{"type":"gru","weight_ih":"w","weight_hh":"b","dropout":0.5}])",
            "61: a recurrent layer with activation or dropout");
    refuses(R"([{"type":"dense","type":"dense"}])", "23: the key \"type\" a second time");
    std::string many = "[";
    for (int i = 0; i < 81; ++i) many += R"({"type":"dense","weight":"w"},)";
    refuses(many + "]", std::to_string(1 + 80 * 30) + ": more than 80 layers");
}

TEST_CASE("recurrent_network_from_safetensors: layers that do not fit are refused", "[models]") {
    const TensorFile file{{{"i", {3, 2}, std::vector<float>(6)},
                           {"h", {3, 1}, std::vector<float>(3)},
                           {"j", {4, 1}, std::vector<float>(4)},
                           {"k", {4, 1}, std::vector<float>(4)},
                           {"w", {1, 1}, {1}}},
                          {{"sonde.layers", ""}}};
    const auto says = [&](const std::string& layers) {
        TensorFile with = file;
        with.metadata[0].value = layers;
        return recurrent_complaint(with);
    };
    const std::string gru = R"({"type":"gru","weight_ih":"i","weight_hh":"h"})",
                      lstm = R"({"type":"lstm","weight_ih":"j","weight_hh":"k"})",
                      head = R"({"type":"dense","weight":"w"})";
    CHECK(says("[" + gru + "," + lstm + "," + head + "]") == where + "GRU and LSTM in one network");
    CHECK(says("[" + head + "]") ==
          where + "RecurrentNetwork: number of recurrent layers is 0, must be in [1, 16]");
    CHECK(says("[" + gru + "]") == where + "Network: number of layers is 0, must be in [1, 64]");
    CHECK(says("[" + gru + "," + head + "]") == where + "tensor \"j\" belongs to no layer");
    CHECK(says("[" + head + "," + gru + "]") == where + "a recurrent layer where a dense one must be");
    CHECK(says(R"([{"type":"gru","weight_ih":"j","weight_hh":"h"}])") ==
          where + "weight_ih and weight_hh of unequal heights");
    CHECK_THAT(says(R"([{"type":"lstm","weight_ih":"i","weight_hh":"h"},)" + head + "]"),
               Catch::Contains("number of input weights is 6"));
}

TEST_CASE("network_from_safetensors: a file cut at any byte, or with any bit turned, never crashes",
          "[models]") {
    const LayerShape shape{2, Activation::relu, true, 0.5};
    const auto file = to_safetensors(random_network(2, {&shape, 1}), ElementType::f16);
    for (std::size_t size = 0; size < file.size(); ++size)
        CHECK_THROWS_AS(network_from_safetensors(std::span{file}.first(size)), FormatError);
    std::size_t valid = 0;
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
        auto turned = file;
        turned[bit / 8] ^= std::byte{1} << (bit % 8);
        try {
            const AutoencoderModel model{network_from_safetensors(turned)};
            const float row[]{0.5F, -1};
            CHECK(model.score(row).status == Status::ok);
            ++valid;
        } catch (const FormatError&) {}
    }
    CHECK(valid > 0);  // most bits of the numbers
}
