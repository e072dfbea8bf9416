// SPDX-License-Identifier: Apache-2.0
#include "models/svm_scores.hpp"

#include <algorithm>
#include <cmath>

#include "models/rbf_kernel.hpp"

namespace sonde::detail {

double log_share(const SvmExpansion& expansion, const Row& row, std::size_t without) noexcept {
    const MatrixView vectors = expansion.vectors();
    double least = 0, sum = 0, all = 0;
    for (std::size_t i = 0; i < vectors.rows(); ++i) {
        const double coefficient = expansion.coefficients()[i];
        if (i == without || coefficient <= 0) continue;
        const double exponent =
            expansion.gamma() * squares_between(row.data(), vectors.row(i).data(), row.size());
        if (all <= 0 || exponent < least) {
            sum *= all <= 0 ? 0 : std::exp(exponent - least);
            least = exponent;
        }
        sum += coefficient * std::exp(least - exponent);
        all += coefficient;
    }
    return all > 0 ? std::log(sum / all) - least : 0;
}

void scale_to(std::span<double> values, double total) noexcept {
    double most = 0, sum = 0;
    for (const double value : values) most = std::max(most, value);
    for (double& value : values) {
        value = most > 0 ? value / most : 1;  // so that neither the sum nor a ratio leaves double's range
        sum += value;
    }
    for (double& value : values) value *= total / sum;
}

}  // namespace sonde::detail
