// SPDX-License-Identifier: Apache-2.0
#include "models/nearest_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "sonde/core/numeric.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sonde::detail {
namespace {

constexpr std::size_t width = std::size(CentroidLanes{}.lane);
constexpr std::size_t tile_rows = 12;     // that go through the centroids together
constexpr std::size_t chunk = 1024;       // features of a tile that are centred at a time
constexpr std::size_t row_stride = 1040;  // of a tile: no multiple of what a cache takes for the same place
constexpr std::size_t block = 256;        // clusters whose sums are kept at a time
constexpr std::size_t sums_stride = block + width;

// Beyond, sums in float might overflow. What is never near: farther than all that is sure.
constexpr float largest_sure = 1e36F, never = 1e38F;

struct NearestTask {
    MatrixView centroids;
    const float *middle, *lanes, *norms;
    std::size_t panels;
    bool narrow;  // no more clusters than half a panel
    double slack, reach_squares;
    double underflow;  // what sums may have lost of products below the least normal float
    const CentroidBytes* bytes;
    const CentroidBounds* bounds;
    float above;          // a sum of squares in float times this is at least the true one
    float byte_rounding;  // the largest length of what rounding to bytes takes from a row, in steps
    float byte_error;     // and from a centroid, by its length
    float byte_floor;     // what the floats around may have lost
    float far_rounding;   // times |row - middle|^2: how far apart what is equal in double may be
};

/// Half of the largest relative error of a sum of `dimension` products in float, of differences rounded to float.
double slack_of(std::size_t dimension) noexcept {
    const double roundings = static_cast<double>(dimension + 8) * 0x1p-24;
    return roundings / (1 - roundings);
}

// What rules a centroid c out. For x and c less the middle, l(c) = |c|^2 (1 - 2 slack) - 2 x.c is computed; the
// squared distance less |x|^2 is at least l(c) - 2 slack |x|^2 and at most l(c) + 4 slack |c|^2 + 2 slack |x|^2. So
// with w the centroid of the smallest l no other is nearer if l(c) > l(w) + 4 slack |w|^2 + 4 slack |x|^2, where
// |w| <= |x| + its distance bounds |w|^2 by 10 |x|^2 + 5 l(w) whatever the slack (at most 1/15). Distances that
// only rounding in double makes equal are not told apart: |x|^2 is taken 7 % larger, 1e7 times what that takes.

/// \param squares  |x|^2 as computed in float
/// \param least    l(w)
float rule_out_above(const NearestTask& task, float squares, float least) noexcept {
    const double x = static_cast<double>(squares) * 1.07 + task.underflow, l = static_cast<double>(least);
    const double w = std::min(task.reach_squares, 10 * x + 5 * std::max(l, 0.0));
    const double bound = l + 4 * task.slack * (w + x) + task.underflow;
    return static_cast<float>(bound + std::abs(bound) * 0x1p-22);
}

/// The middle number.
float median(std::vector<float>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

#define SONDE_KERNEL "models/nearest_kernel.inc"
#include "models/for_each_set.inc"

// With bytes, x = s p + u and y = t q + v for x a row and y a centroid less the middle, s and t units and p and q
// integers. So x.y = s t p.q + (x - u).v + u.y: what the bytes do not know is at most (|x| + |u|) |v| + |u| |y|, where
// |u| <= s sqrt(d) / 2 and |v| / |y| was measured. That gives each centroid an upper and a lower bound; out is whose
// lower bound is above the least upper one. What floats round is thousands of times less, and is added generously.
// The first of those that are equal in double must stay. A squared distance D in double is off by at most (d + 2)
// 2^-53 D and a little, so that two of them that seem equal, or in the wrong order, are within (d + 2) 2^-52 D of
// each other, where D <= 2 |x|^2 + 2 |y|^2. Twice that is added for x; for y it is nothing beside the floats.
constexpr float byte_step = 1.000001F / 127;
constexpr float least_byte_range = 1e-15F, least_bytes_tell = 1e-30F;

/// Of a panel: features four at a time, or eight at a time of eight centroids where there are no more.
constexpr std::size_t byte_groups(std::size_t dimension, bool narrow) noexcept {
    return narrow ? (dimension + 7) / 8 : (dimension + 3) / 4;
}

/// Where more of these clusters are left, floats are faster than looking at them one by one.
constexpr std::size_t most_left(std::size_t clusters) noexcept { return 6 + clusters / 8; }

/// The tiles after one for which bytes were of little use.
constexpr std::size_t tiles_in_floats = 16;

#if defined(__x86_64__)
namespace vnni {
#include "models/nearest_bytes.inc"
}  // namespace vnni
#endif

double squares_scalar(const float* x, const float* y, std::size_t dimension) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < dimension; ++i) {
        const double difference = static_cast<double>(x[i]) - static_cast<double>(y[i]);
        sum += difference * difference;
    }
    return sum;
}

