// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/fit_variational.hpp"

#include <string_view>
#include <utility>

#include "models/calibrate.hpp"
#include "models/neural/epochs.hpp"
#include "models/neural/trainer.hpp"
#include "models/neural/variational_gradients.hpp"
#include "models/sampled_rows.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "train_variational_autoencoder";

void check(const VariationalOptions& o) {
    if (o.code < 1 || o.code > Network::max_width / 2)
        fail(where, "code", static_cast<double>(o.code), "in [1, 2048]");
    if (!is_finite(o.divergence_weight) || o.divergence_weight < 0)
        fail(where, "divergence_weight", o.divergence_weight, "at least 0");
    if (!is_finite(o.held_out) || o.held_out < 0 || o.held_out >= 1)
        fail(where, "held_out", o.held_out, "in [0, 1)");
}

/// The two halves to begin with: what gives means and log variances, and what takes a code.
struct Halves {
    Network encoder, decoder;
};

Halves random_halves(std::size_t features, const VariationalOptions& o) {
    std::vector<LayerShape> down, up;
    for (const std::size_t units : o.hidden) down.push_back({units, o.hidden_activation});
    up.assign(down.rbegin(), down.rend());
    down.push_back({2 * o.code, Activation::linear});
    up.push_back({features, o.output_activation});
    return {random_network(features, down, o.training.seed), random_network(o.code, up, o.training.seed + 1)};
}

/// One network whose code is the mean: log variances are left away.
Network joined(const Network& encoder, const Network& decoder) {
    std::vector<DenseLayer> layers(encoder.layers().begin(), encoder.layers().end());
    DenseLayer& code = layers.back();
    code.outputs = decoder.inputs();
    code.weights.resize(code.outputs * code.inputs);
    code.bias.resize(code.outputs);
    layers.insert(layers.end(), decoder.layers().begin(), decoder.layers().end());
    return Network{std::move(layers)};
}

}  // namespace

FittedAutoencoder train_variational_autoencoder(MatrixView rows, const VariationalOptions& options) {
    detail::check_training_rows(where, rows);
    check(options);
    detail::check_training(options.training, options.output_activation);
    const std::size_t n = rows.rows(), d = rows.cols();
    const auto held_out = static_cast<std::size_t>(options.held_out * static_cast<double>(n));
    detail::check_training(rows, rows, held_out, d, d, options.training.loss);
    const Halves start = random_halves(d, options);
    const std::vector<float> values = detail::shuffle_rows(rows, options.training.seed);
    const MatrixView mixed{values.data(), n, d};

    auto numbers = detail::numbers_of<float>(start.encoder);
    for (auto& layer : detail::numbers_of<float>(start.decoder)) numbers.push_back(std::move(layer));
    detail::TrainerState state{std::move(numbers), options.training};
    detail::VariationalGradients<float> pass{start.encoder, start.decoder, options.divergence_weight};
    detail::Trainer{pass, mixed, mixed, held_out, options.training}.run(state);

    const std::span<const detail::LayerNumbers<float>> found{state.best};
    const std::size_t encoder_layers = start.encoder.layers().size();
    const AutoencoderModel model{joined(detail::with_numbers(start.encoder, found.first(encoder_layers)),
                                        detail::with_numbers(start.decoder, found.subspan(encoder_layers))),
                                 options.error};
    return {model.calibrated(detail::calibration_of(model, mixed, held_out, options.executor)),
            std::move(state.epochs.history)};
}

}  // namespace sonde
