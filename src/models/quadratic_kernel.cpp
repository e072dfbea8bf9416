// SPDX-License-Identifier: Apache-2.0
#include "models/quadratic_kernel.hpp"

#include <algorithm>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sonde::detail {
namespace {

using Quad = float __attribute__((vector_size(16)));

constexpr std::size_t tile_floats = std::size_t{16} * 1024;

// (x - high) - low must not become x - (high + low), which -ffast-math allows.
#if !defined(__FAST_MATH__)
#define SONDE_KEEP(x)
#elif defined(__x86_64__)
#define SONDE_KEEP(x) asm("" : "+v"(x))
#else
#define SONDE_KEEP(x) asm("" : "+w"(x))
#endif

#define SONDE_KERNEL "models/quadratic_kernel.inc"
#include "models/for_each_set.inc"
#undef SONDE_KEEP

}  // namespace

void quadratic_distances(const QuadraticTask& task, const float* rows, std::size_t stride, std::size_t count,
                         float* distances, InstructionSet set) noexcept {
    // Two rows are a tile already; with FMA both sets give the same bits.
#if defined(__x86_64__)
    if (set == InstructionSet::avx512 && count > 1 && task.dimension <= avx512::tile_dimension)
        return avx512::distances_of(task, rows, stride, count, distances);
    if (set >= InstructionSet::avx2) {
        if (count > 1) return avx2::distances_of(task, rows, stride, count, distances);
        for (std::size_t i = 0; i < count; ++i) distances[i] = avx2::distance_of_one(task, rows + i * stride);
        return;
    }
#endif
    if (count > 1) return baseline::distances_of(task, rows, stride, count, distances);
    for (std::size_t i = 0; i < count; ++i) distances[i] = baseline::distance_of_one(task, rows + i * stride);
}

}  // namespace sonde::detail
