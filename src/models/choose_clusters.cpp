// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/choose_clusters.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "models/squared_distance.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "choose_clusters";
constexpr std::size_t most = std::size_t{1} << 20;

void check(MatrixView rows, const ClusterChoiceOptions& o) {
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    detail::check_training_rows(where, rows);
    const std::size_t least = o.criterion == ClusterCriterion::silhouette ? 2 : 1;
    if (o.from < least) fail(where, "from", number(o.from), "at least " + std::to_string(least));
    if (o.to < o.from || o.to > rows.rows())
        fail(where, "to", number(o.to), "at least from and at most the number of rows");
    if (o.sample < 10) fail(where, "sample", number(o.sample), "at least 10");
}

/// The row numbers of a sample, rising (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S).
std::vector<std::size_t> sampled(std::size_t rows, std::size_t count, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<std::size_t> chosen;
    chosen.reserve(count);
    for (std::size_t i = 0; i < rows && chosen.size() < count; ++i)
        if (rng.below(rows - i) < count - chosen.size()) chosen.push_back(i);
    return chosen;
}

double silhouette_of(const KMeansModel& model, MatrixView rows, const std::vector<std::size_t>& chosen) {
    std::vector<float> values;
    values.reserve(chosen.size() * rows.cols());
    std::vector<std::uint32_t> labels;
    labels.reserve(chosen.size());
    for (const std::size_t i : chosen) {
        values.insert(values.end(), rows.row(i).begin(), rows.row(i).end());
        labels.push_back(static_cast<std::uint32_t>(model.assign(rows.row(i)).value_or(0)));
    }
    auto different = labels;
    std::sort(different.begin(), different.end());
    const auto count = std::unique(different.begin(), different.end()) - different.begin();
    if (count < 2 || static_cast<std::size_t>(count) == labels.size()) return 0;
    return silhouette({values.data(), labels.size(), rows.cols()}, labels);
}

std::size_t knee(const std::vector<ClusterTrial>& trials) {
    const double first = trials.front().inertia, fall = first - trials.back().inertia;
    std::size_t best = 0;
    double furthest = 0;
    for (std::size_t i = 0; i < trials.size() && fall > 0; ++i) {
        const double x = static_cast<double>(i) / static_cast<double>(trials.size() - 1);
        const double below = (first - trials[i].inertia) / fall - x;  // 1 - x - y
        if (below <= furthest) continue;
        furthest = below;
        best = i;
    }
    return trials[best].clusters;
}

/// Adds the silhouette of one row. \param sums  workspace, one per cluster
double silhouette_of_row(MatrixView rows, std::span<const std::uint32_t> labels, std::size_t row,
                         const std::vector<double>& sizes, std::vector<double>& sums) {
    const std::uint32_t own = labels[row];
    if (sizes[own] <= 1) return 0;
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t i = 0; i < rows.rows(); ++i)
        sums[labels[i]] +=
            std::sqrt(detail::squared_distance(rows.row(row).data(), rows.row(i).data(), rows.cols()));
    const double within = sums[own] / (sizes[own] - 1);
    double other = 1e300;
    for (std::size_t c = 0; c < sums.size(); ++c)
        if (c != own && sizes[c] > 0) other = std::min(other, sums[c] / sizes[c]);
    const double larger = std::max(within, other);
    return larger > 0 ? (other - within) / larger : 0;
}

}  // namespace

double silhouette(MatrixView rows, std::span<const std::uint32_t> labels) {
    constexpr std::string_view name = "silhouette";
    detail::check_training_rows(name, rows, 2);
    if (labels.size() != rows.rows())
        fail(name, "number of labels", static_cast<double>(labels.size()), "one per row");
    const std::uint32_t highest = *std::max_element(labels.begin(), labels.end());
    if (highest >= most) fail(name, "label", highest, "below 1048576");
    std::vector<double> sizes(highest + 1);
    for (const std::uint32_t label : labels) sizes[label] += 1;
    const auto count = std::count_if(sizes.begin(), sizes.end(), [](double size) { return size > 0; });
    if (count < 2 || static_cast<std::size_t>(count) == labels.size())
        fail(name, "number of different labels", static_cast<double>(count),
             "at least 2 and below that of the rows");
    std::vector<double> sums(sizes.size());
    double sum = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) sum += silhouette_of_row(rows, labels, i, sizes, sums);
    return sum / static_cast<double>(rows.rows());
}

ClusterChoice choose_clusters(MatrixView rows, const ClusterChoiceOptions& options) {
    check(rows, options);
    const bool by_silhouette = options.criterion == ClusterCriterion::silhouette;
    const auto chosen = sampled(rows.rows(), std::min(options.sample, rows.rows()), options.fit.seed);
    ClusterChoice choice;
    double best = 0;
    for (std::size_t clusters = options.from; clusters <= options.to; ++clusters) {
        KMeansOptions fit = options.fit;
        fit.clusters = clusters;
        fit.initial = {};
        const KMeansModel model = fit_kmeans(rows, fit);
        const double value = by_silhouette ? silhouette_of(model, rows, chosen) : 0;
        choice.trials.push_back({clusters, model.inertia(), value});
        if (choice.clusters != 0 && value <= best) continue;
        best = value;
        choice.clusters = clusters;
    }
    if (!by_silhouette) choice.clusters = knee(choice.trials);
    return choice;
}

}  // namespace sonde
