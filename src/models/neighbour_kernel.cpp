// SPDX-License-Identifier: Apache-2.0
#include "models/neighbour_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sonde::detail {
namespace {

constexpr float largest_float = std::numeric_limits<float>::max();  // no infinity: -ffast-math knows none

#define SONDE_KERNEL "models/neighbour_kernel.inc"
#include "models/for_each_set.inc"

std::uint64_t sums_scalar(const float* panel, const float* row, std::size_t dimension, float above,
                          BlockSums& sums) noexcept {
    std::uint64_t found = 0;
    for (std::size_t point = 0; point < block_points; ++point) {
        float sum = 0;
        for (std::size_t i = 0; i < dimension; ++i) {
            const float difference = row[i] - panel[i * block_points + point];
            sum += difference * difference;
        }
        sums.of[point] = std::min(sum, largest_float);
        found |= static_cast<std::uint64_t>(sums.of[point] <= above) << point;
    }
    return found;
}

std::uint64_t nearest_scalar(const float* panel, const float* row, std::size_t dimension, float above,
                             float reach, BlockSums& sums) noexcept {
    const std::uint64_t found = sums_scalar(panel, row, dimension, above, sums);
    const float smallest = std::max(*std::min_element(sums.of, sums.of + block_points), least_sure_float);
    const float bound = std::min(smallest * reach, largest_float);
    std::uint64_t near = 0;
    for (std::size_t point = 0; point < block_points; ++point)
        near |= static_cast<std::uint64_t>(sums.of[point] <= bound) << point;
    return found & near;
}

void four_scalar(const float* panel, const float* const* rows, std::size_t dimension, const float* above,
                 BlockSums* sums, std::uint64_t* found) noexcept {
    for (std::size_t i = 0; i < 4; ++i) found[i] = sums_scalar(panel, rows[i], dimension, above[i], sums[i]);
}

float beyond_scalar(const float* box, const float* row, std::size_t dimension) noexcept {
    float sum = 0;
    for (std::size_t i = 0; i < dimension; ++i) {
        const float out = std::max({box[i] - row[i], row[i] - box[dimension + i], 0.0F});
        sum += out * out;
    }
    return std::min(sum, largest_float);
}

void boxes_scalar(const float* boxes, const float* row, std::size_t dimension, float* squares) noexcept {
    squares[0] = beyond_scalar(boxes, row, dimension);
    squares[1] = beyond_scalar(boxes + 2 * dimension, row, dimension);
}

std::size_t count_scalar(const std::int32_t* values, std::size_t size, std::int32_t at_most) noexcept {
    return static_cast<std::size_t>(
        std::count_if(values, values + size, [at_most](std::int32_t value) { return value <= at_most; }));
}

float pair_scalar(const float* x, const float* y, std::size_t dimension) noexcept {
    float sum = 0;
    for (std::size_t i = 0; i < dimension; ++i) sum += (x[i] - y[i]) * (x[i] - y[i]);
    return sum;
}

}  // namespace

FloatBound float_bound(double squares, std::size_t dimension) noexcept {
    // Above 1e37 the next term of a sum may be beyond the largest float.
    constexpr double least_sure = least_sure_float, largest_sure = 1e37;
    if (squares > largest_sure) return {largest_float, 0};
    const double slack = float_slack(dimension);
    // One rounding more than the slack has, that to float, is in its 8.
    const auto above = static_cast<float>(std::max(squares, least_sure) * (1 + slack));
    return {above, squares < least_sure ? 0 : static_cast<float>(squares * (1 - slack))};
}

NeighbourKernels neighbour_kernels(InstructionSet set) noexcept {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::avx512_vnni:
            return {avx512::sums, avx512::nearest, avx512::four, avx512::boxes, avx512::count, avx512::pair};
        case InstructionSet::avx2:
            return {avx2::sums, avx2::nearest, avx2::four, avx2::boxes, avx2::count, avx2::pair};
#endif
        case InstructionSet::baseline:
            return {baseline::sums,  baseline::nearest, baseline::four,
                    baseline::boxes, baseline::count,   baseline::pair};
        default:
            return {sums_scalar, nearest_scalar, four_scalar, boxes_scalar, count_scalar, pair_scalar};
    }
}

}  // namespace sonde::detail
