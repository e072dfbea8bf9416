// SPDX-License-Identifier: Apache-2.0
#include "models/covariance.hpp"

#include <algorithm>
#include <cmath>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/quadratic_form.hpp"

namespace sonde::detail {

namespace {

constexpr std::size_t rows_at_once = 256;  // as doubles

using Rows = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0,
                        Eigen::OuterStride<>>;

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

/// Calls take(block of rows as columns of doubles).
template <class F>
void for_blocks(MatrixView rows, const F& take) {
    for (std::size_t first = 0; first < rows.rows(); first += rows_at_once) {
        const std::size_t size = std::min(rows_at_once, rows.rows() - first);
        const Rows block{rows.row(first).data(), index(size), index(rows.cols()),
                         Eigen::OuterStride<>{index(rows.stride())}};
        take(Eigen::MatrixXd{block.transpose().cast<double>()});
    }
}

}  // namespace

RowMoments moments_of(MatrixView rows) {
    const Eigen::Index d = index(rows.cols());
    RowMoments moments{Eigen::VectorXd::Zero(d), Eigen::MatrixXd::Zero(d, d), 0,
                       static_cast<double>(rows.rows())};
    for_blocks(rows,
               [&](const Eigen::MatrixXd& block) { moments.mean += block.rowwise().sum() / moments.rows; });
    for_blocks(rows, [&](Eigen::MatrixXd block) {
        block.colwise() -= moments.mean;
        moments.scatter.selfadjointView<Eigen::Lower>().rankUpdate(block);
        for (Eigen::Index i = 0; i < block.cols(); ++i) {
            const double squares = block.col(i).squaredNorm();
            moments.fourth += squares * squares;
        }
    });
    moments.scatter.triangularView<Eigen::StrictlyUpper>() = moments.scatter.transpose();
    return moments;
}

double ledoit_wolf_shrinkage(const RowMoments& moments) {
    const auto d = static_cast<double>(moments.mean.size());
    if (d < 2) return 0;  // whatever it is, the result is the same
    const double n = moments.rows, trace = moments.scatter.trace() / n;
    const double squares = (moments.scatter / n).squaredNorm();
    const double spread = (squares - trace * trace / d) / d;
    const double noise = std::min((moments.fourth / n - squares) / (d * n), spread);
    return spread > 0 && noise > 0 ? noise / spread : 0;
}

Eigen::MatrixXd shrunk(const Eigen::MatrixXd& covariance, double shrinkage) {
    Eigen::MatrixXd result = (1 - shrinkage) * covariance;
    result.diagonal().array() += shrinkage * covariance.trace() / static_cast<double>(covariance.rows());
    return result;
}

double least_deviation(double mean) noexcept { return std::max(1e-6 * std::abs(mean), 1e-30); }

Eigen::MatrixXd floored_cholesky(const Eigen::MatrixXd& correlation, double least) {
    const Eigen::Index d = correlation.rows();
    Eigen::MatrixXd factor = Eigen::MatrixXd::Zero(d, d);
    for (Eigen::Index j = 0; j < d; ++j) {
        Eigen::VectorXd column = correlation.col(j).tail(d - j);
        column.noalias() -= factor.bottomLeftCorner(d - j, j) * factor.row(j).head(j).transpose();
        const double pivot = std::sqrt(std::max(column[0], least));
        factor.col(j).tail(d - j) = column / pivot;
        factor(j, j) = pivot;
    }
    return factor;
}

void check_covariance_rows(std::string_view where, MatrixView rows) {
    if (rows.cols() > QuadraticForm::max_dimension)
        fail(where, "dimension", static_cast<double>(rows.cols()), "in [1, 2048]");
    check_training_rows(where, rows);
}

}  // namespace sonde::detail
