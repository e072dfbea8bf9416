// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <vector>

#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/forecast/row_forecasters.hpp"
#include "sonde/models/neural/fit_recurrent_forecaster.hpp"

namespace sonde {

namespace {

constexpr std::string_view series_names[] = {"levels", "changes"};  // in the order of the enumerators

constexpr DetectorOption options[] = {
    {"units", "of a recurrent layer", "32", "a whole number in [1, 1024]"},
    {"layers", "recurrent ones", "1", "a whole number in [1, 16]"},
    {"series", "what is forecast: the rows, or how they change", "levels", "levels or changes"},
    {"reach", "rows that gradients go back", "32", "a whole number in [1, 65536]"},
    {"epochs", "how often all rows are learned from, at most", "30", "a whole number in [1, 1000000]"},
    {"learning-rate", "how far a step goes", "0.003", "in (0, 1]"},
    {"tune-every", "rows from step to step of learning on while it judges; 0: never", "0", "a whole number"},
    {"error-window", "training errors that the scale is made of, the last ones", "4000",
     "a whole number in [2, 1048576] and, times features, 2^24 at most"},
    {"error-quantile", "the scale is this quantile of the errors, by the normal one's", "0.99",
     "in [0.5, 0.999]"},
    {"min-scale", "errors are never divided by less", "0", "a number of at least 0"},
    {"clip", "a feature further than so many scales from its forecast is seen as there; 0: as is", "0",
     "0, or at least 1"},
    detail::seed_option,
};

constexpr RowForecasterEntry catalogue[] = {
    {"gru", "for rows in the order of time: distance from the forecast of a gated recurrent network",
     options},
    {"lstm", "the same by a network with long short-term memory, some third more to compute", options},
};

const RowForecasterEntry& find(std::string_view where, std::string_view name) {
    std::vector<std::string_view> known;
    for (const RowForecasterEntry& entry : catalogue) {
        if (entry.name == name) return entry;
        known.push_back(entry.name);
    }
    fail(where, "forecaster", name, detail::enumerated(known));
}

struct Order {
    RecurrentForecasterOptions network;
    ForecastScorerOptions errors = trained_errors;
};

Order order_of(const RowForecasterEntry& entry, const std::vector<DetectorSetting>& given) {
    const detail::Settings settings{entry.name, entry.options, given, {}};
    Order order;
    order.network.cell = entry.name == "gru" ? Cell::gru : Cell::lstm;
    settings.read("units", order.network.units, 1, RecurrentNetwork::max_units);
    settings.read("layers", order.network.layers, 1, RecurrentNetwork::max_layers);
    settings.read("series", order.network.series, series_names);
    settings.read("reach", order.network.window, 1, 65536);
    settings.read("epochs", order.network.training.epochs, 1, 1'000'000);
    settings.read("learning-rate", order.network.training.learning_rate,
                  [](double x) { return x > 0 && x <= 1; });
    settings.read("tune-every", order.network.tuning.every, 0);
    settings.read("seed", order.network.training.seed, 0);
    settings.read("error-window", order.errors.window, 2, SortedBuffer::max_capacity);
    settings.read("error-quantile", order.errors.quantile, [](double q) { return q >= 0.5 && q <= 0.999; });
    settings.read("min-scale", order.errors.min_scale, [](double x) { return x >= 0; });
    settings.read("clip", order.errors.clip, [](double x) { return x == 0 || x >= 1; });
    return order;
}

}  // namespace

std::span<const RowForecasterEntry> row_forecaster_catalogue() noexcept { return catalogue; }

RecurrentDetector train_row_forecaster(std::string_view name, const TrainingData& data,
                                       const std::vector<DetectorSetting>& settings,
                                       double false_alarm_rate) {
    Order order = order_of(find("train_row_forecaster", name), settings);
    const auto progress = [&](std::size_t epoch, std::size_t epochs, const EpochLosses&) {
        return !data.progress || data.progress({epoch, epochs});
    };
    order.network.training.progress = progress;
    RecurrentForecaster forecaster = fit_recurrent_forecaster(data.rows, order.network);
    forecaster.restart();
    return calibrated_detector(forecaster, data.rows, order.errors, false_alarm_rate);
}

void check_row_forecaster_settings(std::string_view name, const std::vector<DetectorSetting>& settings) {
    static_cast<void>(order_of(find("check_row_forecaster_settings", name), settings));
}

}  // namespace sonde
