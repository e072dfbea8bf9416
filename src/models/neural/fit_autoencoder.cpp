// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/fit_autoencoder.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "models/calibrate.hpp"
#include "models/sampled_rows.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_autoencoder";

std::vector<LayerShape> shapes_of(std::size_t features, const AutoencoderOptions& o) {
    std::vector<LayerShape> shapes;
    for (const std::size_t units : o.hidden)
        shapes.push_back({units, o.hidden_activation, o.layer_norm, o.dropout});
    shapes.push_back({features, o.output_activation});
    return shapes;
}

}  // namespace

AutoencoderOptions denoising_options(std::size_t rows, std::uint64_t seed, std::size_t steps) {
    constexpr std::size_t batch = 32;
    const std::size_t epoch_steps = std::max<std::size_t>((rows + batch - 1) / batch, 1);
    return {.held_out = 0,
            .training = {.loss = Loss::squared,
                         .epochs = (steps + epoch_steps - 1) / epoch_steps,
                         .batch_rows = batch,
                         .plateau_epochs = 5,
                         .noise = 0.5,
                         .seed = seed}};
}

FittedAutoencoder train_autoencoder(MatrixView rows, const AutoencoderOptions& options) {
    detail::check_training_rows(where, rows);
    if (!is_finite(options.held_out) || options.held_out < 0 || options.held_out >= 1)
        fail(where, "held_out", options.held_out, "in [0, 1)");
    const std::size_t n = rows.rows(), d = rows.cols();
    const std::uint64_t seed = options.training.seed;
    const Network start = random_network(d, shapes_of(d, options), seed);
    const auto values = detail::shuffle_rows(rows, seed);
    const MatrixView mixed{values.data(), n, d};
    const auto held_out = static_cast<std::size_t>(options.held_out * static_cast<double>(n));
    Trained trained = train(start, mixed, mixed, held_out, options.training, options.checkpoint);
    const AutoencoderModel model{std::move(trained.network), options.error};
    return {model.calibrated(detail::calibration_of(model, mixed, held_out, options.executor)),
            std::move(trained.history)};
}

AutoencoderModel fit_autoencoder(MatrixView rows, const AutoencoderOptions& options) {
    return train_autoencoder(rows, options).model;
}

}  // namespace sonde
