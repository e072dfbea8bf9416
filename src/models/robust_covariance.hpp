// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/covariance.hpp"
#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde::detail {

struct RobustCovariance {
    Eigen::VectorXd mean;
    Eigen::MatrixXd covariance;
    std::size_t support = 0;  ///< rows they are of
};

/// The minimum covariance determinant estimate, reweighted; see `fit_mahalanobis`.
/// \param support  share of the rows, or 0
[[nodiscard]] RobustCovariance robust_covariance(std::string_view where, MatrixView rows, double support,
                                                 std::uint64_t seed, const FitProgressCallback& progress,
                                                 const Executor& executor);

}  // namespace sonde::detail
