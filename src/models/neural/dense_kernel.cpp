// SPDX-License-Identifier: Apache-2.0
#include "models/neural/dense_kernel.hpp"

#include <algorithm>
#include <cstdint>

namespace sonde::detail {
namespace {

#define SONDE_KERNEL "models/neural/dense_kernel.inc"
#include "models/for_each_set.inc"

}  // namespace

Panels::Panels(std::size_t rows, std::size_t columns)
    : rows_{rows}, columns_{columns}, count_{(columns + width - 1) / width}, lanes_(count_ * rows) {}

void Panels::fill(const float* values) noexcept {
    for (std::size_t first = 0; first < columns_; first += width) {
        Lanes* to = lanes_.data() + first / width * rows_;
        const std::size_t size = std::min(width, columns_ - first);
        for (std::size_t i = 0; i < rows_; ++i) std::copy_n(values + i * columns_ + first, size, to[i].lane);
    }
}

void Panels::fill_transposed(const float* values) noexcept {
    for (std::size_t first = 0; first < columns_; first += width, values += width * rows_) {
        Lanes* to = lanes_.data() + first / width * rows_;
        const std::size_t size = std::min(width, columns_ - first);
        for (std::size_t i = 0; i < rows_; ++i)
            for (std::size_t j = 0; j < size; ++j) to[i].lane[j] = values[j * rows_ + i];
    }
}

PanelRange Panels::all() const noexcept { return {0, count_}; }

std::size_t rows_at_once([[maybe_unused]] InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512) return avx512::rows_at_once;
#endif
    return baseline::rows_at_once;
}

void multiply(const float* rows, std::size_t stride, std::size_t count, const Panels& panels,
              PanelRange range, float* out, std::size_t out_stride, InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512)
        return avx512::multiply(rows, stride, count, panels, range, out, out_stride);
    if (set == InstructionSet::avx2)
        return avx2::multiply(rows, stride, count, panels, range, out, out_stride);
#endif
    baseline::multiply(rows, stride, count, panels, range, out, out_stride);
}

void activate(Activation activation, const float* bias, float* y, std::size_t size,
              InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512) return avx512::activate(activation, bias, y, size);
    if (set == InstructionSet::avx2) return avx2::activate(activation, bias, y, size);
#endif
    baseline::activate(activation, bias, y, size);
}

double sum_cross_entropy(const float* y, const float* t, std::size_t size, InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx512) return avx512::sum_cross_entropy(y, t, size);
    if (set == InstructionSet::avx2) return avx2::sum_cross_entropy(y, t, size);
#endif
    return baseline::sum_cross_entropy(y, t, size);
}

}  // namespace sonde::detail
