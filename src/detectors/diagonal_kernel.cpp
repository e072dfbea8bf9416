// SPDX-License-Identifier: Apache-2.0
#include "detectors/diagonal_kernel.hpp"

namespace sonde::detail {

namespace {

double plain(const DiagonalTask& task, const float* row) noexcept {
    constexpr std::size_t lanes = 4;  // one sum would wait for itself with every feature
    double sums[lanes] = {};
    const auto square = [&](std::size_t i) {
        const double z = (static_cast<double>(row[i]) - task.mean[i]) * task.inverse[i];
        return z * z;
    };
    std::size_t first = 0;
    for (; first + lanes <= task.dimension; first += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += square(first + lane);
    for (; first < task.dimension; ++first) sums[0] += square(first);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

#if defined(__x86_64__)

using Floats = float __attribute__((vector_size(16)));
using Doubles = double __attribute__((vector_size(32)));

#define SONDE_TARGET __attribute__((target("avx2,fma")))
#define SONDE_INLINE SONDE_TARGET inline __attribute__((always_inline))

/// Adds the squares of four features.
SONDE_INLINE void add(const float* x, const double* mean, const double* inverse, Doubles& sum) noexcept {
    Floats value;
    Doubles m, v;
    __builtin_memcpy(&value, x, sizeof value);
    __builtin_memcpy(&m, mean, sizeof m);
    __builtin_memcpy(&v, inverse, sizeof v);
    const Doubles z = (__builtin_convertvector(value, Doubles) - m) * v;
    sum += z * z;
}

SONDE_INLINE double wide_one(const DiagonalTask& task, const float* x) noexcept {
    const double *mean = task.mean, *inverse = task.inverse;
    Doubles a = {}, b = a, c = a, d = a;
    std::size_t left = task.dimension;
    for (; left >= 16; left -= 16, x += 16, mean += 16, inverse += 16) {
        add(x, mean, inverse, a);
        add(x + 4, mean + 4, inverse + 4, b);
        add(x + 8, mean + 8, inverse + 8, c);
        add(x + 12, mean + 12, inverse + 12, d);
    }
    for (; left >= 4; left -= 4, x += 4, mean += 4, inverse += 4) add(x, mean, inverse, a);
    a = (a + c) + (b + d);
    double sum = (a[0] + a[2]) + (a[1] + a[3]);
    for (std::size_t i = 0; i < left; ++i) {
        const double z = (static_cast<double>(x[i]) - mean[i]) * inverse[i];
        sum += z * z;
    }
    return sum;
}

SONDE_TARGET __attribute__((noinline)) void wide(const DiagonalTask& task, const float* rows,
                                                 std::size_t stride, std::size_t count,
                                                 double* squares) noexcept {
    for (std::size_t i = 0; i < count; ++i) squares[i] = wide_one(task, rows + i * stride);
}

#undef SONDE_INLINE
#undef SONDE_TARGET

#endif

}  // namespace

void diagonal_squares(const DiagonalTask& task, const float* rows, std::size_t stride, std::size_t count,
                      double* squares) noexcept {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return wide(task, rows, stride, count, squares);
#endif
    for (std::size_t i = 0; i < count; ++i) squares[i] = plain(task, rows + i * stride);
}

}  // namespace sonde::detail
