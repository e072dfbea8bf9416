// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_isolation_forest.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "models/calibrate.hpp"
#include "models/isolation_tree.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_isolation_forest";
/// Trees that grow at a time where there is an executor.
constexpr std::size_t trees_at_once = 32;

void check(MatrixView rows, const IsolationForestOptions& o) {
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    detail::check_training_rows(where, rows);
    detail::check_weights(where, o.weights, rows.rows());
    if (rows.rows() > 0xffff'ffffU) fail(where, "number of rows", number(rows.rows()), "at most 4294967295");
    if (o.trees < 1 || o.trees > IsolationForestModel::max_trees)
        fail(where, "trees", number(o.trees), "in [1, 1048576]");
    if (o.sample_size < 1 || o.sample_size > IsolationForestModel::max_sample_size)
        fail(where, "sample_size", number(o.sample_size), "in [1, 1073741824]");
}

struct Workplace {
    detail::RowSampler sampler;
    detail::IsolationTreeGrower grower;
    std::span<const detail::GrownNode> tree{};
};

detail::TreeNodes grow(MatrixView rows, std::size_t sample_size, const IsolationForestOptions& o) {
    Rng seeds{o.seed};
    std::vector<std::uint64_t> seed_of(o.trees);
    for (auto& seed : seed_of) seed = seeds.next();
    const std::size_t slots = o.executor ? std::min(trees_at_once, o.trees) : 1;
    std::vector<Workplace> places;
    places.reserve(slots);
    for (std::size_t i = 0; i < slots; ++i)
        places.push_back({{rows.rows(), sample_size, o.weights}, {rows, sample_size}});
    detail::TreeNodes nodes{rows.cols()};
    for (std::size_t first = 0; first < o.trees; first += slots) {
        const std::size_t count = std::min(slots, o.trees - first);
        const auto task = [&](std::size_t i) noexcept {
            Rng rng{seed_of[first + i]};
            places[i].tree = places[i].grower.grow(places[i].sampler.draw(rng), rng);
        };
        detail::run_tasks(o.executor, count, task);
        for (std::size_t i = 0; i < count; ++i) nodes.add(where, places[i].tree);
        detail::report_progress(where, o.progress, {first + count, o.trees});
    }
    return nodes;
}

ScoreCalibration calibration_of(const IsolationForestModel& model, MatrixView rows,
                                const IsolationForestOptions& o) {
    const std::vector<double> scores = detail::scores_of(model, rows, o.executor);
    std::vector<double> usual;
    usual.reserve(rows.rows());
    for (std::size_t i = 0; i < rows.rows(); ++i)
        if (o.weights.empty() || o.weights[i] > 0) usual.push_back(scores[i]);
    return ScoreCalibration{usual};
}

}  // namespace

IsolationForestModel fit_isolation_forest(MatrixView rows, const IsolationForestOptions& options) {
    check(rows, options);
    const auto left_out = std::count(options.weights.begin(), options.weights.end(), 0.0);
    const std::size_t sample_size =
        std::min(options.sample_size, rows.rows() - static_cast<std::size_t>(left_out));
    const IsolationForestModel model{grow(rows, sample_size, options), sample_size, {}};
    return model.calibrated(calibration_of(model, rows, options));
}

}  // namespace sonde
