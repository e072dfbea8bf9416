// SPDX-License-Identifier: Apache-2.0
// The lines of the catalogue for models that measure distances to training rows, or to what stands for them.
#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "sonde/models/fit_dbscan.hpp"
#include "sonde/models/fit_kmeans.hpp"
#include "sonde/models/fit_knn.hpp"
#include "sonde/models/fit_lesinn.hpp"
#include "sonde/models/fit_lof.hpp"

namespace sonde::detail {

namespace {

constexpr std::uint64_t most = std::uint64_t{1} << 20;
constexpr std::string_view kmeans_forms[] = {"distance", "scaled"};

constexpr DetectorOption kmeans_options[] = {
    {"clusters", "how many centroids", "8", "a whole number in [1, 1048576]"},
    {"restarts", "runs from other first centres, of which the best is kept", "10",
     "a whole number in [1, 1048576]"},
    {"form", "distance, or in units of the cluster's own spread", "distance", "distance or scaled"},
    seed_option,
};

AnyModel fit_one_kmeans(const TrainingData& data, const Settings& settings) {
    KMeansOptions options{.progress = data.progress};
    settings.read("clusters", options.clusters, 1, most);
    settings.read("restarts", options.restarts, 1, most);
    settings.read("form", options.form, kmeans_forms);
    settings.read("seed", options.seed, 0);
    return fit_kmeans(data.rows, options);
}

constexpr DetectorOption dbscan_options[] = {
    {"eps", "how far neighbours are apart at most; 0: from the rows", "0", "0, or in [1e-100, 1e100]"},
    {"min-points", "rows within eps that make a core row", "10", "a whole number in [1, 1024]"},
};

AnyModel fit_one_dbscan(const TrainingData& data, const Settings& settings) {
    DbscanOptions options{.progress = data.progress, .executor = data.executor};
    settings.read("eps", options.eps, [](double x) { return x == 0 || (x >= 1e-100 && x <= 1e100); });
    settings.read("min-points", options.min_points, 1, 1024);
    return fit_dbscan(data.rows, options);
}

constexpr DetectorOption knn_options[] = {
    {"neighbours", "which nearest row counts", "5", "a whole number in [1, 1024]"},
};

AnyModel fit_one_knn(const TrainingData& data, const Settings& settings) {
    KnnOptions options{.progress = data.progress, .executor = data.executor};
    settings.read("neighbours", options.neighbours, 1, 1024);
    return fit_knn(data.rows, options);
}

constexpr DetectorOption lof_options[] = {
    {"neighbours", "how many rows are the neighbourhood", "20", "a whole number in [1, 1024]"},
};

AnyModel fit_one_lof(const TrainingData& data, const Settings& settings) {
    LofOptions options{.progress = data.progress, .executor = data.executor};
    settings.read("neighbours", options.neighbours, 1, 1024);
    return fit_lof(data.rows, options);
}

constexpr DetectorOption lesinn_options[] = {
    {"samples", "how many random samples", "32", "a whole number in [1, 4096]"},
    {"sample-size", "rows of a sample", "8", "a whole number in [1, 65536]"},
    seed_option,
};

AnyModel fit_one_lesinn(const TrainingData& data, const Settings& settings) {
    LesinnOptions options{.progress = data.progress, .executor = data.executor};
    settings.read("samples", options.samples, 1, LesinnModel::max_samples);
    settings.read("sample-size", options.sample_size, 1, LesinnModel::max_sample_size);
    settings.read("seed", options.seed, 0);
    return fit_lesinn(data.rows, options);
}

}  // namespace

ModelEntry kmeans_entry() noexcept {
    return {"kmeans", "for rows in a few clouds: distance to the nearest centroid", kmeans_options, false,
            fit_one_kmeans};
}
ModelEntry dbscan_entry() noexcept {
    return {"dbscan", "for clean training rows of any shape: distance to the nearest dense row",
            dbscan_options, false, fit_one_dbscan};
}
ModelEntry knn_entry() noexcept {
    return {"knn", "for clean training rows: distance to the k-th nearest of them", knn_options, false,
            fit_one_knn};
}
ModelEntry lof_entry() noexcept {
    return {"lof", "for clean training rows of uneven density: how much sparser than the neighbourhood",
            lof_options, false, fit_one_lof};
}
ModelEntry lesinn_entry() noexcept {
    return {"lesinn", "for training rows with anomalies among them: nearest rows in small samples",
            lesinn_options, false, fit_one_lesinn};
}

}  // namespace sonde::detail
