// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_kmeans.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/finished_kmeans.hpp"
#include "models/first_centres.hpp"
#include "models/lloyd.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

using detail::Sample;

constexpr std::string_view where = "fit_kmeans";

void check_finite(MatrixView rows, std::string_view what) {
    for (std::size_t i = 0; i < rows.rows(); ++i)
        if (!all_finite(rows.row(i)))
            fail(where, std::string{what} + " " + std::to_string(i), "not finite", "finite in every feature");
}

void check(MatrixView rows, const KMeansOptions& o) {
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    detail::check_training_rows(where, rows);
    if (o.clusters < 1 || o.clusters > KMeansModel::max_clusters)
        fail(where, "clusters", number(o.clusters), "in [1, 1048576]");
    if (o.restarts < 1) fail(where, "restarts", 0, "at least 1");
    if (o.max_iterations < 1) fail(where, "max_iterations", 0, "at least 1");
    if (!is_finite(o.tolerance) || o.tolerance < 0)
        fail(where, "tolerance", o.tolerance, "finite and at least 0");
    if (o.initial.rows() > KMeansModel::max_clusters)
        fail(where, "number of initial centres", number(o.initial.rows()), "at most 1048576");
    if (o.initial.rows() > 0 && o.initial.cols() != rows.cols())
        fail(where, "dimension of initial", number(o.initial.cols()), "that of the rows");
    if (!is_finite(o.scale_quantile) || o.scale_quantile <= 0 || o.scale_quantile >= 1)
        fail(where, "scale_quantile", o.scale_quantile, "in (0, 1)");
    detail::check_weights(where, o.weights, rows.rows());
    check_finite(o.initial, "initial centre");
}

/// The variance of the features, on average; weights do not count, as in scikit-learn.
double mean_variance(const Sample& sample) {
    const auto n = static_cast<double>(sample.rows.size());
    double sum = 0;
    for (std::size_t j = 0; j < sample.dimension; ++j) {
        double mean = 0, squares = 0;
        for (const float* row : sample.rows) mean += static_cast<double>(row[j]) / n;
        for (const float* row : sample.rows) {
            const double difference = static_cast<double>(row[j]) - mean;
            squares += difference * difference / n;
        }
        sum += squares;
    }
    return sum / static_cast<double>(sample.dimension);
}

struct Run {
    std::vector<double> centres;
    double inertia = 0;
    std::size_t iterations = 0;
};

/// \param shift  squared shift of the centres that ends the run
Run run_from(const Sample& sample, std::vector<double> centres, double shift, const KMeansOptions& options,
             FitProgress now) {
    detail::Lloyd lloyd{sample, std::move(centres)};
    bool settled = false;
    std::size_t iteration = 1;
    for (;; ++iteration) {
        settled = !lloyd.assign();
        const double moved = lloyd.move();
        ++now.done;
        detail::report_progress(where, options.progress, now);
        if (settled || moved <= shift || iteration == options.max_iterations) break;
    }
    if (!settled) lloyd.assign();  // to the centres as they are now
    return {lloyd.centres(), lloyd.inertia(), iteration};
}

Run best_run(const Sample& sample, const KMeansOptions& options) {
    const double shift = options.tolerance > 0 ? options.tolerance * mean_variance(sample) : 0;
    const std::size_t runs = options.initial.rows() > 0 ? 1 : options.restarts;
    Rng rng{options.seed};
    Run best;
    for (std::size_t i = 0; i < runs; ++i) {
        std::vector<double> centres;
        for (std::size_t c = 0; c < options.initial.rows(); ++c)
            centres.insert(centres.end(), options.initial.row(c).begin(), options.initial.row(c).end());
        if (centres.empty()) centres = detail::first_centres(sample, options.clusters, rng);
        Run run = run_from(sample, std::move(centres), shift, options,
                           {i * options.max_iterations, runs * options.max_iterations});
        if (i == 0 || run.inertia < best.inertia) best = std::move(run);
    }
    return best;
}

}  // namespace

KMeansModel fit_kmeans(MatrixView rows, const KMeansOptions& options) {
    check(rows, options);
    const Sample sample = detail::sample_of(rows, options.weights);
    const Run run = best_run(sample, options);
    return detail::finished_kmeans(run.centres, sample, run.iterations,
                                   {options.form, options.scale_quantile});
}

}  // namespace sonde
