// SPDX-License-Identifier: Apache-2.0
// Writes what the fuzzers begin with, small files of every kind: fuzz_seeds FOLDER, which has folders safetensors and
// model_bytes.
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "sonde/models/neural/autoencoder.hpp"
#include "sonde/models/neural/network_files.hpp"
#include "sonde/models/neural/quantized_autoencoder.hpp"
#include "sonde/models/neural/recurrent_forecaster.hpp"
#include "sonde/models/neural/training_state.hpp"

using namespace sonde;

namespace {

void save(const std::string& path, const std::vector<std::byte>& bytes) {
    std::ofstream file{path, std::ios::binary};
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) std::exit(EXIT_FAILURE);
}

Network network(bool norm, Activation activation) {
    const LayerShape shapes[]{{2, activation, norm, norm ? 0.5 : 0}, {3, Activation::sigmoid}};
    return random_network(3, shapes);
}

void save_dense(const std::string& tensors, const std::string& models) {
    for (const auto type : {ElementType::f32, ElementType::bf16, ElementType::f16})
        save(tensors + "dense_" + std::to_string(static_cast<int>(type)),
             to_safetensors(network(true, Activation::leaky_relu), type));
    save(tensors + "tensors",
         write_safetensors({{{"none", {0, 2}, {}}, {"one", {}, {1}}}, {{"k\"\n", "v\\"}}}));
    const Network normed = network(true, Activation::tanh);
    const std::vector<float> moments(normed.parameters());
    TrainingState state{normed, normed, moments, moments, 1};
    state.history.push_back({1, 1, 1e-3});
    save(models + "network", to_bytes(normed));
    save(models + "training_state", to_bytes(state));
    save(models + "quantized", to_bytes(QuantizedAutoencoder{AutoencoderModel{normed}}));
    for (const auto error : {ReconstructionError::absolute, ReconstructionError::cross_entropy}) {
        const double scores[]{0.1, 0.2, 0.3};
        save(models + "autoencoder_" + std::to_string(static_cast<int>(error)),
             to_bytes(AutoencoderModel{network(false, Activation::relu), error, ScoreCalibration{scores}}));
    }
}

void save_recurrent(const std::string& tensors, const std::string& models, Cell cell) {
    const std::string name = cell == Cell::gru ? "gru" : "lstm";
    const auto made = random_recurrent_network(cell, 2, 2, 2, 2);
    save(tensors + name, to_safetensors(made));
    save(models + name, to_bytes(made));
    const float values[]{1, 2, 3, 5, 8, 13};
    const MatrixView rows{values, 3, 2};
    RecurrentForecaster forecaster{made, FeatureScaling{rows, Scaling::standard}, SeriesForm::changes};
    for (std::size_t i = 0; i < 3; ++i) forecaster.learn(rows.row(i));
    save(models + "forecaster_" + name, to_bytes(forecaster));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return EXIT_FAILURE;
    const std::string tensors = std::string{argv[1]} + "/safetensors/",
                      models = std::string{argv[1]} + "/model_bytes/";
    save_dense(tensors, models);
    save_recurrent(tensors, models, Cell::gru);
    save_recurrent(tensors, models, Cell::lstm);
}
