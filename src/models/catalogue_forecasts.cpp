// SPDX-License-Identifier: Apache-2.0
// Detectors of streams of numbers that forecast the next one.
#include <utility>

#include "detectors/assemble.hpp"
#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "sonde/models/forecast/auto_regression.hpp"
#include "sonde/models/forecast/holt_winters.hpp"
#include "sonde/models/forecast/seasonal_naive.hpp"

namespace sonde::detail {

namespace {

constexpr std::string_view side_names[] = {"both", "above", "below"};  // in the order of the enumerators
constexpr std::string_view trend_names[] = {"none", "linear", "damped"};

constexpr DetectorOption error_window{"error-window", "errors that the scale is made of, the last ones",
                                      "1000", "a whole number in [2, 1048576]"};
constexpr DetectorOption warm_up{"warm-up",
                                 "errors to see before the first judgement; at most the window counts", "30",
                                 "a whole number of at least 2"};
constexpr DetectorOption error_quantile{
    "error-quantile", "the scale is this quantile of the errors, by the normal one's; 0.5: 1.4826 MAD", "0.5",
    "in [0.5, 0.999]"};
constexpr DetectorOption side{"side", "which errors count", "both", "both, above or below"};
constexpr DetectorOption min_scale{"min-scale", "errors are never divided by less", "0",
                                   "a number of at least 0"};
constexpr DetectorOption clip{
    "clip", "a value further than so many scales from its forecast is learned as there; 0: as is", "0",
    "0, or at least 1"};

constexpr std::string_view part = "in [0, 1]";

constexpr DetectorOption ar_options[] = {
    {"order", "how many of the last values count; 0: chosen by Akaike's criterion", "0",
     "a whole number in [0, 64]"},
    {"max-order", "the most that are tried, with order 0", "32", "a whole number in [1, 64]"},
    {"difference", "values back that are subtracted first: 1, a season; 0: nothing", "0",
     "a whole number in [0, 1048576]"},
    {"half-life", "values after which an old one counts half; 0: never", "0",
     "0, or at least four times the order"},
    error_window,
    warm_up,
    error_quantile,
    side,
    min_scale,
    clip,
};

constexpr DetectorOption holt_winters_options[] = {
    {"season", "values in a period; 0: none", "0", "0, or a whole number in [2, 65536]"},
    {"trend", "whether the level has a slope", "none", "none, linear or damped"},
    {"alpha", "how much of an error the level takes", "0.3", part},
    {"beta", "how much of that the slope takes", "0.1", part},
    {"gamma", "how much of an error the season takes", "0.1", part},
    {"phi", "damped: what is left of the slope at the next value", "0.98", part},
    {"fit", "how many first values alpha, beta, gamma and phi are fitted to; 0: none", "0",
     "0, or two seasons (ten without) to 262144"},
    error_window,
    warm_up,
    error_quantile,
    side,
    min_scale,
    clip,
};

constexpr DetectorOption seasonal_naive_options[] = {
    {"season", "values in a period; 1: the last value is the forecast", "1",
     "a whole number in [1, 1048576]"},
    error_window,
    warm_up,
    error_quantile,
    side,
    min_scale,
    clip,
};

ForecastScorerOptions errors_of(const Settings& settings) {
    ForecastScorerOptions options;
    settings.read("error-window", options.window, 2, SortedBuffer::max_capacity);
    settings.read("warm-up", options.warm_up, 2);
    settings.read("error-quantile", options.quantile, [](double q) { return q >= 0.5 && q <= 0.999; });
    settings.read("side", options.side, side_names);
    settings.read("min-scale", options.min_scale, [](double x) { return x >= 0; });
    settings.read("clip", options.clip, [](double x) { return x == 0 || x >= 1; });
    return options;
}

AnyDetector make_ar(const std::vector<DetectorSetting>& given, std::optional<double> threshold) {
    const Settings settings{"ar", ar_options, given};
    AutoRegressionOptions options;
    settings.read("order", options.order, 0, AutoRegression::most_lags);
    settings.read("max-order", options.max_order, 1, AutoRegression::most_lags);
    settings.read("difference", options.difference, 0, std::uint64_t{1} << 20);
    settings.read("half-life", options.half_life, [](double x) { return x >= 0; });
    settings.only_with("max-order", options.order == 0, "order is 0");
    const auto lags = static_cast<double>(options.order > 0 ? options.order : options.max_order);
    if (options.half_life != 0 && options.half_life < 4 * lags)
        settings.refuse("half-life", "0, or at least four times the order");
    return assemble(ForecastScorer{AutoRegression{options}, errors_of(settings)}, settings, threshold);
}

AnyDetector make_holt_winters(const std::vector<DetectorSetting>& given, std::optional<double> threshold) {
    const Settings settings{"holt-winters", holt_winters_options, given};
    const auto is_part = [](double x) { return x >= 0 && x <= 1; };
    HoltWintersOptions options;
    settings.read("season", options.season, 0, 65536);
    settings.read("trend", options.trend, trend_names);
    settings.read("alpha", options.alpha, is_part);
    settings.read("beta", options.beta, is_part);
    settings.read("gamma", options.gamma, is_part);
    settings.read("phi", options.phi, is_part);
    settings.read("fit", options.fit, 0, 262144);
    if (options.season == 1) settings.refuse("season", "0, or a whole number in [2, 65536]");
    settings.only_with("beta", options.trend != Trend::none, "trend is linear or damped");
    settings.only_with("gamma", options.season > 0, "season is above 0");
    settings.only_with("phi", options.trend == Trend::damped, "trend is damped");
    if (options.fit > 0 && options.fit < 2 * (options.season > 0 ? options.season : 5))
        settings.refuse("fit", "0, or two seasons (ten without) to 262144");
    return assemble(ForecastScorer{HoltWinters{options}, errors_of(settings)}, settings, threshold);
}

AnyDetector make_seasonal_naive(const std::vector<DetectorSetting>& given, std::optional<double> threshold) {
    const Settings settings{"seasonal-naive", seasonal_naive_options, given};
    SeasonalNaiveOptions options;
    settings.read("season", options.season, 1, std::uint64_t{1} << 20);
    return assemble(ForecastScorer{SeasonalNaive{options}, errors_of(settings)}, settings, threshold);
}

}  // namespace

DetectorEntry ar_entry() noexcept {
    return {"ar", "for streams whose next value follows from the last ones: distance from an autoregression",
            ar_options, make_ar};
}

DetectorEntry holt_winters_entry() noexcept {
    return {"holt-winters",
            "for streams with a level, a trend, a season: distance from exponential smoothing",
            holt_winters_options, make_holt_winters};
}

DetectorEntry seasonal_naive_entry() noexcept {
    return {"seasonal-naive", "for streams that repeat: distance from the value one season ago",
            seasonal_naive_options, make_seasonal_naive};
}

}  // namespace sonde::detail