/// What the others are held against.
void nearest_scalar(const NearestTask& task, MatrixView rows, Nearest* out) noexcept {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        out[i] = {0, -1};
        if (!all_finite(rows.row(i))) continue;
        for (std::size_t c = 0; c < task.centroids.rows(); ++c) {
            const double squares =
                squares_scalar(rows.row(i).data(), task.centroids.row(c).data(), rows.cols());
            if (c == 0 || squares < out[i].squares) out[i] = {static_cast<std::uint32_t>(c), squares};
        }
    }
}

using Kernel = void (*)(const NearestTask&, MatrixView, Nearest*) noexcept;

/// A narrow panel leaves half of AVX-512's lanes empty.
Kernel kernel_of(InstructionSet set, bool narrow) noexcept {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::avx512_vnni:
            return narrow ? avx2::nearest_tile : avx512::nearest_tile;
        case InstructionSet::avx2:
            return avx2::nearest_tile;
#endif
        case InstructionSet::baseline:
            return baseline::nearest_tile;
        default:
            return nearest_scalar;
    }
}

}  // namespace

namespace {

/// \param from  centroid - middle. \returns the step of its bytes
float pack_bytes(const std::vector<double>& from, std::size_t c, bool narrow, PackedCentroids& to) {
    const std::size_t d = from.size();
    double largest = 0, squares = 0, lost = 0;
    for (const double y : from) {
        largest = std::max(largest, std::abs(y));
        squares += y * y;
    }
    const std::size_t each = narrow ? 8 : 4, lane = c % width * (each / 4);
    CentroidBytes* bytes = to.bytes.data() + c / width * byte_groups(d, narrow);
    const float step = std::max(static_cast<float>(largest), least_byte_range) * byte_step;
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < d; ++i) {
        const double q = std::round(from[i] / static_cast<double>(step));
        const double rest = from[i] - q * static_cast<double>(step);
        lost += rest * rest;
        sum += static_cast<std::int32_t>(q);
        bytes[i / each].lane[lane * 4 + i % each] = static_cast<std::int8_t>(q);
    }
    const double length = std::sqrt(squares);
    CentroidBounds& bounds = to.bounds[c / width];
    bounds.norm[lane] = static_cast<float>(squares);
    bounds.step[lane] = 2 * step;
    bounds.length[lane] = static_cast<float>(2 * length * (1 + 0x1p-20));
    bounds.offset[lane] = -128 * sum;
    if (length > 0)
        to.byte_error = std::max(to.byte_error, std::sqrt(lost) / length * (1 + 0x1p-18) + 0x1p-18);
    return step;
}

