// SPDX-License-Identifier: Apache-2.0
#include "detectors/cholesky.hpp"

#include <cmath>

namespace sonde::detail {

void update_factor(double* factor, std::size_t d, double keep, double* x) noexcept {
    double* column = factor;
    for (std::size_t k = 0; k < d; ++k) {
        const std::size_t below = d - k;
        const double pivot = keep * column[0], rotated = std::sqrt(pivot * pivot + x[k] * x[k]);
        const double cosine = rotated > 0 ? pivot / rotated : 1, sine = rotated > 0 ? x[k] / rotated : 0;
        column[0] = rotated;
        double* const rest = x + k;
        for (std::size_t i = 1; i < below; ++i) {
            const double old = keep * column[i];
            column[i] = cosine * old + sine * rest[i];
            rest[i] = cosine * rest[i] - sine * old;
        }
        column += below;
    }
}

double forward_squares(const double* factor, const double* inverse_pivot, std::size_t d, std::size_t first,
                       double* y) noexcept {
    const double* column = factor + packed_column(d, first);
    double sum = 0;
    for (std::size_t k = first; k < d; ++k) {
        const double z = y[k] *= inverse_pivot[k];
        sum += z * z;
        double* const rest = y + k;
        for (std::size_t i = 1; i < d - k; ++i) rest[i] -= z * column[i];
        column += d - k;
    }
    return sum;
}

void backward(const double* factor, const double* inverse_pivot, std::size_t d, double* z) noexcept {
    for (std::size_t k = d; k-- > 0;) {
        const double* const column = factor + packed_column(d, k);
        double rest = z[k];
        for (std::size_t i = 1; i < d - k; ++i) rest -= column[i] * z[k + i];
        z[k] = rest * inverse_pivot[k];
    }
}

}  // namespace sonde::detail
