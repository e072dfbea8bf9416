// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/multivariate_gaussian.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "detectors/cholesky.hpp"
#include "detectors/diagonal_kernel.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/detectors/scale.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "MultivariateGaussianScorer";
constexpr std::size_t max_dimension = std::size_t{1} << 20;

// A float resolves a mean to 6e-8 of its size; deviations below this part of it are rounding.
constexpr double float_resolution = 1e-6;
// No float that is not 0 is much smaller, and its inverse squared is far from overflow.
constexpr double least_deviation = 1e-30;

MultivariateGaussianOptions checked(MultivariateGaussianOptions o) {
    const bool full = o.covariance == Covariance::full;
    const auto d = static_cast<double>(o.dimension);
    if (o.dimension < 1 || o.dimension > max_dimension) fail(where, "dimension", d, "in [1, 1048576]");
    if (full && o.dimension > MultivariateGaussianScorer::max_full_dimension)
        fail(where, "dimension", d, "at most 1024 for a full covariance");
    if (o.warm_up < 2) fail(where, "warm_up", static_cast<double>(o.warm_up), "at least 2");
    if (!is_finite(o.half_life) || (o.half_life != 0 && o.half_life < (full ? d : 1)))
        fail(where, "half_life", o.half_life, full ? "0 or at least the dimension" : "0 or at least 1");
    if (!is_finite(o.ridge) || o.ridge < 0 || o.ridge >= 1) fail(where, "ridge", o.ridge, "in [0, 1)");
    if (!is_finite(o.min_stddev) || o.min_stddev < 0)
        fail(where, "min_stddev", o.min_stddev, "finite and at least 0");
    if (full) o.warm_up = std::max<std::uint64_t>(o.warm_up, 2 * o.dimension);
    return o;
}

std::vector<double> finite_values(ByteReader& reader, std::size_t size) {
    std::vector<double> values = reader.f64s();
    if (values.size() != size) fail_format(where, "another number of features");
    for (const double& value : values)
        if (!is_finite(value)) fail_format(where, "a value is not finite");
    return values;
}

}  // namespace

MultivariateGaussianScorer::MultivariateGaussianScorer(const MultivariateGaussianOptions& options)
    : options_{checked(options)},
      keep_{options.half_life > 0 ? std::exp2(-1 / options.half_life) : 1},
      mean_(options.dimension),
      scatter_(options.dimension),
      factor_(options.covariance == Covariance::full ? detail::packed_size(options.dimension) : 0),
      inverse_pivot_(options.dimension),
      delta_(options.dimension) {}

Status MultivariateGaussianScorer::status_of(const Row& row) const noexcept {
    if (row.size() != options_.dimension || !all_finite(row)) return Status::bad_input;
    return learned_ < options_.warm_up ? Status::warming_up : Status::ok;
}

inline double MultivariateGaussianScorer::distance(double squares) const noexcept {
    return std::min(std::sqrt(degrees_ * squares), detail::largest_ratio);
}

inline Score MultivariateGaussianScorer::diagonal_score(double squares, const Row& row) const noexcept {
    if (is_finite(squares) && learned_ >= options_.warm_up) return {distance(squares), Status::ok};
    const Status status = status_of(row);
    return {status == Status::ok ? detail::largest_ratio : 0, status};
}

Score MultivariateGaussianScorer::score(const Row& row) const noexcept {
    if (options_.covariance == Covariance::full) {
        const Status status = status_of(row);
        if (status != Status::ok) return {0, status};
        const double squares = full_squares(row);
        return {is_finite(squares) ? distance(squares) : detail::largest_ratio, status};
    }
    if (row.size() != options_.dimension) return {0, Status::bad_input};
    const detail::DiagonalTask task{mean_.data(), inverse_pivot_.data(), row.size()};
    return diagonal_score(detail::diagonal_squares(task, row.data()), row);
}

void MultivariateGaussianScorer::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    if (rows.cols() != options_.dimension || options_.covariance == Covariance::full) {
        for (std::size_t i = 0; i < count; ++i) out[i] = score(rows.row(i));
        return;
    }
    constexpr std::size_t rows_at_once = 64;
    const detail::DiagonalTask task{mean_.data(), inverse_pivot_.data(), options_.dimension};
    double squares[rows_at_once];
    for (std::size_t first = 0; first < count; first += rows_at_once) {
        const std::size_t size = std::min(rows_at_once, count - first);
        detail::diagonal_squares(task, rows.row(first).data(), rows.stride(), size, squares);
        for (std::size_t i = 0; i < size; ++i)
            out[first + i] = diagonal_score(squares[i], rows.row(first + i));
    }
}

double MultivariateGaussianScorer::full_squares(const Row& row) const noexcept {
    double y[max_full_dimension];
    for (std::size_t i = 0; i < row.size(); ++i) y[i] = static_cast<double>(row[i]) - mean_[i];
    return detail::forward_squares(factor_.data(), inverse_pivot_.data(), row.size(), 0, y);
}

