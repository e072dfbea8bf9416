// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/mahalanobis.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/covariance.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "MahalanobisModel";
constexpr double largest_covariance = 1e78;  // of the largest floats on opposite sides
constexpr double least_left = 1e-9;          // of a feature's variance, given the others

std::size_t packed(std::size_t row, std::size_t column) { return row * (row + 1) / 2 + column; }

void check(std::span<const double> mean, std::span<const double> covariance, const MahalanobisFit& fit) {
    const std::size_t d = mean.size();
    if (d < 1 || d > MahalanobisModel::max_dimension)
        fail(where, "dimension", static_cast<double>(d), "in [1, 2048]");
    if (covariance.size() != packed(d, 0))
        fail(where, "number of covariances", static_cast<double>(covariance.size()), "d (d + 1) / 2");
    for (const double x : mean)
        if (!is_finite(x) || std::abs(x) > 1e39) fail(where, "mean", x, "in [-1e39, 1e39]");
    for (const double x : covariance)
        if (!is_finite(x) || std::abs(x) > largest_covariance)
            fail(where, "covariance", x, "in [-1e78, 1e78]");
    for (std::size_t j = 0; j < d; ++j)
        if (covariance[packed(j, j)] < 0) fail(where, "variance", covariance[packed(j, j)], "at least 0");
    if (!is_finite(fit.shrinkage) || fit.shrinkage < 0 || fit.shrinkage > 1)
        fail(where, "shrinkage", fit.shrinkage, "in [0, 1]");
}

detail::LinearMap map_of(std::span<const double> mean, std::span<const double> covariance) {
    const std::size_t d = mean.size();
    const auto size = static_cast<Eigen::Index>(d);
    detail::LinearMap map{
        {mean.begin(), mean.end()}, std::vector<double>(d), {}, d, std::sqrt(static_cast<double>(d))};
    for (std::size_t j = 0; j < d; ++j)
        map.scale[j] = std::max(std::sqrt(covariance[packed(j, j)]), detail::least_deviation(mean[j]));
    Eigen::MatrixXd correlation = Eigen::MatrixXd::Identity(size, size);
    for (std::size_t i = 0; i < d; ++i)
        for (std::size_t j = 0; j < i; ++j)
            correlation(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
                std::clamp(covariance[packed(i, j)] / map.scale[i] / map.scale[j], -1.0, 1.0);
    const Eigen::MatrixXd factor = detail::floored_cholesky(correlation, least_left);
    const Eigen::MatrixXd inverse =
        factor.triangularView<Eigen::Lower>().solve(Eigen::MatrixXd::Identity(size, size));
    map.matrix.reserve(packed(d, 0));
    for (Eigen::Index i = 0; i < size; ++i)
        for (Eigen::Index j = 0; j <= i; ++j) map.matrix.push_back(inverse(i, j));
    return map;
}

}  // namespace

MahalanobisModel::MahalanobisModel(std::span<const double> mean, std::span<const double> covariance,
                                   MahalanobisFit fit)
    : covariance_(covariance.begin(), covariance.end()), fit_{std::move(fit)} {
    check(mean, covariance, fit_);
    form_ = detail::QuadraticForm{map_of(mean, covariance)};
}

MahalanobisModel MahalanobisModel::calibrated(ScoreCalibration calibration) const {
    MahalanobisModel model = *this;
    model.fit_.calibration = std::move(calibration);
    return model;
}

void MahalanobisModel::write(ByteWriter& writer) const {
    writer.f64s(mean());
    writer.f64s(covariance_);
    writer.f64(fit_.shrinkage);
    writer.u64(fit_.support);
    write_object(writer, fit_.calibration);
}

MahalanobisModel MahalanobisModel::read(ByteReader& reader, std::uint16_t) try {
    const std::vector<double> mean = reader.f64s(), covariance = reader.f64s();
    MahalanobisFit fit;
    fit.shrinkage = reader.finite();
    fit.support = reader.u64();
    fit.calibration = read_object<ScoreCalibration>(reader);
    return {mean, covariance, std::move(fit)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
