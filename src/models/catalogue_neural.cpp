// SPDX-License-Identifier: Apache-2.0
// The lines of the catalogue for networks.
#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "sonde/models/neural/fit_autoencoder.hpp"

namespace sonde::detail {

namespace {

// In the order of the enumerators.
constexpr std::string_view activation_names[] = {"linear", "relu", "leaky-relu", "tanh", "sigmoid"};
constexpr std::string_view error_names[] = {"absolute", "squared", "cross-entropy"};
constexpr std::string_view loss_names[] = {"squared", "absolute", "huber", "cross-entropy"};

constexpr DetectorOption autoencoder_options[] = {
    {"units", "of the layers before and after the code", "64", "a whole number in [1, 4096]"},
    {"code", "how many numbers a row is squeezed into", "8", "a whole number in [1, 4096]"},
    {"layers", "units of all layers between, instead of units and code: 128-64-32-64-128", "64-8-64",
     "whole numbers in [1, 4096] with a - between them, 63 at most"},
    {"activation", "of those layers", "tanh", "linear, relu, leaky-relu, tanh or sigmoid"},
    {"output-activation", "of the outputs", "linear", "linear, relu, leaky-relu, tanh or sigmoid"},
    {"loss", "what training makes small; cross-entropy for features in [0, 1], with scaling none or range",
     "squared", "squared, absolute, huber or cross-entropy"},
    {"error", "how a row and its reconstruction are compared", "squared",
     "absolute, squared or cross-entropy"},
    {"epochs", "how often all rows are learned from, at most", "50", "a whole number in [1, 1000000]"},
    {"batch", "rows per step", "64", "a whole number in [1, 1000000]"},
    {"learning-rate", "how far a step goes", "0.001", "in (0, 1]"},
    {"weight-decay", "how far a step pulls weights to 0, in learning rates", "0", "in [0, 1000]"},
    {"dropout", "share of a layer's outputs that a step leaves out", "0", "in [0, 1)"},
    {"noise", "deviation of what is added to the inputs of a step, in units of scaled features", "0",
     "in [0, 1000]"},
    {"held-out", "share of the rows that tells the best epoch and sets the threshold", "0.1", "in [0, 1)"},
    {"patience", "epochs without a better loss of the rows that are held out, then it ends; 0: never", "10",
     "a whole number in [0, 1000000]"},
    seed_option,
};

std::vector<std::size_t> layers_of(const Settings& settings) {
    std::vector<std::size_t> layers;
    settings.read("layers", layers, 1, Network::max_width, Network::max_layers - 1);
    settings.only_with("units", layers.empty(), "layers is");
    settings.only_with("code", layers.empty(), "layers is");
    if (!layers.empty()) return layers;
    std::size_t units = 64, code = 8;
    settings.read("units", units, 1, Network::max_width);
    settings.read("code", code, 1, Network::max_width);
    return {units, code, units};
}

TrainingOptions training_of(const Settings& settings) {
    TrainingOptions training{.epochs = 50, .batch_rows = 64, .patience = 10};
    settings.read("loss", training.loss, loss_names);
    settings.read("epochs", training.epochs, 1, 1'000'000);
    settings.read("batch", training.batch_rows, 1, 1'000'000);
    settings.read("learning-rate", training.learning_rate, [](double x) { return x > 0 && x <= 1; });
    settings.read("weight-decay", training.weight_decay, [](double x) { return x >= 0 && x <= 1000; });
    settings.read("noise", training.noise, [](double x) { return x >= 0 && x <= 1000; });
    settings.read("patience", training.patience, 0, 1'000'000);
    settings.read("seed", training.seed, 0);
    return training;
}

AnyModel fit_one_autoencoder(const TrainingData& data, const Settings& settings) {
    AutoencoderOptions options{.hidden = layers_of(settings),
                               .hidden_activation = Activation::tanh,
                               .output_activation = Activation::linear,
                               .training = training_of(settings),
                               .checkpoint = data.checkpoint,
                               .executor = data.executor};
    const auto progress = [&](std::size_t epoch, std::size_t epochs, const EpochLosses&) {
        return !data.progress || data.progress({epoch, epochs});
    };
    options.training.progress = progress;
    settings.read("activation", options.hidden_activation, activation_names);
    settings.read("output-activation", options.output_activation, activation_names);
    settings.read("error", options.error, error_names);
    settings.read("dropout", options.dropout, [](double x) { return x >= 0 && x < 1; });
    settings.read("held-out", options.held_out, [](double x) { return x >= 0 && x < 1; });
    if (options.training.loss == Loss::cross_entropy && options.output_activation != Activation::sigmoid)
        settings.refuse("loss", "another unless output-activation is sigmoid");
    if (options.error == ReconstructionError::cross_entropy &&
        options.output_activation != Activation::sigmoid)
        settings.refuse("error", "another unless output-activation is sigmoid");
    return fit_autoencoder(data.rows, options);
}

}  // namespace

ModelEntry autoencoder_entry() noexcept {
    return {"autoencoder",
            "for many features with few causes, images: how badly a network reconstructs a row",
            autoencoder_options,
            false,
            fit_one_autoencoder,
            true};
}

}  // namespace sonde::detail
