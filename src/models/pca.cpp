// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/pca.hpp"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "PcaModel";
constexpr double largest_mean = 1e39, least_variance = 1e-80, largest_variance = 1e82;

using Directions = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

Directions directions_of(const PcaComponents& c) {
    return {c.directions.data(), static_cast<Eigen::Index>(c.variances.size()),
            static_cast<Eigen::Index>(c.mean.size())};
}

void check_variances(const PcaComponents& c) {
    if (!is_finite(c.total_variance) || c.total_variance < 0 || c.total_variance > largest_variance)
        fail(where, "total variance", c.total_variance, "in [0, 1e82]");
    double before = c.total_variance * (1 + 1e-9);
    for (const double variance : c.variances) {
        if (!is_finite(variance) || variance < least_variance || variance > before)
            fail(where, "variance", variance,
                 "at least 1e-80, at most that of the component before and in total");
        before = variance;
    }
}

void check(const PcaComponents& c) {
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    const std::size_t d = c.mean.size(), k = c.variances.size();
    if (d < 1 || d > PcaModel::max_dimension) fail(where, "dimension", number(d), "in [1, 2048]");
    if (k > d) fail(where, "number of components", number(k), "at most that of the features");
    if (c.directions.size() != k * d)
        fail(where, "size of the directions", number(c.directions.size()), "components x features");
    for (const double x : c.mean)
        if (!is_finite(x) || std::abs(x) > largest_mean) fail(where, "mean", x, "in [-1e39, 1e39]");
    for (const double x : c.directions)
        if (!is_finite(x) || std::abs(x) > 2) fail(where, "element of a direction", x, "in [-1, 1]");
    check_variances(c);
    const auto size = static_cast<Eigen::Index>(k);
    const Eigen::MatrixXd products = directions_of(c) * directions_of(c).transpose();
    if (k > 0 && (products - Eigen::MatrixXd::Identity(size, size)).cwiseAbs().maxCoeff() > 1e-6)
        fail(where, "directions", "something else", "orthonormal");
}

/// What features deviate by: variance outside of the components is shared among them.
std::vector<double> deviations(const PcaComponents& c) {
    const std::size_t d = c.mean.size();
    double left = c.total_variance;
    for (const double variance : c.variances) left -= variance;
    // The share keeps any of them from being far below the others.
    const double share = (std::max(left, 0.0) + 1e-9 * c.total_variance) / static_cast<double>(d);
    std::vector<double> result(d, share);
    for (std::size_t i = 0; i < c.variances.size(); ++i)
        for (std::size_t j = 0; j < d; ++j)
            result[j] += c.variances[i] * c.directions[i * d + j] * c.directions[i * d + j];
    for (double& x : result) x = x > 0 ? std::sqrt(x) : 1;
    return result;
}

/// An orthonormal basis of what the components do not span.
Eigen::MatrixXd complement(const PcaComponents& c) {
    const auto d = static_cast<Eigen::Index>(c.mean.size()),
               k = static_cast<Eigen::Index>(c.variances.size());
    if (k == 0) return Eigen::MatrixXd::Identity(d, d);
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr{directions_of(c).transpose()};
    Eigen::MatrixXd basis = Eigen::MatrixXd::Zero(d, d - k);
    basis.bottomRows(d - k).setIdentity();
    basis.applyOnTheLeft(qr.householderQ());
    return basis.transpose();
}

/// A matrix L for which |L y| = |A y| and L_ij = 0 beyond j = i + columns - rows, without these zeros, row after row:
/// the triangular factor of A, taken from the last column on.
std::vector<double> trapezoid(const Eigen::MatrixXd& matrix) {
    const Eigen::Index rows = matrix.rows(), columns = matrix.cols();
    std::vector<double> packed;
    if (rows == 0) return packed;
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr{matrix.rowwise().reverse()};
    packed.reserve(static_cast<std::size_t>(rows * columns));
    for (Eigen::Index i = 0; i < rows; ++i)
        for (Eigen::Index j = 0; j <= i + columns - rows; ++j)
            packed.push_back(qr.matrixQR()(rows - 1 - i, columns - 1 - j));
    return packed;
}

detail::LinearMap map_of(PcaForm form, const PcaComponents& c) {
    detail::LinearMap map{c.mean, deviations(c), {}, c.variances.size(), 1};
    Eigen::MatrixXd matrix;
    if (form == PcaForm::weighted) {
        matrix = directions_of(c);
        for (std::size_t i = 0; i < c.variances.size(); ++i)
            matrix.row(static_cast<Eigen::Index>(i)) /= std::sqrt(c.variances[i]);
        map.usual = std::sqrt(static_cast<double>(c.variances.size()));
    } else {
        matrix = complement(c);
        map.outputs = c.mean.size() - c.variances.size();
        double left = c.total_variance;
        for (const double variance : c.variances) left -= variance;
        map.usual = std::sqrt(std::max(left, 0.0));
    }
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) matrix.col(j) *= map.scale[static_cast<std::size_t>(j)];
    map.matrix = trapezoid(matrix);
    return map;
}

}  // namespace

PcaModel::PcaModel(PcaForm form, PcaComponents components) : form_{form}, components_{std::move(components)} {
    if (form > PcaForm::residual) fail(where, "form", static_cast<double>(form), "one of the enumerators");
    check(components_);
    distance_ = detail::QuadraticForm{map_of(form_, components_)};
}

PcaModel PcaModel::calibrated(ScoreCalibration calibration) const {
    PcaModel model = *this;
    model.components_.calibration = std::move(calibration);
    return model;
}

void PcaModel::write(ByteWriter& writer) const {
    writer.u8(static_cast<std::uint8_t>(form_));
    writer.f64s(components_.mean);
    writer.f64s(components_.variances);
    writer.f64s(components_.directions);
    writer.f64(components_.total_variance);
    write_object(writer, components_.calibration);
}

PcaModel PcaModel::read(ByteReader& reader, std::uint16_t) try {
    const auto form = static_cast<PcaForm>(reader.choice(static_cast<std::uint8_t>(PcaForm::residual)));
    PcaComponents components;
    components.mean = reader.f64s();
    components.variances = reader.f64s();
    components.directions = reader.f64s();
    components.total_variance = reader.finite();
    components.calibration = read_object<ScoreCalibration>(reader);
    return {form, std::move(components)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
