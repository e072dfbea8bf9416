// SPDX-License-Identifier: Apache-2.0
// The lines of the catalogue for networks.
#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "sonde/models/neural/fit_autoencoder.hpp"

namespace sonde::detail {

namespace {

// In the order of the enumerators.
constexpr std::string_view activation_names[] = {"linear", "relu", "leaky-relu", "tanh", "sigmoid"};
constexpr std::string_view error_names[] = {"absolute", "squared"};

constexpr DetectorOption autoencoder_options[] = {
    {"units", "of the layers before and after the code", "64", "a whole number in [1, 4096]"},
    {"code", "how many numbers a row is squeezed into", "8", "a whole number in [1, 4096]"},
    {"activation", "of those layers", "tanh", "linear, relu, leaky-relu, tanh or sigmoid"},
    {"error", "how a row and its reconstruction are compared", "squared", "absolute or squared"},
    {"epochs", "how often all rows are learned from, at most", "50", "a whole number in [1, 1000000]"},
    {"batch", "rows per step", "64", "a whole number in [1, 1000000]"},
    {"learning-rate", "how far a step goes", "0.001", "in (0, 1]"},
    {"patience", "epochs without a better loss of the rows that are held out, then it ends; 0: never", "10",
     "a whole number in [0, 1000000]"},
    seed_option,
};

AnyModel fit_one_autoencoder(const TrainingData& data, const Settings& settings) {
    std::size_t units = 64, code = 8;
    AutoencoderOptions options{
        .hidden_activation = Activation::tanh,
        .output_activation = Activation::linear,
        .training = {.loss = Loss::squared, .epochs = 50, .batch_rows = 64, .patience = 10},
        .executor = data.executor};
    const auto progress = [&](std::size_t epoch, std::size_t epochs, const EpochLosses&) {
        return !data.progress || data.progress({epoch, epochs});
    };
    options.training.progress = progress;
    settings.read("units", units, 1, Network::max_width);
    settings.read("code", code, 1, Network::max_width);
    settings.read("activation", options.hidden_activation, activation_names);
    settings.read("error", options.error, error_names);
    settings.read("epochs", options.training.epochs, 1, 1'000'000);
    settings.read("batch", options.training.batch_rows, 1, 1'000'000);
    settings.read("learning-rate", options.training.learning_rate, [](double x) { return x > 0 && x <= 1; });
    settings.read("patience", options.training.patience, 0, 1'000'000);
    settings.read("seed", options.training.seed, 0);
    options.hidden = {units, code, units};
    return fit_autoencoder(data.rows, options);
}

}  // namespace

ModelEntry autoencoder_entry() noexcept {
    return {"autoencoder",
            "for many features with few causes, images: how badly a network reconstructs a row",
            autoencoder_options, false, fit_one_autoencoder};
}

}  // namespace sonde::detail
