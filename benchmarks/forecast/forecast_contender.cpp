// SPDX-License-Identifier: Apache-2.0
// A detector for forecast.py to ask: `forecast_contender MODEL TRAIN TEST OUT [option=value]...` learns the rows of
// TRAIN, then scores those of TEST in the order of time, writes the scores as doubles and says the seconds of both.
//
// Rows are as in ../scoring/contender.cpp. MODEL is ar, holt-winters, seasonal-naive (a forecaster per feature), gru,
// lstm, gaussian-diagonal, or one of the catalogue of models; options are season, clip, quantile, window, min-scale,
// order, epochs, units and changes=1, or those of that model.
#include <exception>
#include <map>
#include <span>

#include "../scoring/answers.hpp"
#include "sonde/detectors/multivariate_gaussian.hpp"
#include "sonde/models/catalogue.hpp"
#include "sonde/models/forecast/auto_regression.hpp"
#include "sonde/models/forecast/holt_winters.hpp"
#include "sonde/models/forecast/per_feature.hpp"
#include "sonde/models/forecast/seasonal_naive.hpp"
#include "sonde/models/neural/fit_recurrent_forecaster.hpp"

namespace {

using namespace sonde;
using benchmark::Rows;

struct Result {
    std::vector<double> scores;
    double train_seconds = 0, score_seconds = 0;
};

class Given {
public:
    explicit Given(std::span<char*> words) {
        for (const std::string word : words) {
            const auto equals = word.find('=');
            settings_.push_back({word.substr(0, equals), word.substr(equals + 1)});
        }
    }
    [[nodiscard]] double number(std::string_view name, double otherwise) const {
        for (const DetectorSetting& setting : settings_)
            if (setting.name == name) return std::stod(setting.value);
        return otherwise;
    }
    [[nodiscard]] std::size_t count(std::string_view name, std::size_t otherwise) const {
        return static_cast<std::size_t>(number(name, static_cast<double>(otherwise)));
    }
    [[nodiscard]] const std::vector<DetectorSetting>& settings() const { return settings_; }

private:
    std::vector<DetectorSetting> settings_;
};

using Clock = std::chrono::steady_clock;

template <class Score>
Result score_all(const Rows& test, Clock::time_point start, Score score) {
    Result result;
    result.train_seconds = benchmark::seconds_since(start);
    start = Clock::now();
    for (std::size_t i = 0; i < test.rows; ++i) result.scores.push_back(score(test.view().row(i)));
    result.score_seconds = benchmark::seconds_since(start);
    return result;
}

/// The errors of the training rows are the scale of those of the test rows.
template <Forecaster F>
Result forecast_all(F forecaster, const Rows& train, const Rows& test, const Given& given,
                    Clock::time_point start) {
    ForecastScorer scorer{std::move(forecaster),
                          {.window = given.count("window", 4000),
                           .quantile = given.number("quantile", 0.99),
                           .min_scale = given.number("min-scale", 0.01),
                           .clip = given.number("clip", 0)}};
    for (std::size_t i = 0; i < train.rows; ++i) scorer.learn(train.view().row(i));
    scorer.freeze_scales();
    return score_all(test, start, [&](Row row) {
        const double score = scorer.score(row).value;
        scorer.learn(row);
        return score;
    });
}

std::vector<double> feature(const Rows& rows, std::size_t j) {
    std::vector<double> values;
    for (std::size_t i = 0; i < rows.rows; ++i) values.push_back(static_cast<double>(rows.view().row(i)[j]));
    return values;
}

template <class Fit>
auto per_feature(const Rows& train, Fit fit) {
    std::vector<decltype(fit(std::vector<double>{}))> forecasters;
    for (std::size_t j = 0; j < train.cols; ++j) forecasters.push_back(fit(feature(train, j)));
    return PerFeature{std::move(forecasters)};
}

Result run_recurrent(Cell cell, const Rows& train, const Rows& test, const Given& given) {
    const auto start = Clock::now();
    RecurrentForecasterOptions options{.cell = cell, .units = given.count("units", 32)};
    options.series = given.count("changes", 0) == 1 ? SeriesForm::changes : SeriesForm::levels;
    options.training.epochs = given.count("epochs", options.training.epochs);
    auto forecaster = fit_recurrent_forecaster(train.view(), options);
    forecaster.restart();
    return forecast_all(std::move(forecaster), train, test, given, start);
}

Result run(std::string_view model, const Rows& train, const Rows& test, const Given& given) {
    const auto start = Clock::now();
    const std::size_t season = given.count("season", 0);
    if (model == "gru" || model == "lstm")
        return run_recurrent(model == "gru" ? Cell::gru : Cell::lstm, train, test, given);
    if (model == "ar")
        return forecast_all(
            per_feature(train,
                        [&](const std::vector<double>& values) {
                            return fit_auto_regression(
                                values,
                                {.order = given.count("order", 0), .max_order = 16, .difference = season});
                        }),
            train, test, given, start);
    if (model == "seasonal-naive")
        return forecast_all(PerFeature{train.cols, SeasonalNaive{{.season = season == 0 ? 1 : season}}},
                            train, test, given, start);
    if (model == "holt-winters")
        return forecast_all(per_feature(train,
                                        [&](const std::vector<double>& values) {
                                            auto options =
                                                fit_holt_winters(values, {.season = season}).options();
                                            return HoltWinters{options};
                                        }),
                            train, test, given, start);
    if (model == "gaussian-diagonal") {
        MultivariateGaussianScorer scorer{
            {.dimension = train.cols, .min_stddev = given.number("min-scale", 0.01)}};
        for (std::size_t i = 0; i < train.rows; ++i) scorer.learn(train.view().row(i));
        return score_all(test, start, [&](Row row) { return scorer.score(row).value; });
    }
    const AnyModel fitted = fit_model(model, {.rows = train.view()}, given.settings());
    return score_all(test, start, [&](Row row) { return fitted.score(row).value; });
}

}  // namespace

int main(int count, char** values) try {
    if (count < 5) throw std::runtime_error{"MODEL TRAIN TEST OUT [option=value]..."};
    const Rows train = benchmark::read_rows(values[2]), test = benchmark::read_rows(values[3]);
    const Given given{{values + 5, values + count}};
    const Result result = run(values[1], train, test, given);
    std::ofstream{values[4], std::ios::binary}.write(reinterpret_cast<const char*>(result.scores.data()),
                                                     static_cast<std::streamsize>(8 * result.scores.size()));
    std::printf("%.3f %.3f\n", result.train_seconds, result.score_seconds);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "forecast_contender: %s\n", error.what());
    return 1;
}
