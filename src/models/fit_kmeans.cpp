// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_kmeans.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
    detail::check_weights(where, o.weights, rows.rows());
    check_finite(o.initial, "initial centre");
}

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

/// A row drawn in proportion to weight times `squares`; `sums` is room for a number per row.
std::size_t draw(Rng& rng, const Sample& sample, const std::vector<double>& squares,
                 std::vector<double>& sums) {
    double sum = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = sum += sample.weights[i] * squares[i];
    const auto at = std::upper_bound(sums.begin(), sums.end(), rng.uniform() * sum);
    return std::min(static_cast<std::size_t>(at - sums.begin()), sums.size() - 1);
}

/// Greedy k-means++. Fewer centres than asked for where each distinct row is one already.
std::vector<double> first_centres(const Sample& sample, std::size_t clusters, Rng& rng) {
    const std::size_t n = sample.rows.size(), d = sample.dimension;
    const std::size_t candidates = 2 + static_cast<std::size_t>(std::log(static_cast<double>(clusters)));
    std::vector<double> centres, squares(n, 1), sums(n), best(n), with(n);
    const auto add = [&](std::size_t row) {
        centres.insert(centres.end(), sample.rows[row], sample.rows[row] + d);
    };
    std::size_t chosen = draw(rng, sample, squares, sums);
    add(chosen);
    for (std::size_t i = 0; i < n; ++i)
        squares[i] = detail::squared_distance(sample.rows[i], sample.rows[chosen], d);
    while (centres.size() < clusters * d) {
        if (*std::max_element(squares.begin(), squares.end()) <= 0) break;
        double least = -1;
        for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
            const std::size_t row = draw(rng, sample, squares, sums);
            double left = 0;
            for (std::size_t i = 0; i < n; ++i) {
                with[i] = std::min(squares[i], detail::squared_distance(sample.rows[i], sample.rows[row], d));
                left += sample.weights[i] * with[i];
            }
            if (least >= 0 && left >= least) continue;
            least = left;
            chosen = row;
            std::swap(best, with);
        }
        add(chosen);
        std::swap(squares, best);
    }
    return centres;
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
        if (centres.empty()) centres = first_centres(sample, options.clusters, rng);
        Run run = run_from(sample, std::move(centres), shift, options,
                           {i * options.max_iterations, runs * options.max_iterations});
        if (i == 0 || run.inertia < best.inertia) best = std::move(run);
    }
    return best;
}

/// What the model itself says of the rows: its centroids are floats.
KMeansFit figures(const KMeansModel& model, const Sample& sample) {
    KMeansFit fit;
    fit.sizes.resize(model.clusters());
    for (std::size_t i = 0; i < sample.rows.size(); ++i) {
        const Row row{sample.rows[i], sample.dimension};
        const std::size_t cluster = model.assign(row).value_or(0);
        ++fit.sizes[cluster];
        fit.inertia += sample.weights[i] * detail::squared_distance(
                                               row.data(), model.centroids().row(cluster).data(), row.size());
    }
    return fit;
}

}  // namespace

KMeansModel fit_kmeans(MatrixView rows, const KMeansOptions& options) {
    check(rows, options);
    const Sample sample = sample_of(rows, options.weights);
    const Run run = best_run(sample, options);
    const std::size_t d = sample.dimension;
    std::vector<float> centroids(run.centres.size());
    std::transform(run.centres.begin(), run.centres.end(), centroids.begin(),
                   [](double value) { return static_cast<float>(value); });
    KMeansFit fit = figures(KMeansModel{{centroids.data(), centroids.size() / d, d}}, sample);
    fit.iterations = run.iterations;
    // No row is nearest to it, so nothing changes without it.
    std::size_t kept = 0;
    for (std::size_t c = 0; c < fit.sizes.size(); ++c) {
        if (fit.sizes[c] == 0) continue;
        std::copy_n(centroids.data() + c * d, d, centroids.data() + kept * d);
        fit.sizes[kept++] = fit.sizes[c];
    }
    fit.sizes.resize(kept);
    return KMeansModel{{centroids.data(), kept, d}, std::move(fit)};
}

}  // namespace sonde
