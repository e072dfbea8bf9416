// SPDX-License-Identifier: Apache-2.0
#include "models/rbf_kernel.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace sonde::detail {
namespace {

constexpr std::size_t rbf_block = 256;  // vectors whose terms are added in float; blocks are added in double

#define SONDE_KERNEL "models/rbf_kernel.inc"
#include "models/for_each_set.inc"

float squares_scalar(const RbfPanels& panels, std::size_t vector, const float* row) noexcept {
    float sum = 0;
    for (std::size_t i = 0; i < panels.dimension; ++i) {
        const float difference =
            row[i] - panels.lanes[vector / rbf_width * panels.dimension + i].lane[vector % rbf_width];
        sum += difference * difference;
    }
    return sum;
}

float value_scalar(const RbfPanels& panels, std::size_t vector, const float* row) noexcept {
    return std::exp2(std::max(squares_scalar(panels, vector, row) * panels.rate, -126.0F));
}

/// Of a model: the largest magnitude whose squared distances float holds, as bits; -1: none.
std::int32_t largest_bits(MatrixView vectors, double gamma) {
    // Beyond, what float loses below 1e-38 or rate times what it cannot hold would be seen.
    constexpr double least_gamma = 1e-24, largest_gamma = 1e24, largest_root = 1e18;
    if (gamma < least_gamma || gamma > largest_gamma) return -1;
    const auto largest = static_cast<float>(largest_root / std::sqrt(static_cast<double>(vectors.cols())));
    const auto bits = std::bit_cast<std::int32_t>(largest);
    for (std::size_t i = 0; i < vectors.rows(); ++i)
        for (const float x : vectors.row(i))
            if (std::fabs(x) > largest) return -1;
    return bits;
}

}  // namespace

RbfPanels pack_rbf(MatrixView vectors, std::span<const double> coefficients, double reach, double gamma) {
    const std::size_t panels = (vectors.rows() + rbf_width - 1) / rbf_width, d = vectors.cols();
    RbfPanels packed;
    packed.lanes.resize(panels * d);
    packed.weights.resize(panels * rbf_width);
    packed.dimension = d;
    packed.largest_bits = largest_bits(vectors, gamma);
    if (packed.largest_bits >= 0) packed.rate = static_cast<float>(-gamma * std::numbers::log2e);
    for (std::size_t i = 0; i < vectors.rows(); ++i) {
        if (!coefficients.empty()) packed.weights[i] = static_cast<float>(coefficients[i] / reach);
        for (std::size_t j = 0; j < d; ++j)
            packed.lanes[i / rbf_width * d + j].lane[i % rbf_width] = vectors.row(i)[j];
    }
    return packed;
}

SumKind kind_of(const RbfPanels& panels, std::span<const float> row) noexcept {
    if (row.size() != panels.dimension) return SumKind::bad_input;
    std::int32_t largest = 0;
    for (const float& x : row) {
        std::int32_t bits;
        __builtin_memcpy(&bits, &x, sizeof bits);
        largest = std::max(largest, bits & 0x7fff'ffff);
    }
    asm("" : "+r"(largest));  // -ffast-math must not know that these are floats
    if (largest >= 0x7f80'0000) return SumKind::bad_input;
    return largest > panels.largest_bits ? SumKind::in_double : SumKind::usual;
}

void rbf_sums(const RbfPanels& panels, const float* const* rows, std::size_t count, double* sums,
              InstructionSet set) noexcept {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
            return avx512::sums(panels, rows, count, sums);
        case InstructionSet::avx2:
            return avx2::sums(panels, rows, count, sums);
#endif
        case InstructionSet::baseline:
            return baseline::sums(panels, rows, count, sums);
        default:
            for (std::size_t i = 0; i < count; ++i) {
                sums[i] = 0;
                for (std::size_t v = 0; v < panels.weights.size(); ++v)
                    sums[i] += static_cast<double>(panels.weights[v] * value_scalar(panels, v, rows[i]));
            }
    }
}

void rbf_values(const RbfPanels& panels, const float* row, float* values, InstructionSet set) noexcept {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
            return avx512::values(panels, row, values);
        case InstructionSet::avx2:
            return avx2::values(panels, row, values);
#endif
        case InstructionSet::baseline:
            return baseline::values(panels, row, values);
        default:
            for (std::size_t v = 0; v < panels.weights.size(); ++v) values[v] = value_scalar(panels, v, row);
    }
}

double squares_between(const float* x, const float* y, std::size_t dimension) noexcept {
    double sums[4] = {0, 0, 0, 0};
    std::size_t i = 0;
    for (; i + 4 <= dimension; i += 4) {
        for (std::size_t lane = 0; lane < 4; ++lane) {
            const double difference = static_cast<double>(x[i + lane]) - static_cast<double>(y[i + lane]);
            sums[lane] += difference * difference;
        }
    }
    for (; i < dimension; ++i) {
        const double difference = static_cast<double>(x[i]) - static_cast<double>(y[i]);
        sums[0] += difference * difference;
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace sonde::detail
