// SPDX-License-Identifier: Apache-2.0
#include "models/robust_covariance.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>
#include <vector>

#include "models/throwing_tasks.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"

namespace sonde::detail {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Columns = std::vector<Index>;  // which rows of the data: columns here

// The paper's figures (sections 3.2 and 3.3), but for more than 60 features, of which small groups say little.
constexpr std::size_t most_groups = 5, group_rows = 300, most_tries = 500, kept_tries = 10;
constexpr int first_steps = 2, most_steps = 30;
// Of the largest variance in any direction: less is none.
constexpr double no_variance = 1e-12;
constexpr double singular = -1e300;  // log determinant

struct Estimate {
    VectorXd mean;
    MatrixXd covariance;
    MatrixXd whitening;  // squared distance: |whitening (x - mean)|^2
    double log_determinant = singular;
};

Index index(std::size_t i) { return static_cast<Index>(i); }

/// Directions without variance say nothing, as in scikit-learn's pseudo-inverse.
void invert(Estimate& estimate) {
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver{estimate.covariance};
    const VectorXd& variances = solver.eigenvalues();
    const Index d = variances.size();
    const double least = no_variance * std::max(variances[d - 1], 1e-280);
    Index none = 0;
    while (none < d && variances[none] <= least) ++none;
    const VectorXd inverse_roots = variances.tail(d - none).cwiseSqrt().cwiseInverse();
    estimate.whitening = inverse_roots.asDiagonal() * solver.eigenvectors().rightCols(d - none).transpose();
    estimate.log_determinant = none > 0 ? singular : variances.array().log().sum();
}

Estimate estimate_of(const MatrixXd& data, const Columns& columns) {
    const auto n = static_cast<double>(columns.size());
    MatrixXd chosen(data.rows(), index(columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i) chosen.col(index(i)) = data.col(columns[i]);
    Estimate estimate;
    estimate.mean = chosen.rowwise().sum() / n;
    chosen.colwise() -= estimate.mean;
    estimate.covariance = MatrixXd::Zero(data.rows(), data.rows());
    estimate.covariance.selfadjointView<Eigen::Lower>().rankUpdate(chosen, 1 / n);
    estimate.covariance.triangularView<Eigen::StrictlyUpper>() = estimate.covariance.transpose();
    invert(estimate);
    return estimate;
}

/// Squared distances of some columns.
std::vector<double> distances(const MatrixXd& data, const Columns& columns, const Estimate& estimate) {
    constexpr std::size_t at_once = 256;
    std::vector<double> squares;
    squares.reserve(columns.size());
    for (std::size_t first = 0; first < columns.size(); first += at_once) {
        const std::size_t size = std::min(at_once, columns.size() - first);
        MatrixXd centred(data.rows(), index(size));
        for (std::size_t i = 0; i < size; ++i)
            centred.col(index(i)) = data.col(columns[first + i]) - estimate.mean;
        const VectorXd block = (estimate.whitening * centred).colwise().squaredNorm();
        squares.insert(squares.end(), block.data(), block.data() + block.size());
    }
    return squares;
}

/// The `count` columns that are nearest.
Columns nearest(const MatrixXd& data, const Columns& columns, const Estimate& estimate, std::size_t count) {
    const std::vector<double> squares = distances(data, columns, estimate);
    std::vector<std::size_t> order(columns.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto nearer = [&](std::size_t a, std::size_t b) {
        return squares[a] < squares[b] || (squares[a] <= squares[b] && a < b);
    };
    std::nth_element(order.begin(), order.begin() + index(count - 1), order.end(), nearer);
    Columns chosen(count);
    std::transform(order.begin(), order.begin() + index(count), chosen.begin(),
                   [&](std::size_t i) { return columns[i]; });
    return chosen;
}

/// Takes the nearest columns, estimates from these, and so on: the determinant never grows (theorem 1).
Estimate concentrate(const MatrixXd& data, const Columns& columns, std::size_t support, Estimate estimate,
                     int steps) {
    for (int step = 0; step < steps && estimate.log_determinant > singular; ++step) {
        Estimate next = estimate_of(data, nearest(data, columns, estimate, support));
        const bool settled = step > 0 && next.log_determinant >= estimate.log_determinant - 1e-12;
        estimate = std::move(next);
        if (settled) break;
    }
    return estimate;
}

/// `count` of the columns, shuffled: the head of Fisher and Yates'.
Columns drawn(Columns columns, std::size_t count, Rng& rng) {
    for (std::size_t i = 0; i < count; ++i) std::swap(columns[i], columns[i + rng.below(columns.size() - i)]);
    columns.resize(count);
    return columns;
}

void keep_best(std::vector<Estimate>& estimates, std::size_t count) {
    std::stable_sort(estimates.begin(), estimates.end(), [](const Estimate& a, const Estimate& b) {
        return a.log_determinant < b.log_determinant;
    });
    if (estimates.size() > count) estimates.resize(count);
}

/// The search for the rows of the least determinant.
class Search {
public:
    Search(std::string_view where, const MatrixXd& data, double share, std::uint64_t seed,
           const FitProgressCallback& progress, const Executor& executor)
        : where_{where}, data_{data}, share_{share}, rng_{seed}, progress_{progress}, executor_{executor} {}

    Estimate run() {
        const std::size_t n = static_cast<std::size_t>(data_.cols()),
                          d = static_cast<std::size_t>(data_.rows());
        Columns all(n);
        std::iota(all.begin(), all.end(), Index{0});
        const std::size_t size = std::max(group_rows, 5 * d);
        const std::size_t groups = std::clamp<std::size_t>(n / size, 1, most_groups);
        const std::size_t scaled = most_tries * 60 * 60 / (d * d + 1);
        tries_ = std::clamp<std::size_t>(scaled, 50, most_tries) / groups;
        total_ = tries_ * groups;
        const Columns merged = drawn(all, groups > 1 ? groups * size : n, rng_);
        std::vector<Estimate> candidates;
        for (std::size_t g = 0; g < groups; ++g) {
            const std::size_t part = merged.size() / groups;
            std::vector<Estimate> best =
                search({merged.begin() + index(g * part), merged.begin() + index((g + 1) * part)});
            std::move(best.begin(), best.end(), std::back_inserter(candidates));
        }
        if (groups > 1) improve(candidates, merged, first_steps);
        keep_best(candidates, kept_tries);
        improve(candidates, all, most_steps);
        keep_best(candidates, 1);
        // Half of the rows lie in a subspace: no determinant tells any rows from others.
        if (candidates.front().log_determinant > singular) return candidates.front();
        return estimate_of(data_, all);
    }

private:
    [[nodiscard]] std::size_t support(std::size_t rows) const {
        return std::clamp<std::size_t>(
            static_cast<std::size_t>(std::ceil(share_ * static_cast<double>(rows))), 1, rows);
    }

    /// The best of tries, each from random rows: as many as are kept, as scikit-learn starts, which on data that is far
    /// from normal separates anomalies better than the paper's d + 1.
    std::vector<Estimate> search(const Columns& columns) {
        const std::size_t h = support(columns.size());
        std::vector<Estimate> found(tries_);
        std::vector<std::uint64_t> seeds(tries_);
        for (auto& seed : seeds) seed = rng_.next();
        constexpr std::size_t batch = 10;  // between two reports
        for (std::size_t first = 0; first < tries_; first += batch) {
            const auto attempt = [&](std::size_t i) {
                Rng rng{seeds[first + i]};
                found[first + i] =
                    concentrate(data_, columns, h, estimate_of(data_, drawn(columns, h, rng)), first_steps);
            };
            const std::size_t size = std::min(batch, tries_ - first);
            run_throwing_tasks(executor_, size, attempt);
            report_progress(where_, progress_, {done_ += size, total_});
        }
        keep_best(found, kept_tries);
        return found;
    }

    void improve(std::vector<Estimate>& estimates, const Columns& columns, int steps) {
        const auto one = [&](std::size_t i) {
            estimates[i] =
                concentrate(data_, columns, support(columns.size()), std::move(estimates[i]), steps);
        };
        run_throwing_tasks(executor_, estimates.size(), one);
    }

    std::string_view where_;
    const MatrixXd& data_;
    double share_;
    Rng rng_;
    const FitProgressCallback& progress_;
    const Executor& executor_;
    std::size_t tries_ = 0, total_ = 0, done_ = 0;
};

/// The rows as columns, feature by feature in deviations; then in the directions in which they vary.
MatrixXd reduced(const MatrixXd& columns, const MatrixXd& covariance) {
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver{covariance};
    const VectorXd& variances = solver.eigenvalues();
    const Index d = variances.size();
    Index none = 0;
    while (none < d && variances[none] <= no_variance * std::max(variances[d - 1], 1e-280)) ++none;
    return solver.eigenvectors().rightCols(d - none).transpose() * columns;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + index(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// The rows that are no outliers under the estimate.
Columns good_rows(const MatrixXd& data, const Estimate& estimate) {
    const auto d = static_cast<double>(data.rows());
    Columns all(static_cast<std::size_t>(data.cols()));
    std::iota(all.begin(), all.end(), Index{0});
    const std::vector<double> squares = distances(data, all, estimate);
    const double middle = median(squares);
    const double limit = middle * chi_squared_quantile(0.975, d) / chi_squared_quantile(0.5, d);
    Columns good;
    good.reserve(all.size());
    for (const Index i : all)
        if (squares[static_cast<std::size_t>(i)] <= limit) good.push_back(i);
    return good;
}

}  // namespace

RobustCovariance robust_covariance(std::string_view where, MatrixView rows, double support,
                                   std::uint64_t seed, const FitProgressCallback& progress,
                                   const Executor& executor) {
    const RowMoments moments = moments_of(rows);
    const Index d = index(rows.cols());
    VectorXd scale(d);
    for (Index j = 0; j < d; ++j)
        scale[j] =
            std::max(std::sqrt(moments.scatter(j, j) / moments.rows), least_deviation(moments.mean[j]));
    MatrixXd columns(d, index(rows.rows()));
    for (std::size_t i = 0; i < rows.rows(); ++i)
        for (Index j = 0; j < d; ++j)
            columns(j, index(i)) =
                (static_cast<double>(rows.row(i)[static_cast<std::size_t>(j)]) - moments.mean[j]) / scale[j];
    const MatrixXd correlation = scale.cwiseInverse().asDiagonal() * (moments.scatter / moments.rows) *
                                 scale.cwiseInverse().asDiagonal();
    const MatrixXd data = reduced(columns, correlation);
    if (data.rows() == 0) return {moments.mean, moments.scatter / moments.rows, rows.rows()};
    const double least = (moments.rows + static_cast<double>(data.rows()) + 1) / (2 * moments.rows);
    Search search{where, data, support > 0 ? support : std::min(least, 1.0), seed, progress, executor};
    const Columns good = good_rows(data, search.run());
    Estimate estimate = estimate_of(columns, good);
    return {moments.mean + scale.cwiseProduct(estimate.mean),
            scale.asDiagonal() * estimate.covariance * scale.asDiagonal(), good.size()};
}

}  // namespace sonde::detail
