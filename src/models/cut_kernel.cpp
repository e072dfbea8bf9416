// SPDX-License-Identifier: Apache-2.0
#include "models/cut_kernel.hpp"

#include <algorithm>
#include <cstdint>

namespace sonde::detail {
namespace {

#define SONDE_KERNEL "models/cut_kernel.inc"
#include "models/for_each_set.inc"

Outside outside_scalar(const float* row, const float* low, const float* high, const double* weights,
                       std::size_t dimension) noexcept {
    Outside sum{0, 0};
    for (std::size_t i = 0; i < dimension; ++i) {
        sum.beyond += weights[i] * beyond(row[i], low[i], high[i]);
        sum.sides += weights[i] * (static_cast<double>(high[i]) - static_cast<double>(low[i]));
    }
    return sum;
}

bool unite_scalar(CutBox left, CutBox right, float* low, float* high, std::size_t dimension) noexcept {
    bool changed = false;
    for (std::size_t i = 0; i < dimension; ++i) {
        const float from = std::min(left.low[i], right.low[i]), to = std::max(left.high[i], right.high[i]);
        changed |= (low[i] != from) | (high[i] != to);
        low[i] = from;
        high[i] = to;
    }
    return changed;
}

}  // namespace

CutKernels cut_kernels(InstructionSet set) noexcept {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
            return {avx512::outside, avx512::unite};
        case InstructionSet::avx2:
            return {avx2::outside, avx2::unite};
#endif
        case InstructionSet::baseline:
            return {baseline::outside, baseline::unite};
        default:
            return {outside_scalar, unite_scalar};
    }
}

}  // namespace sonde::detail
