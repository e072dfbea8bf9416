// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/fit_autoencoder.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "models/calibrate.hpp"
#include "models/sampled_rows.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"

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

/// All rows in an order of chance.
std::vector<float> shuffled(MatrixView rows, std::uint64_t seed) {
    std::vector<std::uint32_t> order(rows.rows());
    std::iota(order.begin(), order.end(), 0U);
    Rng rng{seed};
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[static_cast<std::size_t>(rng.below(i))]);
    return detail::copy_rows(rows, order);
}

}  // namespace

FittedAutoencoder train_autoencoder(MatrixView rows, const AutoencoderOptions& options) {
    detail::check_training_rows(where, rows);
    if (!is_finite(options.held_out) || options.held_out < 0 || options.held_out >= 1)
        fail(where, "held_out", options.held_out, "in [0, 1)");
    const std::size_t n = rows.rows(), d = rows.cols();
    const std::uint64_t seed = options.training.seed;
    const Network start = random_network(d, shapes_of(d, options), seed);
    const auto values = shuffled(rows, seed);
    const MatrixView mixed{values.data(), n, d};
    const auto held_out = static_cast<std::size_t>(options.held_out * static_cast<double>(n));
    Trained trained = train(start, mixed, mixed, held_out, options.training, options.checkpoint);
    const AutoencoderModel model{std::move(trained.network), options.error};
    const MatrixView known = held_out == 0 ? mixed : MatrixView{mixed.row(n - held_out).data(), held_out, d};
    return {model.calibrated(detail::calibration_of(model, known, options.executor)),
            std::move(trained.history)};
}

AutoencoderModel fit_autoencoder(MatrixView rows, const AutoencoderOptions& options) {
    return train_autoencoder(rows, options).model;
}

}  // namespace sonde
