// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_dbscan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "models/block_tree.hpp"
#include "models/dbscan_cores.hpp"
#include "models/dbscan_join.hpp"
#include "models/dbscan_rows.hpp"
#include "models/eps_search.hpp"
#include "models/neighbour_index.hpp"
#include "models/sampled_rows.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/dbscan_eps.hpp"

namespace sonde {

namespace {

using detail::block_points;
using detail::BlockTree;
using detail::DbscanCores;
using detail::DbscanRows;
using detail::Density;
using detail::EpsSearch;
using detail::NeighbourIndex;

constexpr std::string_view where = "dbscan_clusters";
constexpr std::size_t blocks_per_task = 16, tasks_per_report = 64;

void check(MatrixView rows, const DbscanOptions& o) {
    detail::check_training_rows(where, rows);
    if (rows.rows() > BlockTree::max_points)
        fail(where, "number of rows", static_cast<double>(rows.rows()), "at most 2147483647");
    const bool in_range = o.eps >= 1e-100 && o.eps <= 1e100;
    if (!is_finite(o.eps) || (o.eps != 0 && !in_range)) fail(where, "eps", o.eps, "0 or in [1e-100, 1e100]");
    if (o.min_points < 1) fail(where, "min_points", 0, "at least 1");
    detail::check_weights(where, o.weights, rows.rows());
}

double eps_of(MatrixView rows, const DbscanOptions& o) {
    if (o.eps > 0) return o.eps;
    return dbscan_eps_quantile(dbscan_k_distances(
        rows, {.min_points = std::max<std::size_t>(o.min_points, 2), .executor = o.executor}));
}

/// Says how far it is: `rows` thrice.
struct Report {
    void operator()(std::size_t done) const { detail::report_progress(where, callback, {done, 3 * rows}); }
    const FitProgressCallback& callback;
    std::size_t rows;
};

/// `work(block)` for each block, on the host's threads.
/// \param before  rows that were done before, thrice counted
template <class Work>
void for_each_block(std::size_t blocks, const Executor& executor, const Report& report, std::size_t before,
                    const Work& work) {
    constexpr std::size_t step = blocks_per_task * tasks_per_report;
    for (std::size_t first = 0; first < blocks; first += step) {
        const std::size_t end = std::min(blocks, first + step);
        const auto task = [&](std::size_t i) {
            const std::size_t begin = first + i * blocks_per_task;
            for (std::size_t block = begin; block < std::min(end, begin + blocks_per_task); ++block)
                work(block);
        };
        detail::run_tasks(executor, (end - first + blocks_per_task - 1) / blocks_per_task, task);
        report(before + std::min(end * block_points, report.rows));
    }
}

/// Labels core rows by the set that they are in.
void join(const DbscanCores& cores, MatrixView rows, const EpsSearch& search, const Report& report,
          std::span<std::int32_t> labels) {
    constexpr std::size_t step = blocks_per_task * tasks_per_report;
    detail::DbscanJoin join{cores, rows, search};
    std::size_t blocks = 0;
    const auto count = [&] {
        if (++blocks % step == 0 && blocks * block_points < rows.rows())
            report(rows.rows() + blocks * block_points);
    };
    join.run(count);
    for (std::uint32_t i = 0; i < rows.rows(); ++i) {
        const std::uint64_t bit = std::uint64_t{1} << i % block_points;
        if ((cores.points(i / block_points) & bit) != 0)
            labels[cores.tree().rows()[i]] = static_cast<std::int32_t>(join.set_of(i));
    }
    report(2 * rows.rows());
}

/// What clusters of these rows cannot be is refused here or by the model.
void check(MatrixView rows, const DbscanClusters& found) {
    constexpr std::string_view model = "dbscan_model";
    detail::check_training_rows(model, rows);
    if (found.labels.size() != rows.rows())
        fail(model, "number of labels", static_cast<double>(found.labels.size()), "one per row");
    if (found.core_rows.empty())
        fail(model, "number of core rows", 0,
             "at least 1: choose a larger eps, one that dbscan_k_distances says many rows reach, or fewer "
             "min_points");
    for (const std::uint32_t row : found.core_rows)
        if (row >= rows.rows() || found.labels[row] < 0)
            fail(model, "core row", row, "a row, with a cluster");
}

/// How far rows are from the nearest core row but themselves; 0 when there is none.
std::vector<double> distances_to_others(const NeighbourIndex& core_rows,
                                        std::span<const std::uint32_t> core_ids, MatrixView rows,
                                        std::span<const std::uint32_t> ids) {
    std::vector<double> distances(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto itself = std::lower_bound(core_ids.begin(), core_ids.end(), ids[i]);
        const bool is_core = itself != core_ids.end() && *itself == ids[i];
        if (is_core && core_ids.size() == 1) continue;
        const auto excluded =
            is_core ? static_cast<std::uint32_t>(itself - core_ids.begin()) : NeighbourIndex::none;
        distances[i] = std::sqrt(core_rows.nearest(rows.row(ids[i]).data(), excluded).squares);
    }
    return distances;
}

/// Counts the sets in the order of their first rows. \returns how many there are
std::size_t number(std::span<std::int32_t> labels) {
    std::vector<std::int32_t> numbers(labels.size(), DbscanClusters::noise);
    std::int32_t next = 0;
    for (std::int32_t& label : labels) {
        if (label == DbscanClusters::noise) continue;
        std::int32_t& number = numbers[static_cast<std::size_t>(label)];
        if (number == DbscanClusters::noise) number = next++;
        label = number;
    }
    return static_cast<std::size_t>(next);
}

}  // namespace

DbscanClusters dbscan_clusters(MatrixView rows, const DbscanOptions& options) {
    check(rows, options);
    const std::size_t n = rows.rows();
    const Report report{options.progress, n};
    DbscanClusters result{std::vector(n, DbscanClusters::noise), {}, 0, eps_of(rows, options)};
    const EpsSearch search{result.eps, rows.cols()};
    const DbscanRows all{rows, options.weights, static_cast<double>(options.min_points), search};
    std::vector<Density> density(n);
    for_each_block(all.tree().blocks(), options.executor, report, 0,
                   [&](std::size_t block) { all.find_density(block, density); });
    const DbscanCores cores{all.tree(), density};
    join(cores, rows, search, report, result.labels);
    result.clusters = number(result.labels);
    for (std::uint32_t i = 0; i < n; ++i)
        if (density[i] == Density::core) result.core_rows.push_back(i);
    const auto least = cores.least(result.labels);
    for_each_block(all.tree().blocks(), options.executor, report, 2 * n,
                   [&](std::size_t block) { all.find_border(block, density, cores, least, result.labels); });
    return result;
}

DbscanModel dbscan_model(MatrixView rows, const DbscanClusters& found) {
    check(rows, found);
    const auto values = detail::copy_rows(rows, found.core_rows);
    const MatrixView core_rows{values.data(), found.core_rows.size(), rows.cols()};
    std::vector<std::uint32_t> clusters(found.core_rows.size());
    for (std::size_t i = 0; i < clusters.size(); ++i)
        clusters[i] = static_cast<std::uint32_t>(found.labels[found.core_rows[i]]);
    DbscanModel model{core_rows, std::move(clusters), found.eps};
    constexpr std::size_t most = 10'000;
    constexpr std::uint64_t seed = 1;
    auto scores =
        distances_to_others(*model.index_, found.core_rows, rows, detail::draw_rows(rows.rows(), most, seed));
    for (double& score : scores) score = std::min(score / found.eps, DbscanModel::highest_score);
    model.calibration_ = ScoreCalibration{scores};
    return model;
}

DbscanModel fit_dbscan(MatrixView rows, const DbscanOptions& options) {
    return dbscan_model(rows, dbscan_clusters(rows, options));
}

}  // namespace sonde
