// SPDX-License-Identifier: Apache-2.0
// The lines of the catalogue for models of the features' distributions.
#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "sonde/models/fit_ecod.hpp"
#include "sonde/models/fit_hbos.hpp"
#include "sonde/models/fit_mahalanobis.hpp"
#include "sonde/models/fit_pca.hpp"

namespace sonde::detail {

namespace {

constexpr bool is_share(double x) { return x >= 0 && x <= 1; }

// In the order of the enumerators.
constexpr std::string_view estimate_names[] = {"ledoit-wolf", "fixed", "robust"};
constexpr std::string_view pca_forms[] = {"weighted", "residual"};
constexpr std::string_view hbos_forms[] = {"static-width", "dynamic-width"};

constexpr DetectorOption mahalanobis_options[] = {
    {"estimate", "how the covariance is had; robust: anomalies among the rows do not count", "ledoit-wolf",
     "ledoit-wolf, fixed or robust"},
    {"shrinkage", "fixed: the share of the covariance that is replaced by its mean variance", "0.001",
     "in [0, 1]"},
    {"support", "robust: the share of the rows taken for good at first; 0: as few as may be", "0",
     "0, or in [0.5, 1]"},
    {"seed", "robust: which random choices are made", "1", "a whole number"},
};

AnyModel fit_one_mahalanobis(const TrainingData& data, const Settings& settings) {
    MahalanobisOptions options{.progress = data.progress, .executor = data.executor};
    settings.read("estimate", options.estimate, estimate_names);
    settings.read("shrinkage", options.shrinkage, is_share);
    settings.read("support", options.support, [](double x) { return x == 0 || (x >= 0.5 && x <= 1); });
    settings.read("seed", options.seed, 0);
    settings.only_with("shrinkage", options.estimate == CovarianceEstimate::fixed, "estimate is fixed");
    for (const std::string_view name : {"support", "seed"})
        settings.only_with(name, options.estimate == CovarianceEstimate::robust, "estimate is robust");
    return fit_mahalanobis(data.rows, options);
}

constexpr DetectorOption pca_options[] = {
    {"form", "weighted: along the components; residual: away from them", "weighted", "weighted or residual"},
    {"components", "how many of the largest; 0: by variance-share", "0", "a whole number in [0, 1048576]"},
    {"variance-share", "the share of the variance that they hold; 0: all, residual: 0.9", "0", "in [0, 1]"},
};

AnyModel fit_one_pca(const TrainingData& data, const Settings& settings) {
    PcaOptions options{.progress = data.progress, .executor = data.executor};
    settings.read("form", options.form, pca_forms);
    settings.read("components", options.components, 0, std::uint64_t{1} << 20);
    settings.read("variance-share", options.variance_share, is_share);
    return fit_pca(data.rows, options);
}

AnyModel fit_one_ecod(const TrainingData& data, const Settings&) {
    return fit_ecod(data.rows, {.progress = data.progress, .executor = data.executor});
}

constexpr DetectorOption hbos_options[] = {
    {"form", "bins of one width, or of about as many rows each", "static-width",
     "static-width or dynamic-width"},
    {"bins", "how many; 0: the root of the number of rows", "0", "a whole number in [0, 65536]"},
};

AnyModel fit_one_hbos(const TrainingData& data, const Settings& settings) {
    HbosOptions options{.progress = data.progress, .executor = data.executor};
    settings.read("form", options.form, hbos_forms);
    settings.read("bins", options.bins, 0, 65'536);
    return fit_hbos(data.rows, options);
}

}  // namespace

ModelEntry mahalanobis_entry() noexcept {
    return {"mahalanobis", "for one cloud of correlated features: distance from its mean",
            mahalanobis_options, false, fit_one_mahalanobis};
}
ModelEntry pca_entry() noexcept {
    return {"pca", "for many correlated features: distance along or away from the principal components",
            pca_options, false, fit_one_pca};
}
ModelEntry ecod_entry() noexcept {
    return {"ecod",
            "nothing to choose, each feature by itself: how far out in its tails",
            {},
            false,
            fit_one_ecod};
}
ModelEntry hbos_entry() noexcept {
    return {"hbos", "each feature by itself, at the cost of a histogram: how rare its value is", hbos_options,
            false, fit_one_hbos};
}

}  // namespace sonde::detail
