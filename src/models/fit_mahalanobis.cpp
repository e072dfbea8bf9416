// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_mahalanobis.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "models/calibrate.hpp"
#include "models/covariance.hpp"
#include "models/robust_covariance.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_mahalanobis";

struct Estimated {
    Eigen::VectorXd mean;
    Eigen::MatrixXd covariance;
    double shrinkage = 0;
    std::size_t support = 0;
};

void check(MatrixView rows, const MahalanobisOptions& o) {
    detail::check_covariance_rows(where, rows);
    if (o.estimate > CovarianceEstimate::robust)
        fail(where, "estimate", static_cast<double>(o.estimate), "one of the enumerators");
    if (!is_finite(o.shrinkage) || o.shrinkage < 0 || o.shrinkage > 1)
        fail(where, "shrinkage", o.shrinkage, "in [0, 1]");
    if (!is_finite(o.support) || (o.support != 0 && (o.support < 0.5 || o.support > 1)))
        fail(where, "support", o.support, "0 or in [0.5, 1]");
}

Estimated estimated(MatrixView rows, const MahalanobisOptions& o) {
    if (o.estimate == CovarianceEstimate::robust) {
        auto robust = detail::robust_covariance(where, rows, o.support, o.seed, o.progress, o.executor);
        return {std::move(robust.mean), std::move(robust.covariance), 0, robust.support};
    }
    detail::report_progress(where, o.progress, {1, 1});
    detail::RowMoments moments = detail::moments_of(rows);
    const bool fixed = o.estimate == CovarianceEstimate::fixed;
    const double shrinkage = fixed ? o.shrinkage : detail::ledoit_wolf_shrinkage(moments);
    const double degrees = fixed ? std::max(moments.rows - 1, 1.0) : moments.rows;
    return {std::move(moments.mean), detail::shrunk(moments.scatter / degrees, shrinkage), shrinkage,
            rows.rows()};
}

MahalanobisModel model_of(const Estimated& estimated) {
    const Eigen::Index d = estimated.mean.size();
    std::vector<double> packed;
    packed.reserve(static_cast<std::size_t>(d * (d + 1) / 2));
    for (Eigen::Index i = 0; i < d; ++i)
        for (Eigen::Index j = 0; j <= i; ++j) packed.push_back(estimated.covariance(i, j));
    return {{estimated.mean.data(), static_cast<std::size_t>(d)},
            packed,
            {estimated.shrinkage, estimated.support, {}}};
}

}  // namespace

MahalanobisModel fit_mahalanobis(MatrixView rows, const MahalanobisOptions& options) {
    check(rows, options);
    const MahalanobisModel model = model_of(estimated(rows, options));
    return model.calibrated(detail::calibration_of(model, rows, options.executor));
}

}  // namespace sonde
