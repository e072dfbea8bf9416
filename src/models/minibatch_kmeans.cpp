// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/minibatch_kmeans.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "models/finished_kmeans.hpp"
#include "models/first_centres.hpp"
#include "models/lloyd.hpp"
#include "models/squared_distance.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

using detail::Sample;

constexpr std::string_view where = "fit_minibatch_kmeans";

void check(MatrixView rows, const MiniBatchKMeansOptions& o) {
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    detail::check_training_rows(where, rows);
    if (o.clusters < 1 || o.clusters > KMeansModel::max_clusters)
        fail(where, "clusters", number(o.clusters), "in [1, 1048576]");
    if (o.batch < 1 || o.batch > (std::size_t{1} << 20))
        fail(where, "batch", number(o.batch), "in [1, 1048576]");
    if (o.restarts < 1) fail(where, "restarts", 0, "at least 1");
    if (o.max_epochs < 1) fail(where, "max_epochs", 0, "at least 1");
    if (o.patience < 1) fail(where, "patience", 0, "at least 1");
    if (!is_finite(o.scale_quantile) || o.scale_quantile <= 0 || o.scale_quantile >= 1)
        fail(where, "scale_quantile", o.scale_quantile, "in (0, 1)");
    detail::check_weights(where, o.weights, rows.rows());
}

/// `count` rows, drawn with replacement.
Sample drawn(const Sample& sample, std::size_t count, Rng& rng) {
    Sample batch{{}, {}, sample.dimension};
    batch.rows.reserve(count);
    batch.weights.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto row = static_cast<std::size_t>(rng.below(sample.rows.size()));
        batch.rows.push_back(sample.rows[row]);
        batch.weights.push_back(sample.weights[row]);
    }
    return batch;
}

struct Assignment {
    std::vector<std::size_t> clusters;
    double inertia = 0, weight = 0;
};

Assignment assign(const Sample& batch, const std::vector<double>& centres) {
    const std::size_t d = batch.dimension;
    Assignment found;
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
        std::size_t best = 0;
        double least = 0;
        for (std::size_t c = 0; c * d < centres.size(); ++c) {
            const double squares = detail::squared_distance(batch.rows[i], centres.data() + c * d, d);
            if (c > 0 && squares >= least) continue;
            best = c;
            least = squares;
        }
        found.clusters.push_back(best);
        found.inertia += batch.weights[i] * least;
        found.weight += batch.weights[i];
    }
    return found;
}

std::vector<double> best_start(const Sample& sample, const MiniBatchKMeansOptions& options, Rng& rng) {
    const std::size_t size = std::min(sample.rows.size(), 3 * std::max(options.batch, options.clusters));
    const Sample judges = drawn(sample, size, rng);
    std::vector<double> best;
    double least = 0;
    for (std::size_t i = 0; i < options.restarts; ++i) {
        const bool all = size == sample.rows.size();
        auto centres = detail::first_centres(all ? sample : drawn(sample, size, rng), options.clusters, rng);
        const double inertia = assign(judges, centres).inertia;
        if (i > 0 && inertia >= least) continue;
        least = inertia;
        best = std::move(centres);
    }
    return best;
}

void pull(const Sample& batch, const Assignment& to, std::vector<double>& centres,
          std::vector<double>& weights) {
    const std::size_t d = batch.dimension;
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
        const double part = batch.weights[i] / (weights[to.clusters[i]] += batch.weights[i]);
        double* centre = centres.data() + to.clusters[i] * d;
        for (std::size_t j = 0; j < d; ++j)
            centre[j] += (static_cast<double>(batch.rows[i][j]) - centre[j]) * part;
    }
}

/// Centres that had next to no rows start anew.
void move_unpopular(const Sample& batch, std::vector<double>& centres, std::vector<double>& weights,
                    Rng& rng) {
    constexpr double unpopular = 0.01;
    const double bound = unpopular * *std::max_element(weights.begin(), weights.end());
    double least = bound / unpopular;
    for (const double weight : weights)
        if (weight >= bound) least = std::min(least, weight);
    std::size_t moved = 0;
    for (std::size_t c = 0; c < weights.size() && moved < batch.rows.size() / 2; ++c) {
        if (weights[c] >= bound) continue;
        const float* row = batch.rows[static_cast<std::size_t>(rng.below(batch.rows.size()))];
        std::copy_n(row, batch.dimension, centres.data() + c * batch.dimension);
        weights[c] = least;
        ++moved;
    }
}

/// Says when the inertia of batches has stopped falling.
class Settled {
public:
    Settled(const MiniBatchKMeansOptions& options, std::size_t rows)
        : patience_{options.patience},
          alpha_{std::min(1.0, 2 * static_cast<double>(options.batch) / static_cast<double>(rows + 1))} {}

    bool operator()(double inertia) {
        smoothed_ = batches_++ == 0 ? inertia : smoothed_ * (1 - alpha_) + inertia * alpha_;
        if (batches_ > 1 && smoothed_ >= least_) return ++without_ >= patience_;
        least_ = smoothed_;
        without_ = 0;
        return false;
    }

private:
    std::size_t patience_, batches_ = 0, without_ = 0;
    double alpha_, smoothed_ = 0, least_ = 0;
};

}  // namespace

KMeansModel fit_minibatch_kmeans(MatrixView rows, const MiniBatchKMeansOptions& options) {
    check(rows, options);
    const Sample sample = detail::sample_of(rows, options.weights);
    Rng rng{options.seed};
    std::vector<double> centres = best_start(sample, options, rng);
    std::vector<double> weights(centres.size() / sample.dimension);
    const std::size_t per_epoch = (sample.rows.size() + options.batch - 1) / options.batch;
    const std::size_t most = std::max<std::size_t>(options.max_epochs * per_epoch, 1);
    Settled settled{options, sample.rows.size()};
    std::size_t done = 0, since_move = 0;
    while (done < most) {
        const Sample batch = drawn(sample, options.batch, rng);
        const Assignment to = assign(batch, centres);
        pull(batch, to, centres, weights);
        ++done;
        detail::report_progress(where, options.progress, {done, most});
        if (done > 1 && settled(to.inertia / to.weight))
            break;  // the first batch is judged by untaught centres
        since_move += options.batch;
        if (since_move < 10 * weights.size() || done == most) continue;
        since_move = 0;
        move_unpopular(batch, centres, weights, rng);
    }
    return detail::finished_kmeans(centres, sample, done, {options.form, options.scale_quantile});
}

}  // namespace sonde
