// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/fit_default_images.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "models/sampled_rows.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/fit_lof.hpp"
#include "sonde/models/neural/fit_autoencoder.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_default_images";

void check(MatrixView rows, const DefaultImagesOptions& options) {
    detail::check_training_rows(where, rows, 10);
    for (std::size_t i = 0; i < rows.rows(); ++i)
        for (const float x : rows.row(i))
            if (x < 0 || x > 1) fail(where, "a value", static_cast<double>(x), "in [0, 1]");
    if (!is_finite(options.held_out) || options.held_out <= 0 || options.held_out >= 1)
        fail(where, "held_out", options.held_out, "in (0, 1)");
    if (options.reference_rows < 2)
        fail(where, "reference_rows", static_cast<double>(options.reference_rows), "at least 2");
    if (options.steps == 0) fail(where, "steps", 0.0, "at least 1");
}

}  // namespace

EnsembleModel fit_default_images(MatrixView rows, const DefaultImagesOptions& options) {
    check(rows, options);
    const std::size_t n = rows.rows(), d = rows.cols();
    const auto held_out = static_cast<std::size_t>(options.held_out * static_cast<double>(n));
    const std::size_t kept = std::max<std::size_t>(std::min(n - held_out, n - 1), 2);
    const std::vector<float> mixed = detail::shuffle_rows(rows, options.seed);
    const MatrixView known{mixed.data(), kept, d}, fresh{mixed.data() + kept * d, n - kept, d};

    AutoencoderOptions denoising = denoising_options(kept, options.seed, options.steps);
    denoising.executor = options.executor;
    const FitProgress last{denoising.training.epochs + 1, denoising.training.epochs + 1};
    const auto epoch_done = [&](std::size_t epoch, std::size_t, const EpochLosses&) {
        return !options.progress || options.progress({epoch, last.total});
    };
    denoising.training.progress = epoch_done;
    std::vector<AnyModel> members;
    members.emplace_back(fit_autoencoder(known, denoising));

    const auto chosen =
        detail::copy_rows(known, detail::draw_rows(kept, options.reference_rows, options.seed));
    members.emplace_back(fit_lof({chosen.data(), chosen.size() / d, d}, {.executor = options.executor}));
    detail::report_progress(where, options.progress, last);
    return {std::move(members), Combination::average, fresh, options.executor};
}

}  // namespace sonde
