// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace sonde::detail {

/// What stands between the sums of a layer and its activation, in place; see `DenseLayer`.
/// \param z  as many as there are gains
inline void normalize(float* z, const std::vector<float>& gain, const std::vector<float>& shift) noexcept {
    const auto size = static_cast<double>(gain.size());
    double mean = 0, variance = 0;
    for (std::size_t j = 0; j < gain.size(); ++j) mean += static_cast<double>(z[j]);
    mean /= size;
    for (std::size_t j = 0; j < gain.size(); ++j) {
        const double off = static_cast<double>(z[j]) - mean;
        variance += off * off;
    }
    const double inverse = 1 / std::sqrt(variance / size + 1e-5);
    for (std::size_t j = 0; j < gain.size(); ++j)
        z[j] = gain[j] * static_cast<float>((static_cast<double>(z[j]) - mean) * inverse) + shift[j];
}

}  // namespace sonde::detail
