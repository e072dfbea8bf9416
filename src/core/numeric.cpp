// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/numeric.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <math.h>  // lgamma_r, which POSIX has and C++ has not

namespace sonde {
namespace {

template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
    double value = 0;
    for (auto c = coefficients.rbegin(); c != coefficients.rend(); ++c) value = value * x + *c;
    return value;
}

// The rational approximations PPND16 of AS 241, constant term first.
// clang-format off
constexpr std::array central_p{3.3871328727963666080e0,  1.3314166789178437745e2, 1.9715909503065514427e3,
                               1.3731693765509461125e4,  4.5921953931549871457e4, 6.7265770927008700853e4,
                               3.3430575583588128105e4,  2.5090809287301226727e3};
constexpr std::array central_q{1.0,                     4.2313330701600911252e1, 6.8718700749205790830e2,
                               5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4,
                               2.8729085735721942674e4, 5.2264952788528545610e3};
constexpr std::array middle_p{1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                              3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                              2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr std::array middle_q{1.0,                       2.05319162663775882187e0, 1.67638483018380384940e0,
                              6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
                              5.47593808499534494600e-4, 1.05075007164441684324e-9};
constexpr std::array tail_p{6.65790464350110377720e0,  5.46378491116411436990e0, 1.78482653991729133580e0,
                            2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                            2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr std::array tail_q{1.0,                       5.99832206555887937690e-1, 1.36929880922735805310e-1,
                            1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                            1.42151175831644588870e-7, 2.04426310338993978564e-15};
// clang-format on

// std::lgamma writes the sign to a global, so two threads at once would be a data race.
double log_gamma_of(double a) {
#ifdef _WIN32
    return std::lgamma(a);  // has no such global there
#else
    int sign;
    return ::lgamma_r(a, &sign);
#endif
}

// The regularized incomplete gamma function, as whichever of P(a, x) and Q(a, x) = 1 - P is the smaller and
// so has all its digits: series below a + 1, else Lentz's continued fraction (DLMF 8.11.4 and 8.9.2).
struct Gamma {
    double value;
    bool upper;  // Q, not P
};

/// \param log_gamma  of a
Gamma regularized_gamma(double a, double x, double log_gamma) {
    const double front = std::exp(a * std::log(x) - x - log_gamma);
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (int n = 1; n < 10'000 && term > sum * 1e-17; ++n) sum += term *= x / (a + n);
        return {front * sum, false};
    }
    double b = x + 1 - a, c = 1e300, d = 1 / b, fraction = d;
    for (int n = 1; n < 10'000; ++n) {
        const double factor = -n * (n - a);
        b += 2;
        d = 1 / (factor * d + b);
        c = b + factor / c;
        fraction *= c * d;
        if (std::abs(c * d - 1) < 1e-16) break;
    }
    return {front * fraction, true};
}

// A probability that has a finite quantile.
double inside(double p) { return std::clamp(p, 1e-300, 1 - 0x1p-53); }

}  // namespace

double normal_quantile(double p) noexcept {
    p = inside(p);
    const double q = p - 0.5;
    if (std::abs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * polynomial(central_p, r) / polynomial(central_q, r);
    }
    const double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
    const double z = r <= 5 ? polynomial(middle_p, r - 1.6) / polynomial(middle_q, r - 1.6)
                            : polynomial(tail_p, r - 5) / polynomial(tail_q, r - 5);
    return q < 0 ? -z : z;
}

double chi_squared_quantile(double p, double degrees) noexcept {
    p = inside(p);
    const double a = degrees / 2, log_gamma = log_gamma_of(a), h = 2 / (9 * degrees);
    const double start = degrees * std::pow(1 - h + normal_quantile(p) * std::sqrt(h), 3);
    double low = 0, high = 1e300;
    double x = start > 0 ? start : 0.5 * std::exp((std::log(p * a) + log_gamma) / a);
    for (int i = 0; i < 100; ++i) {
        const Gamma gamma = regularized_gamma(a, x / 2, log_gamma);
        const double error = gamma.upper ? (1 - p) - gamma.value : gamma.value - p;
        (error > 0 ? high : low) = x;
        const double slope = 0.5 * std::exp((a - 1) * std::log(x / 2) - x / 2 - log_gamma);
        double next = x - error / slope;
        if (!(next > low && next < high)) next = high < 1e299 ? (low + high) / 2 : 2 * x;
        if (std::abs(next - x) <= 1e-14 * x) return next;
        x = next;
    }
    return x;
}

}  // namespace sonde