void MultivariateGaussianScorer::learn(const Row& row) noexcept {
    if (status_of(row) == Status::bad_input) return;
    ++learned_;
    const double before = keep_ * weight_;
    weight_ = before + 1;
    weight2_ = keep_ * keep_ * weight2_ + 1;
    // S' = keep S + before/weight (x - m)(x - m)^T, with the mean m from before (West, CACM 22, 1979).
    const double pull = 1 / weight_, share = before * pull, root = std::sqrt(share);
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double delta = static_cast<double>(row[i]) - mean_[i];
        mean_[i] += delta * pull;
        scatter_[i] = keep_ * scatter_[i] + share * delta * delta;
        delta_[i] = root * delta;
    }
    if (options_.covariance == Covariance::full)
        detail::update_factor(factor_.data(), row.size(), std::sqrt(keep_), delta_.data());
    refresh();
}

void MultivariateGaussianScorer::refresh() noexcept {
    degrees_ = std::max(weight_ - weight2_ / weight_, 1e-12);
    const double root = std::sqrt(degrees_);
    const std::size_t d = options_.dimension;
    const bool full = options_.covariance == Covariance::full;
    for (std::size_t i = 0, diagonal = 0; i < d; diagonal += d - i, ++i) {
        const double least = std::max(float_resolution * std::abs(mean_[i]), least_deviation);
        const double pivot = full ? std::max(factor_[diagonal], std::sqrt(options_.ridge * scatter_[i]))
                                  : std::sqrt(scatter_[i]);
        inverse_pivot_[i] = 1 / std::max(pivot, root * std::max(least, options_.min_stddev));
    }
}

Score MultivariateGaussianScorer::attribute(const Row& row, std::span<double> shares) const {
    std::fill(shares.begin(), shares.end(), 0.0);
    Score result = score(row);
    if (shares.size() != row.size()) result = {0, Status::bad_input};
    if (result.status != Status::ok || result.value <= 0) return result;
    if (options_.covariance == Covariance::full) {
        leave_one_out(row, shares);
    } else {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const double z = (static_cast<double>(row[i]) - mean_[i]) * inverse_pivot_[i];
            shares[i] = z * z;
        }
    }
    double sum = 0;
    for (const double share : shares) sum += share;
    for (double& share : shares) share = sum > 0 ? share / sum * result.value : 0;
    return result;
}

void MultivariateGaussianScorer::leave_one_out(const Row& row, std::span<double> parts) const {
    const std::size_t d = row.size();
    std::vector<double> solved(d), unit(d);
    for (std::size_t i = 0; i < d; ++i) solved[i] = static_cast<double>(row[i]) - mean_[i];
    static_cast<void>(detail::forward_squares(factor_.data(), inverse_pivot_.data(), d, 0, solved.data()));
    detail::backward(factor_.data(), inverse_pivot_.data(), d, solved.data());
    for (std::size_t i = 0; i < d; ++i) {
        std::fill(unit.begin(), unit.end(), 0.0);
        unit[i] = 1;
        // The squared length of column i of L^-1 is element (i, i) of the inverse.
        const double inverse =
            detail::forward_squares(factor_.data(), inverse_pivot_.data(), d, i, unit.data());
        parts[i] = solved[i] * solved[i] / inverse;
    }
}

double MultivariateGaussianScorer::default_threshold() const noexcept {
    return std::sqrt(chi_squared_quantile(1 - 0.0027, static_cast<double>(options_.dimension)));
}

bool MultivariateGaussianScorer::plausible() const noexcept {
    const bool weighted = weight_ >= 1 && weight2_ >= 1 && weight2_ <= weight_ && weight_ <= 0x1p64;
    if (learned_ == 0 ? weight_ != 0 || weight2_ != 0 : !weighted) return false;
    return std::all_of(scatter_.begin(), scatter_.end(), [](double s) { return s >= 0; });
}

void MultivariateGaussianScorer::write(ByteWriter& writer) const {
    writer.u64(options_.dimension);
    writer.u8(static_cast<std::uint8_t>(options_.covariance));
    writer.u64(options_.warm_up);
    writer.f64(options_.half_life);
    writer.f64(options_.ridge);
    writer.f64(options_.min_stddev);
    writer.u64(learned_);
    writer.f64(weight_);
    writer.f64(weight2_);
    writer.f64s(mean_);
    writer.f64s(scatter_);
    writer.f64s(factor_);
}

MultivariateGaussianScorer MultivariateGaussianScorer::read(ByteReader& reader, std::uint16_t) try {
    MultivariateGaussianOptions options;
    options.dimension = static_cast<std::size_t>(reader.u64());
    options.covariance = static_cast<Covariance>(reader.choice(1));
    options.warm_up = reader.u64();
    options.half_life = reader.finite();
    options.ridge = reader.finite();
    options.min_stddev = reader.finite();
    if (options.dimension > reader.left() / 16) fail_format(where, "features missing");
    MultivariateGaussianScorer scorer{options};
    scorer.learned_ = reader.u64();
    scorer.weight_ = reader.finite();
    scorer.weight2_ = reader.finite();
    scorer.mean_ = finite_values(reader, scorer.mean_.size());
    scorer.scatter_ = finite_values(reader, scorer.scatter_.size());
    scorer.factor_ = finite_values(reader, scorer.factor_.size());
    if (!scorer.plausible()) fail_format(where, "weights or variances that no stream has");
    if (scorer.learned_ > 0) scorer.refresh();
    return scorer;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
