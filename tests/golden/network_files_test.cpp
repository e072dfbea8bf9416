// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/network_files.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "models/neural/packed_recurrent_network.hpp"
#include "sonde/models/neural/autoencoder.hpp"
#include "support/catch.hpp"
#include "support/golden_file.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

constexpr std::size_t rows = 8, features = 6;

std::vector<std::byte> file(const std::string& name) { return golden_file("torch_" + name + ".safetensors"); }

/// What PyTorch gave.
std::vector<float> numbers(const std::string& name) {
    for (const Tensor& tensor : read_safetensors(file("outputs")).tensors)
        if (tensor.name == name) return tensor.values;
    FAIL("no numbers " + name);
    return {};
}

double farthest(std::span<const float> a, std::span<const float> b) {
    REQUIRE(a.size() == b.size());
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    return most;
}

}  // namespace

TEST_CASE("network_from_safetensors: an exported network gives what it gave in PyTorch", "[models][golden]") {
    const auto inputs = numbers("rows");
    for (const std::string name : {"dense_f32", "dense_f16", "dense_bf16"}) {
        INFO(name);
        const Network network = network_from_safetensors(file(name));
        CHECK(network.layers()[0].dropout == 0.25);
        const AutoencoderModel model{network};
        std::vector<float> outputs(inputs.size());
        for (std::size_t i = 0; i < rows; ++i)
            REQUIRE(model.reconstruct(std::span{inputs}.subspan(i * features, features),
                                      std::span{outputs}.subspan(i * features, features)));
        CHECK(farthest(outputs, numbers(name)) <= 1e-6);
    }
}

TEST_CASE("recurrent_network_from_safetensors: an exported network gives what it gave in PyTorch",
          "[models][golden]") {
    const auto inputs = numbers("rows");
    for (const std::string name : {"gru", "lstm"}) {
        INFO(name);
        const detail::PackedRecurrentNetwork network{recurrent_network_from_safetensors(file(name))};
        detail::RecurrentState state = network.begin();
        std::vector<float> outputs(inputs.size());
        for (std::size_t i = 0; i < rows; ++i) {
            network.step(std::span{inputs}.subspan(i * features, features), state);
            network.outputs(state, std::span{outputs}.subspan(i * features, features));
        }
        CHECK(farthest(outputs, numbers(name)) <= 1e-6);
    }
}

TEST_CASE("to_safetensors: writes the bytes that tools/export wrote", "[models][golden]") {
    const auto dense_again = [](const std::string& name, ElementType type) {
        return to_safetensors(network_from_safetensors(file(name)), type) == file(name);
    };
    CHECK(dense_again("dense_f32", ElementType::f32));
    CHECK(dense_again("dense_f16", ElementType::f16));
    CHECK(dense_again("dense_bf16", ElementType::bf16));
    for (const std::string name : {"gru", "lstm"})
        CHECK(to_safetensors(recurrent_network_from_safetensors(file(name))) == file(name));
}
