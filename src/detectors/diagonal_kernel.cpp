// SPDX-License-Identifier: Apache-2.0
#include "detectors/diagonal_kernel.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

/// Sums four at a time.
__attribute__((target("avx2,fma"))) double in_fours(const DiagonalTask& task, const float* x) noexcept {
    const double *mean = task.mean, *inverse = task.inverse;
    __m256d a = _mm256_setzero_pd(), b = a, c = a, d = a;
    const auto add = [&](std::size_t i, __m256d & sum) __attribute__((target("avx2,fma"), always_inline)) {
        const __m256d off = _mm256_sub_pd(_mm256_cvtps_pd(_mm_loadu_ps(x + i)), _mm256_loadu_pd(mean + i));
        const __m256d z = _mm256_mul_pd(off, _mm256_loadu_pd(inverse + i));
        sum = _mm256_fmadd_pd(z, z, sum);
    };
    std::size_t i = 0;
    for (; i + 16 <= task.dimension; i += 16) {
        add(i, a);
        add(i + 4, b);
        add(i + 8, c);
        add(i + 12, d);
    }
    for (; i + 4 <= task.dimension; i += 4) add(i, a);
    a = _mm256_add_pd(_mm256_add_pd(a, c), _mm256_add_pd(b, d));
    const __m128d halves = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
    double sum = _mm_cvtsd_f64(halves) + _mm_cvtsd_f64(_mm_unpackhi_pd(halves, halves));
    for (; i < task.dimension; ++i) {
        const double rest = (static_cast<double>(x[i]) - mean[i]) * inverse[i];
        sum += rest * rest;
    }
    return sum;
}

bool has_fours() noexcept { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

#endif

using Squares = double (*)(const DiagonalTask& task, const float* row);

Squares fastest() noexcept {
#if defined(__x86_64__)
    if (has_fours()) return in_fours;
#endif
    return plain;
}

}  // namespace

void diagonal_squares(const DiagonalTask& task, const float* rows, std::size_t stride, std::size_t count,
                      double* squares) noexcept {
    const Squares one = fastest();
    for (std::size_t i = 0; i < count; ++i) squares[i] = one(task, rows + i * stride);
}

double diagonal_squares(const DiagonalTask& task, const float* row) noexcept {
#if defined(__x86_64__)
    if (has_fours()) return in_fours(task, row);
#endif
    return plain(task, row);
}

}  // namespace sonde::detail
