// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/dbscan_eps.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "models/neighbour_index.hpp"
#include "models/sampled_rows.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

void check(std::string_view where, std::span<const double> k_distances) {
    if (k_distances.empty()) fail(where, "number of k-distances", 0, "at least 1");
    double last = 0;
    for (const double distance : k_distances) {
        if (!is_finite(distance) || distance < last)
            fail(where, "k-distance", distance, "finite, at least 0 and at least the one before");
        last = distance;
    }
}

constexpr double least_eps = 1e-100;  // that fit_dbscan takes; its square is no subnormal number

/// The smallest number whose square is not below the square of this distance: rows at exactly this distance are
/// found again by comparing squares.
double reaching(double distance) {
    const double squares = std::nextafter(distance * distance, 1e300);
    while (distance * distance < squares) distance = std::nextafter(distance, 1e300);
    return distance;
}

/// \param eps  one of the k-distances or between two
double above_zero(std::span<const double> k_distances, double eps) {
    constexpr double least = 1e-12;
    if (eps > 0) return reaching(std::max(eps, least_eps));
    const auto first = std::upper_bound(k_distances.begin(), k_distances.end(), 0.0);
    return first == k_distances.end() ? least : std::max(*first / 2, least_eps);
}

}  // namespace

std::vector<double> dbscan_k_distances(MatrixView rows, const DbscanEpsOptions& options) {
    constexpr std::string_view where = "dbscan_k_distances";
    if (options.min_points < 2 || options.min_points > detail::NeighbourIndex::max_neighbours)
        fail(where, "min_points", static_cast<double>(options.min_points), "in [2, 1024]");
    if (options.most_rows < 1) fail(where, "most_rows", 0, "at least 1");
    detail::check_training_rows(where, rows, options.min_points);
    const detail::NeighbourIndex index{rows};
    const auto drawn = detail::draw_rows(rows.rows(), options.most_rows, options.seed);
    const auto values = detail::copy_rows(rows, drawn);
    std::vector<double> k_distances(drawn.size());
    const auto task = [&](std::size_t i) {
        const std::size_t first = i * rows_per_task, size = std::min(rows_per_task, drawn.size() - first);
        const auto take = [&](std::size_t query, std::span<const detail::Neighbour> found) {
            k_distances[first + query] = std::sqrt(found.back().squares);
        };
        index.nearest({values.data() + first * rows.cols(), size, rows.cols()}, options.min_points, take);
    };
    detail::run_tasks(options.executor, (drawn.size() + rows_per_task - 1) / rows_per_task, task);
    std::sort(k_distances.begin(), k_distances.end());
    return k_distances;
}

double dbscan_eps_quantile(std::span<const double> k_distances, double share) {
    constexpr std::string_view where = "dbscan_eps_quantile";
    check(where, k_distances);
    if (!is_finite(share) || share < 0 || share > 1) fail(where, "share", share, "in [0, 1]");
    const double at = share * static_cast<double>(k_distances.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const double low = k_distances[below], high = k_distances[std::min(below + 1, k_distances.size() - 1)];
    return above_zero(k_distances, low + (high - low) * (at - static_cast<double>(below)));
}

double dbscan_eps_knee(std::span<const double> k_distances) {
    check("dbscan_eps_knee", k_distances);
    const double first = k_distances.front(), range = k_distances.back() - first;
    const auto last = static_cast<double>(k_distances.size() - 1);
    std::size_t knee = k_distances.size() - 1;
    double farthest = 1e-9;  // below the line; less is rounding
    for (std::size_t i = 0; range > 0 && i < k_distances.size(); ++i) {
        const double below = static_cast<double>(i) / last - (k_distances[i] - first) / range;
        if (below <= farthest) continue;
        farthest = below;
        knee = i;
    }
    return above_zero(k_distances, k_distances[knee]);
}

}  // namespace sonde
