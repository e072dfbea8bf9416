// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_pca.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "models/calibrate.hpp"
#include "models/covariance.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_pca";
// Of the largest: less is rounding. And of what a float of 1e-30 has.
constexpr double no_variance = 1e-9, least_variance = 1e-60;

void check(MatrixView rows, const PcaOptions& o) {
    detail::check_covariance_rows(where, rows);
    if (o.form > PcaForm::residual)
        fail(where, "form", static_cast<double>(o.form), "one of the enumerators");
    if (!is_finite(o.variance_share) || o.variance_share < 0 || o.variance_share > 1)
        fail(where, "variance_share", o.variance_share, "in [0, 1]");
}

/// \param variances  growing
std::size_t components(const Eigen::VectorXd& variances, const PcaOptions& o) {
    const Eigen::Index d = variances.size();
    const double least = std::max(no_variance * variances[d - 1], least_variance);
    Eigen::Index all = 0;
    while (all < d && variances[d - 1 - all] >= least) ++all;
    if (o.components > 0) return std::min(o.components, static_cast<std::size_t>(all));
    const double share = o.variance_share > 0 ? o.variance_share : o.form == PcaForm::weighted ? 1 : 0.9;
    const double wanted = share * variances.sum();
    double held = 0;
    Eigen::Index count = 0;
    while (count < all && (share >= 1 || held < wanted)) held += variances[d - 1 - count++];
    return static_cast<std::size_t>(count);
}

}  // namespace

PcaModel fit_pca(MatrixView rows, const PcaOptions& options) {
    check(rows, options);
    const detail::RowMoments moments = detail::moments_of(rows);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver{moments.scatter /
                                                                std::max(moments.rows - 1, 1.0)};
    detail::report_progress(where, options.progress, {1, 1});
    const Eigen::VectorXd variances = solver.eigenvalues().cwiseMax(0);
    const std::size_t count = components(variances, options);
    PcaComponents found;
    found.mean.assign(moments.mean.data(), moments.mean.data() + moments.mean.size());
    found.total_variance = variances.sum();
    found.variances.reserve(count);
    found.directions.reserve(count * rows.cols());
    for (std::size_t i = 0; i < count; ++i) {
        const Eigen::Index column = variances.size() - 1 - static_cast<Eigen::Index>(i);
        found.variances.push_back(variances[column]);
        const auto direction = solver.eigenvectors().col(column);
        found.directions.insert(found.directions.end(), direction.begin(), direction.end());
    }
    const PcaModel model{options.form, std::move(found)};
    return model.calibrated(detail::calibration_of(model, rows, options.executor));
}

}  // namespace sonde
