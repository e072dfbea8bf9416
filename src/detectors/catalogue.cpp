// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/catalogue.hpp"

#include "detectors/assemble.hpp"
#include "detectors/settings.hpp"
#include "sonde/core/error.hpp"
#include "sonde/detectors/gaussian.hpp"
#include "sonde/detectors/sliding_window.hpp"

namespace sonde {

namespace {

using detail::assemble;
using detail::Settings;

// In the order of the enumerators.
constexpr std::string_view side_names[] = {"both", "above", "below"};
constexpr std::string_view estimate_names[] = {"mean-stddev", "median-mad"};
constexpr std::string_view form_names[] = {"z-score", "density"};
constexpr std::string_view reference_names[] = {"mean-stddev", "median-mad", "quantiles"};

constexpr DetectorOption side_option{"side", "which departures count", "both", "both, above or below"};

constexpr DetectorOption common_options[] = {
    {"learn-from", "which values are learned after they are judged", "everything",
     "everything, normal-only or nothing"},
    {"threshold-quantile", "the bound is this quantile of the scores; 0: a fixed bound", "0",
     "0, or in (0, 1)"},
    {"threshold-warm-up", "scores to see before such a bound judges", "1000", "a whole number of at least 1"},
};

constexpr DetectorOption gaussian_options[] = {
    {"warm-up", "values to learn before the first judgement", "30", "a whole number of at least 2"},
    {"half-life", "values after which an old one counts half; 0: never", "0", "0, or at least 1"},
    {"estimate", "how centre and scale are had", "mean-stddev", "mean-stddev or median-mad"},
    {"form", "z-score: distance in standard deviations; density: its square by 2", "z-score",
     "z-score or density"},
    side_option,
    {"min-stddev", "the scale is never taken smaller", "0", "a number of at least 0"},
    {"reservoir", "median-mad: size of the sample", "512", "a whole number in [8, 1048576]"},
    {"seed", "median-mad: which values the sample takes", "1", "a whole number"},
};

AnyDetector make_gaussian(const std::vector<DetectorSetting>& given, std::optional<double> threshold) {
    const Settings settings{"gaussian", gaussian_options, given};
    GaussianOptions options;
    std::uint64_t reservoir = options.reservoir;
    settings.read("warm-up", options.warm_up, 2);
    settings.read("half-life", options.half_life, [](double x) { return x == 0 || x >= 1; });
    settings.read("estimate", options.estimate, estimate_names);
    settings.read("form", options.form, form_names);
    settings.read("side", options.side, side_names);
    settings.read("min-stddev", options.min_stddev, [](double x) { return x >= 0; });
    settings.read("reservoir", reservoir, 8, SortedBuffer::max_capacity);
    settings.read("seed", options.seed, 0);
    options.reservoir = static_cast<std::size_t>(reservoir);
    const bool sampled = options.estimate == GaussianEstimate::median_mad;
    for (const std::string_view name : {"reservoir", "seed"})
        settings.only_with(name, sampled, "estimate is median-mad");
    const double shortest = detail::SortedReservoir::shortest_half_life(options.reservoir);
    if (sampled && options.half_life != 0 && options.half_life < shortest)
        settings.refuse("half-life", "0, or at least 0.7 of the reservoir");
    return assemble(GaussianScorer{options}, settings, threshold);
}

constexpr DetectorOption sliding_window_options[] = {
    {"window", "values that count", "100", "a whole number in [2, 1048576]"},
    {"reference", "what of the window a value is held against", "mean-stddev",
     "mean-stddev, median-mad or quantiles"},
    side_option,
    {"low", "quantiles: the lower one", "0.05", "in [0, 0.5)"},
    {"high", "quantiles: the upper one", "0.95", "in (0.5, 1]"},
    {"min-scale", "distances are never divided by less", "0", "a number of at least 0"},
    {"warm-up", "values to learn before the first judgement; at most the window counts", "30",
     "a whole number of at least 2"},
};

AnyDetector make_sliding_window(const std::vector<DetectorSetting>& given, std::optional<double> threshold) {
    const Settings settings{"sliding-window", sliding_window_options, given};
    SlidingWindowOptions options;
    std::uint64_t window = options.window, warm_up = options.warm_up;
    settings.read("window", window, 2, SortedBuffer::max_capacity);
    settings.read("reference", options.reference, reference_names);
    settings.read("side", options.side, side_names);
    settings.read("low", options.low, [](double q) { return q >= 0 && q < 0.5; });
    settings.read("high", options.high, [](double q) { return q > 0.5 && q <= 1; });
    settings.read("min-scale", options.min_scale, [](double x) { return x >= 0; });
    settings.read("warm-up", warm_up, 2);
    for (const std::string_view name : {"low", "high"})
        settings.only_with(name, options.reference == WindowReference::quantiles, "reference is quantiles");
    options.window = static_cast<std::size_t>(window);
    options.warm_up = static_cast<std::size_t>(warm_up);
    return assemble(SlidingWindowScorer{options}, settings, threshold);
}

constexpr DetectorEntry catalogue[] = {
    {"sliding-window", "for streams whose level moves: distance from the last n values",
     sliding_window_options, make_sliding_window},
    {"gaussian", "for streams with one level: distance from the mean of all values so far", gaussian_options,
     make_gaussian},
};

}  // namespace

std::span<const DetectorEntry> detector_catalogue() noexcept { return catalogue; }

std::span<const DetectorOption> common_detector_options() noexcept { return common_options; }

AnyDetector make_detector(std::string_view name, const std::vector<DetectorSetting>& settings,
                          std::optional<double> threshold) {
    std::vector<std::string_view> known;
    for (const DetectorEntry& entry : catalogue) {
        if (entry.name == name) return entry.make(settings, threshold);
        known.push_back(entry.name);
    }
    fail("make_detector", "detector", name, detail::enumerated(known));
}

}  // namespace sonde
