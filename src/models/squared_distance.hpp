// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace sonde::detail {

/// The square of the distance of two points, in double whatever they are stored in.
template <class X, class Y>
[[nodiscard]] double squared_distance(const X* x, const Y* y, std::size_t dimension) noexcept {
    double even = 0, odd = 0;  // one sum would wait for itself with every feature
    std::size_t i = 0;
    for (; i + 2 <= dimension; i += 2) {
        const double a = static_cast<double>(x[i]) - static_cast<double>(y[i]);
        const double b = static_cast<double>(x[i + 1]) - static_cast<double>(y[i + 1]);
        even += a * a;
        odd += b * b;
    }
    if (i < dimension) {
        const double a = static_cast<double>(x[i]) - static_cast<double>(y[i]);
        even += a * a;
    }
    return even + odd;
}

}  // namespace sonde::detail
