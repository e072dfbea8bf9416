// SPDX-License-Identifier: Apache-2.0
#include "models/eps_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sonde::detail {
namespace {

#define SONDE_KERNEL "models/eps_kernel.inc"
#include "models/for_each_set.inc"

EpsHits hits_scalar(const float* panel, const float* row, std::size_t dimension, EpsBand band) noexcept {
    EpsHits found{0, 0};
    for (std::size_t point = 0; point < eps_width; ++point) {
        float sum = 0;
        for (std::size_t i = 0; i < dimension; ++i) {
            const float difference = row[i] - panel[i * eps_width + point];
            sum += difference * difference;
        }
        found.near |= static_cast<std::uint64_t>(sum <= band.near) << point;
        found.within |= static_cast<std::uint64_t>(sum <= band.within) << point;
    }
    return found;
}

std::uint64_t near_box_scalar(const float* panel, const float* low, const float* high, std::size_t dimension,
                              EpsBand band) noexcept {
    std::uint64_t found = 0;
    for (std::size_t point = 0; point < eps_width; ++point) {
        float sum = 0;
        for (std::size_t i = 0; i < dimension; ++i) {
            const float x = panel[i * eps_width + point];
            const float beyond = std::max(std::max(low[i] - x, x - high[i]), 0.0F);
            sum += beyond * beyond;
        }
        found |= static_cast<std::uint64_t>(sum <= band.near) << point;
    }
    return found;
}

}  // namespace

EpsBand eps_band(double squares, std::size_t dimension) noexcept {
    // Below, squares that float loses could add up to something; above, sums could overflow.
    constexpr double least_sure = 1e-24, largest_sure = 1e37;
    if (squares < least_sure || squares > largest_sure) return {0, 0, false};
    // A difference and its square are rounded 3 times, a sum of d terms d times; all terms have one sign.
    const double slack = static_cast<double>(dimension + 8) * 0x1p-24;
    const auto low = static_cast<float>(squares * (1 - slack)),
               high = static_cast<float>(squares * (1 + slack));
    constexpr float largest = std::numeric_limits<float>::max();
    return {std::nextafter(low, 0.0F), std::nextafter(high, largest), true};
}

EpsKernels eps_kernels(InstructionSet set) noexcept {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
            return {avx512::hits, avx512::near_box};
        case InstructionSet::avx2:
            return {avx2::hits, avx2::near_box};
#endif
        case InstructionSet::baseline:
            return {baseline::hits, baseline::near_box};
        default:
            return {hits_scalar, near_box_scalar};
    }
}

}  // namespace sonde::detail
