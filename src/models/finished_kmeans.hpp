// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/lloyd.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/kmeans.hpp"

namespace sonde::detail {

/// The rows whose weight is above 0; no weights: all, each 1.
[[nodiscard]] Sample sample_of(MatrixView rows, std::span<const double> weights);

struct KMeansScaling {
    KMeansForm form = KMeansForm::distance;
    double quantile = 0.99;
};

/// The model with these centres, as floats, without those that no row is nearest to; with what it says of the rows.
[[nodiscard]] KMeansModel finished_kmeans(const std::vector<double>& centres, const Sample& sample,
                                          std::uint64_t iterations, KMeansScaling scaling);

}  // namespace sonde::detail
