// SPDX-License-Identifier: Apache-2.0
// Detectors of streams of numbers that are made of models.
#include "detectors/assemble.hpp"
#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "sonde/models/kmeans_stream.hpp"

namespace sonde {

namespace {

constexpr std::uint64_t most = std::uint64_t{1} << 20;
constexpr std::string_view feature_names[] = {"value", "change"};  // as `difference` is false or true

constexpr DetectorOption kmeans_options[] = {
    {"window", "values that a model is trained on, at most", "21600", "a whole number in [16, 1048576]"},
    {"warm-up", "values that the first model needs; at least what the features ask for", "900",
     "a whole number"},
    {"train-every", "values from one model to the next", "10800", "a whole number of at least 1"},
    {"models", "how many are kept, the newest ones", "18", "a whole number in [1, 1024]"},
    {"feature", "what is judged: the value, or how much it changed", "change", "value or change"},
    {"smooth", "features that are averaged", "3", "a whole number in [1, 64]"},
    {"lag", "averages before the present one that count too", "5", "a whole number in [0, 64]"},
    {"sampling", "share of the window that a training uses", "0.2", "in (0, 1]"},
    {"max-iterations", "of a training", "100", "a whole number in [1, 1000]"},
    detail::seed_option,
};

AnyDetector make_kmeans_stream(const std::vector<DetectorSetting>& given, std::optional<double> threshold) {
    const detail::Settings settings{"kmeans-stream", kmeans_options, given};
    KMeansStreamOptions options;
    settings.read("window", options.window, 16, most);
    settings.read("warm-up", options.warm_up, 0);
    settings.read("train-every", options.train_every, 1);
    settings.read("models", options.models, 1, 1024);
    settings.read("feature", options.difference, feature_names);
    settings.read("smooth", options.smooth, 1, 64);
    settings.read("lag", options.lag, 0, 64);
    settings.read("sampling", options.sampling, [](double x) { return x > 0 && x <= 1; });
    settings.read("max-iterations", options.max_iterations, 1, 1000);
    settings.read("seed", options.seed, 0);
    if (options.window < options.lag + options.smooth + (options.difference ? 10 : 9))
        settings.refuse("window", "at least lag + smooth + 9 and, for changes, one more");
    return detail::assemble(KMeansStream{options}, settings, threshold);
}

}  // namespace

std::span<const DetectorEntry> stream_model_catalogue() noexcept {
    static const DetectorEntry table[] = {
        {"kmeans-stream", "for streams with habits: departure from what k-means models of the past know",
         kmeans_options, make_kmeans_stream},
        detail::ar_entry(),
        detail::holt_winters_entry(),
        detail::seasonal_naive_entry(),
    };
    return table;
}

}  // namespace sonde