/// As far as lengths allow it: not where squares in float would get lost.
void pack_bytes(MatrixView centroids, PackedCentroids& to) {
    const std::size_t k = centroids.rows(), d = centroids.cols(), panels = (k + width - 1) / width;
    if (!has(InstructionSet::avx512_vnni) || d > chunk || to.reach < 1e-10 || to.reach > 1e15) return;
    const bool narrow = k <= width / 2;
    to.bytes.resize(panels * byte_groups(d, narrow));
    to.bounds.resize(panels);
    std::fill_n(to.bounds.back().norm, width, never);
    std::vector<double> from(d);
    std::vector<float> steps(k);
    for (std::size_t c = 0; c < k; ++c) {
        for (std::size_t i = 0; i < d; ++i)
            from[i] = static_cast<double>(centroids.row(c)[i]) -
                      static_cast<double>(to.middle[i / width].lane[i % width]);
        steps[c] = pack_bytes(from, c, narrow, to);
    }
    to.byte_step = std::max(1.25F * median(steps), least_byte_range);
}

}  // namespace

PackedCentroids pack_centred(MatrixView centroids) {
    const std::size_t k = centroids.rows(), d = centroids.cols();
    PackedCentroids packed;
    if (k < least_packed) return packed;
    std::vector<float> values(k);
    packed.middle.resize((d + width - 1) / width);
    packed.lanes.resize((k + width - 1) / width * d);  // zeros
    std::vector<double> squares(k);
    for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t c = 0; c < k; ++c) values[c] = centroids.row(c)[i];
        const auto middle = static_cast<double>(packed.middle[i / width].lane[i % width] = median(values));
        for (std::size_t c = 0; c < k; ++c) {
            const double x = static_cast<double>(centroids.row(c)[i]) - middle;
            squares[c] += x * x;
            packed.lanes[c / width * d + i].lane[c % width] =
                static_cast<float>(std::clamp(-2 * x, -1e38, 1e38));
        }
    }
    const double largest = *std::max_element(squares.begin(), squares.end());
    if (largest > static_cast<double>(largest_sure)) return {};
    packed.reach = std::sqrt(largest);
    packed.norms.assign((k + width - 1) / width * width, never);
    for (std::size_t c = 0; c < k; ++c)
        packed.norms[c] = static_cast<float>(squares[c] * (1 - 2 * slack_of(d)));
    pack_bytes(centroids, packed);
    return packed;
}

void nearest(MatrixView centroids, const PackedCentroids& packed, MatrixView rows, std::span<Nearest> out,
             InstructionSet set) noexcept {
    const std::size_t d = centroids.cols(), count = std::min(rows.rows(), out.size());
    const NearestTask task{centroids,
                           packed.middle.empty() ? nullptr : packed.middle.data()->lane,
                           packed.lanes.empty() ? nullptr : packed.lanes.data()->lane,
                           packed.norms.data(),
                           packed.norms.size() / width,
                           centroids.rows() <= width / 2,
                           slack_of(d),
                           packed.reach * packed.reach * (1 + 0x1p-20),
                           static_cast<double>(d + 8) * 0x1p-123,
                           packed.bytes.data(),
                           packed.bounds.data(),
                           static_cast<float>(1 + 3 * slack_of(d)),
                           static_cast<float>(0.5001 * std::sqrt(static_cast<double>(d))),
                           static_cast<float>(packed.byte_error),
                           static_cast<float>(packed.reach * 0x1p-22),
                           static_cast<float>(static_cast<double>(d + 2) * 0x1p-50)};
    const auto rows_from = [&](std::size_t first) {
        return MatrixView{rows.row(first).data(), std::min(tile_rows, count - first), d, rows.stride()};
    };
#if defined(__x86_64__)
    if (set == InstructionSet::avx512_vnni && !packed.bytes.empty()) {
        float step = packed.byte_step;
        for (std::size_t first = 0, in_floats = 0; first < count; first += tile_rows) {
            const MatrixView tile = rows_from(first);
            if (in_floats > 0) {
                avx512::nearest_tile(task, tile, out.data() + first);
                --in_floats;
            } else if (vnni::nearest_tile(task, tile, out.data() + first, step) > tile.rows() / 4) {
                in_floats = tiles_in_floats;
            }
        }
        return;
    }
#endif
    const Kernel kernel = kernel_of(set, task.narrow);
    for (std::size_t first = 0; first < count; first += tile_rows)
        kernel(task, rows_from(first), out.data() + first);
}

}  // namespace sonde::detail
