// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/fit_recurrent_forecaster.hpp"

#include <string_view>
#include <utility>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/neural/recurrent_training.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_recurrent_forecaster";

/// What the network is to see of the rows.
std::vector<float> series_of(MatrixView rows, SeriesForm series) {
    std::vector<float> values;
    values.reserve(rows.rows() * rows.cols());
    for (std::size_t i = series == SeriesForm::changes ? 1 : 0; i < rows.rows(); ++i)
        for (std::size_t j = 0; j < rows.cols(); ++j)
            values.push_back(series == SeriesForm::changes ? rows.row(i)[j] - rows.row(i - 1)[j]
                                                           : rows.row(i)[j]);
    return values;
}

}  // namespace

FittedRecurrentForecaster train_recurrent_forecaster(MatrixView rows,
                                                     const RecurrentForecasterOptions& options) {
    detail::check_training_rows(where, rows, 4);
    if (!is_finite(options.held_out) || options.held_out < 0 || options.held_out >= 1)
        fail(where, "held_out", options.held_out, "in [0, 1)");
    if (options.series > SeriesForm::changes)
        fail(where, "series", static_cast<double>(options.series), "one of the enumerators");
    const std::size_t d = rows.cols();
    const auto values = series_of(rows, options.series);
    const MatrixView seen{values.data(), values.size() / d, d};
    FeatureScaling scaling{seen, Scaling::standard};
    const auto scaled = scaling.apply(seen);
    const std::size_t n = seen.rows() - 1;  // each but the last has a next one
    const auto held_out = static_cast<std::size_t>(options.held_out * static_cast<double>(n));
    TrainedRecurrent trained = train(
        random_recurrent_network(options.cell, d, options.units, options.layers, d, options.training.seed),
        {scaled.data(), n, d}, {scaled.data() + d, n, d}, held_out, options.window, options.training);
    RecurrentForecaster forecaster{trained.network, scaling, options.series};
    for (std::size_t i = 0; i < rows.rows(); ++i) forecaster.learn(rows.row(i));
    return {forecaster.tuned(options.tuning), std::move(trained.history)};
}

RecurrentForecaster fit_recurrent_forecaster(MatrixView rows, const RecurrentForecasterOptions& options) {
    return train_recurrent_forecaster(rows, options).forecaster;
}

}  // namespace sonde
