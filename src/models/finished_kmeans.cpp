// SPDX-License-Identifier: Apache-2.0
#include "models/finished_kmeans.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sonde::detail {

namespace {

constexpr std::size_t least_rows = 20;  // a quantile of fewer says little
constexpr double least_part = 0.01;     // of the overall scale: near it rows are not told apart
constexpr double least_scale = 1e-100, largest_scaled = 1e18;  // of KMeansModel

/// The lowest value that at least this share of the values do not exceed.
double quantile(std::vector<double>& values, double share) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// What the model itself says of the rows: its centroids are floats.
struct Nearby {
    std::vector<std::size_t> clusters;
    std::vector<double> distances;
};

Nearby nearby(const KMeansModel& model, const Sample& sample) {
    Nearby found;
    found.clusters.reserve(sample.rows.size());
    found.distances.reserve(sample.rows.size());
    for (const float* values : sample.rows) {
        const Row row{values, sample.dimension};
        found.clusters.push_back(model.assign(row).value_or(0));
        found.distances.push_back(model.score(row).value);
    }
    return found;
}

std::vector<double> scales_of(const Nearby& rows, std::size_t clusters, double share) {
    auto all = rows.distances;
    const double usual = quantile(all, share);
    if (usual <= least_scale) return std::vector<double>(clusters, 1);
    std::vector<std::vector<double>> members(clusters);
    for (std::size_t i = 0; i < rows.clusters.size(); ++i)
        members[rows.clusters[i]].push_back(rows.distances[i]);
    std::vector<double> scales(clusters, usual);
    for (std::size_t c = 0; c < clusters; ++c)
        if (members[c].size() >= least_rows)
            scales[c] = std::max({quantile(members[c], share), least_part * usual, least_scale});
    return scales;
}

/// Without the clusters that have no rows. \returns the sizes of the others
std::vector<std::uint64_t> drop_empty(std::vector<float>& centroids, std::size_t dimension, Nearby& rows) {
    std::vector<std::uint64_t> sizes(centroids.size() / dimension);
    for (const std::size_t cluster : rows.clusters) ++sizes[cluster];
    std::vector<std::size_t> now(sizes.size());
    std::size_t kept = 0;
    for (std::size_t c = 0; c < sizes.size(); ++c) {
        if (sizes[c] == 0) continue;
        std::copy_n(centroids.data() + c * dimension, dimension, centroids.data() + kept * dimension);
        sizes[kept] = sizes[c];
        now[c] = kept++;
    }
    for (std::size_t& cluster : rows.clusters) cluster = now[cluster];
    centroids.resize(kept * dimension);
    sizes.resize(kept);
    return sizes;
}

}  // namespace

Sample sample_of(MatrixView rows, std::span<const double> weights) {
    Sample sample{{}, {}, rows.cols()};
    sample.rows.reserve(rows.rows());
    sample.weights.reserve(rows.rows());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const double weight = weights.empty() ? 1 : weights[i];
        if (weight <= 0) continue;
        sample.rows.push_back(rows.row(i).data());
        sample.weights.push_back(weight);
    }
    return sample;
}

KMeansModel finished_kmeans(const std::vector<double>& centres, const Sample& sample,
                            std::uint64_t iterations, KMeansScaling scaling) {
    const std::size_t d = sample.dimension;
    std::vector<float> centroids(centres.size());
    std::transform(centres.begin(), centres.end(), centroids.begin(),
                   [](double value) { return static_cast<float>(value); });
    Nearby rows = nearby(KMeansModel{{centroids.data(), centroids.size() / d, d}}, sample);
    KMeansFit fit{.iterations = iterations, .sizes = drop_empty(centroids, d, rows)};
    for (std::size_t i = 0; i < rows.distances.size(); ++i)
        fit.inertia += sample.weights[i] * rows.distances[i] * rows.distances[i];
    if (scaling.form == KMeansForm::scaled) {
        fit.scales = scales_of(rows, fit.sizes.size(), scaling.quantile);
        for (std::size_t i = 0; i < rows.distances.size(); ++i)
            rows.distances[i] = std::min(rows.distances[i] / fit.scales[rows.clusters[i]], largest_scaled);
    }
    fit.calibration = ScoreCalibration{rows.distances};
    const MatrixView kept{centroids.data(), fit.sizes.size(), d};
    return KMeansModel{kept, std::move(fit)};
}

}  // namespace sonde::detail
