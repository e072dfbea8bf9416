// SPDX-License-Identifier: Apache-2.0
// What export_test.py compares with PyTorch. Reads `rows features` and the rows, and writes per row what the network in
// the safetensors file makes of it:
//   dense FILE      its outputs, as many as inputs
//   recurrent FILE  its outputs after each row of the sequence, as many as inputs
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "sonde/models/feature_scaling.hpp"
#include "sonde/models/neural/autoencoder.hpp"
#include "sonde/models/neural/network_files.hpp"
#include "sonde/models/neural/recurrent_forecaster.hpp"

namespace {

double number() {
    double value = 0;
    if (std::scanf("%lf", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

template <class Values>
void print(const Values& values) {
    for (const auto value : values) std::printf("%.9g ", static_cast<double>(value));
    std::printf("\n");
}

void run_dense(std::span<const std::byte> file, sonde::MatrixView rows) {
    const sonde::AutoencoderModel model{sonde::network_from_safetensors(file)};
    std::vector<float> outputs(rows.cols());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (!model.reconstruct(rows.row(i), outputs)) std::exit(EXIT_FAILURE);
        print(outputs);
    }
}

void run_recurrent(std::span<const std::byte> file, sonde::MatrixView rows) {
    sonde::RecurrentForecaster forecaster{sonde::recurrent_network_from_safetensors(file),
                                          sonde::FeatureScaling{rows, sonde::Scaling::none}};
    std::vector<double> outputs(rows.cols());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        forecaster.learn(rows.row(i));
        if (!forecaster.forecast(outputs)) std::exit(EXIT_FAILURE);
        print(outputs);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return EXIT_FAILURE;
    std::ifstream stream{argv[2], std::ios::binary};
    const std::vector<char> bytes{std::istreambuf_iterator<char>{stream}, {}};
    const auto count = static_cast<std::size_t>(number()), features = static_cast<std::size_t>(number());
    std::vector<float> values(count * features);
    for (float& value : values) value = static_cast<float>(number());
    const sonde::MatrixView rows{values.data(), count, features};
    const bool recurrent = std::string_view{argv[1]} == "recurrent";
    (recurrent ? run_recurrent : run_dense)(std::as_bytes(std::span{bytes}), rows);
}
