// SPDX-License-Identifier: Apache-2.0
#include "models/nearest_kernel.hpp"

#include <algorithm>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#define SONDE_AVX2 __attribute__((target("avx2,fma")))
#endif

namespace sonde::detail {
namespace {

constexpr std::size_t width = CentroidPanels::width;
constexpr float farthest = std::numeric_limits<float>::max();  // no infinity: -ffast-math knows none

void nearest_scalar(const CentroidPanels& panels, MatrixView rows, Nearest* out) noexcept {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const float* row = rows.row(i).data();
        Nearest best{0, farthest};
        for (std::size_t c = 0; c < panels.clusters; ++c) {
            const CentroidLanes* panel = panels.lanes + c / width * panels.dimension;
            float sum = 0;
            for (std::size_t d = 0; d < panels.dimension; ++d) {
                const float difference = row[d] - panel[d].lane[c % width];
                sum += difference * difference;
            }
            if (sum < best.squares) best = {static_cast<std::uint32_t>(c), sum};
        }
        out[i] = best;
    }
}

#if defined(__x86_64__)

/// The best of each lane. Lane l sees the clusters l, l + lanes, ... in rising order and keeps the first of
/// equals; of equal lanes the smallest cluster wins.
template <std::size_t lanes>
Nearest first_least(const float* squares, const std::int32_t* clusters) noexcept {
    std::size_t best = 0;
    for (std::size_t i = 1; i < lanes; ++i)
        if (squares[i] < squares[best] || (squares[i] == squares[best] && clusters[i] < clusters[best]))
            best = i;
    return {static_cast<std::uint32_t>(clusters[best]), squares[best]};
}

inline void keep_less(__m128& best, __m128i& cluster, __m128 sum, std::size_t first) noexcept {
    const auto base = static_cast<int>(first);
    const __m128 less = _mm_cmplt_ps(sum, best);
    const __m128i ids = _mm_add_epi32(_mm_set1_epi32(base), _mm_setr_epi32(0, 1, 2, 3)),
                  mask = _mm_castps_si128(less);
    best = _mm_min_ps(sum, best);
    cluster = _mm_or_si128(_mm_and_si128(mask, ids), _mm_andnot_si128(mask, cluster));
}

inline __m128 add_square(__m128 sum, __m128 x, const float* centroids) noexcept {
    const __m128 difference = _mm_sub_ps(x, _mm_load_ps(centroids));
    return _mm_add_ps(sum, _mm_mul_ps(difference, difference));
}

void nearest_sse2(const CentroidPanels& panels, MatrixView rows, Nearest* out) noexcept {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const float* row = rows.row(i).data();
        __m128 best = _mm_set1_ps(farthest);
        __m128i cluster = _mm_setzero_si128();
        for (std::size_t p = 0; p < panels.panels(); ++p) {
            const CentroidLanes* panel = panels.lanes + p * panels.dimension;
            __m128 a = _mm_setzero_ps(), b = a, c = a, e = a;
            for (std::size_t d = 0; d < panels.dimension; ++d) {
                const __m128 x = _mm_set1_ps(row[d]);
                a = add_square(a, x, panel[d].lane);
                b = add_square(b, x, panel[d].lane + 4);
                c = add_square(c, x, panel[d].lane + 8);
                e = add_square(e, x, panel[d].lane + 12);
            }
            keep_less(best, cluster, a, p * width);
            keep_less(best, cluster, b, p * width + 4);
            keep_less(best, cluster, c, p * width + 8);
            keep_less(best, cluster, e, p * width + 12);
        }
        alignas(16) float squares[4];
        alignas(16) std::int32_t clusters[4];
        _mm_store_ps(squares, best);
        _mm_store_si128(reinterpret_cast<__m128i*>(clusters), cluster);
        out[i] = first_least<4>(squares, clusters);
    }
}

/// What eight lanes found so far for one row.
struct alignas(32) Lanes {
    float squares[8];
    std::int32_t clusters[8];
};

SONDE_AVX2 inline __m256 add_square(__m256 sum, __m256 x, __m256 centroids) noexcept {
    const __m256 difference = _mm256_sub_ps(x, centroids);
    return _mm256_fmadd_ps(difference, difference, sum);
}

SONDE_AVX2 inline void start(Lanes& lanes) noexcept {
    _mm256_store_ps(lanes.squares, _mm256_set1_ps(farthest));
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes.clusters), _mm256_setzero_si256());
}

/// Sums for the clusters from `first` on, 8 and 8.
SONDE_AVX2 inline void keep_less(Lanes& lanes, __m256 low, __m256 high, std::size_t first) noexcept {
    const auto memory = reinterpret_cast<__m256i*>(lanes.clusters);
    const __m256i ids = _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(first)),
                                         _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    const __m256 best = _mm256_load_ps(lanes.squares), least = _mm256_min_ps(low, best);
    const __m256 less = _mm256_cmp_ps(low, best, _CMP_LT_OQ), then = _mm256_cmp_ps(high, least, _CMP_LT_OQ);
    __m256 cluster = _mm256_castsi256_ps(_mm256_load_si256(memory));
    cluster = _mm256_blendv_ps(cluster, _mm256_castsi256_ps(ids), less);
    cluster =
        _mm256_blendv_ps(cluster, _mm256_castsi256_ps(_mm256_add_epi32(ids, _mm256_set1_epi32(8))), then);
    _mm256_store_ps(lanes.squares, _mm256_min_ps(high, least));
    _mm256_store_si256(memory, _mm256_castps_si256(cluster));
}

// The sums have names: g++ 12 keeps an array of them in memory. Not inlined, or the loop around takes its
// registers.

/// Four rows against a panel of 16 centroids.
SONDE_AVX2 __attribute__((noinline)) void four_rows(const CentroidLanes* panel, std::size_t dimension,
                                                    const float* row, std::size_t stride, std::size_t first,
                                                    Lanes* lanes) noexcept {
    const float *row1 = row + stride, *row2 = row1 + stride, *row3 = row2 + stride;
    __m256 a0 = _mm256_setzero_ps(), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
    for (std::size_t i = 0; i < dimension; ++i) {
        const __m256 low = _mm256_load_ps(panel[i].lane), high = _mm256_load_ps(panel[i].lane + 8);
        const __m256 a = _mm256_broadcast_ss(row + i), b = _mm256_broadcast_ss(row1 + i);
        a0 = add_square(a0, a, low);
        a1 = add_square(a1, a, high);
        b0 = add_square(b0, b, low);
        b1 = add_square(b1, b, high);
        const __m256 c = _mm256_broadcast_ss(row2 + i), d = _mm256_broadcast_ss(row3 + i);
        c0 = add_square(c0, c, low);
        c1 = add_square(c1, c, high);
        d0 = add_square(d0, d, low);
        d1 = add_square(d1, d, high);
    }
    keep_less(lanes[0], a0, a1, first);
    keep_less(lanes[1], b0, b1, first);
    keep_less(lanes[2], c0, c1, first);
    keep_less(lanes[3], d0, d1, first);
}

/// One row against four panels: eight sums that do not wait for each other.
SONDE_AVX2 __attribute__((noinline)) void four_panels(const CentroidLanes* panel, std::size_t dimension,
                                                      const float* row, std::size_t first,
                                                      Lanes& lanes) noexcept {
    const CentroidLanes *panel1 = panel + dimension, *panel2 = panel1 + dimension,
                        *panel3 = panel2 + dimension;
    __m256 a0 = _mm256_setzero_ps(), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
    for (std::size_t i = 0; i < dimension; ++i) {
        const __m256 x = _mm256_broadcast_ss(row + i);
        a0 = add_square(a0, x, _mm256_load_ps(panel[i].lane));
        a1 = add_square(a1, x, _mm256_load_ps(panel[i].lane + 8));
        b0 = add_square(b0, x, _mm256_load_ps(panel1[i].lane));
        b1 = add_square(b1, x, _mm256_load_ps(panel1[i].lane + 8));
        c0 = add_square(c0, x, _mm256_load_ps(panel2[i].lane));
        c1 = add_square(c1, x, _mm256_load_ps(panel2[i].lane + 8));
        d0 = add_square(d0, x, _mm256_load_ps(panel3[i].lane));
        d1 = add_square(d1, x, _mm256_load_ps(panel3[i].lane + 8));
    }
    keep_less(lanes, a0, a1, first);
    keep_less(lanes, b0, b1, first + width);
    keep_less(lanes, c0, c1, first + 2 * width);
    keep_less(lanes, d0, d1, first + 3 * width);
}

SONDE_AVX2 void one_panel(const CentroidLanes* panel, std::size_t dimension, const float* row,
                          std::size_t first, Lanes& lanes) noexcept {
    __m256 low = _mm256_setzero_ps(), high = low;
    for (std::size_t i = 0; i < dimension; ++i) {
        const __m256 x = _mm256_broadcast_ss(row + i);
        low = add_square(low, x, _mm256_load_ps(panel[i].lane));
        high = add_square(high, x, _mm256_load_ps(panel[i].lane + 8));
    }
    keep_less(lanes, low, high, first);
}

SONDE_AVX2 void one_row(const CentroidPanels& panels, const float* row, Lanes& lanes) noexcept {
    const std::size_t dimension = panels.dimension, count = panels.panels();
    std::size_t p = 0;
    for (; p + 4 <= count; p += 4)
        four_panels(panels.lanes + p * dimension, dimension, row, p * width, lanes);
    for (; p < count; ++p) one_panel(panels.lanes + p * dimension, dimension, row, p * width, lanes);
}

/// As `first_least`, without branches.
SONDE_AVX2 inline Nearest first_least(const Lanes& lanes) noexcept {
    const __m256 all = _mm256_load_ps(lanes.squares);
    __m256 least = _mm256_min_ps(all, _mm256_permute2f128_ps(all, all, 1));
    least = _mm256_min_ps(least, _mm256_permute_ps(least, 0x4e));
    least = _mm256_min_ps(least, _mm256_permute_ps(least, 0xb1));
    const __m256i is_least = _mm256_castps_si256(_mm256_cmp_ps(all, least, _CMP_EQ_OQ));
    const __m256i clusters = _mm256_load_si256(reinterpret_cast<const __m256i*>(lanes.clusters));
    __m256i first = _mm256_blendv_epi8(_mm256_set1_epi32(0x7fff'ffff), clusters, is_least);
    first = _mm256_min_epi32(first, _mm256_permute2x128_si256(first, first, 1));
    first = _mm256_min_epi32(first, _mm256_shuffle_epi32(first, 0x4e));
    first = _mm256_min_epi32(first, _mm256_shuffle_epi32(first, 0xb1));
    return {static_cast<std::uint32_t>(_mm256_cvtsi256_si32(first)), _mm256_cvtss_f32(least)};
}

/// At most nearest_block rows: they stay in the cache while the panels pass by.
SONDE_AVX2 void nearest_avx2(const CentroidPanels& panels, MatrixView rows, Nearest* out) noexcept {
    Lanes lanes[nearest_block];
    const std::size_t count = rows.rows(), fours = count / 4 * 4;
    for (std::size_t i = 0; i < count; ++i) start(lanes[i]);
    for (std::size_t p = 0; p < panels.panels(); ++p)
        for (std::size_t i = 0; i < fours; i += 4)
            four_rows(panels.lanes + p * panels.dimension, panels.dimension, rows.row(i).data(),
                      rows.stride(), p * width, lanes + i);
    for (std::size_t i = fours; i < count; ++i) one_row(panels, rows.row(i).data(), lanes[i]);
    for (std::size_t i = 0; i < count; ++i) out[i] = first_least(lanes[i]);
}

#endif

using Kernel = void (*)(const CentroidPanels&, MatrixView, Nearest*) noexcept;

Kernel kernel_of([[maybe_unused]] InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set >= InstructionSet::avx2) return nearest_avx2;
    if (set == InstructionSet::baseline) return nearest_sse2;
#endif
    return nearest_scalar;
}

}  // namespace

std::vector<CentroidLanes> pack(MatrixView centroids) {
    const std::size_t dimension = centroids.cols();
    const CentroidPanels shape{nullptr, centroids.rows(), dimension};
    std::vector<CentroidLanes> lanes(shape.panels() * dimension);
    for (std::size_t c = 0; c < shape.panels() * width; ++c) {
        const auto centroid = centroids.row(std::min(c, centroids.rows() - 1));
        for (std::size_t d = 0; d < dimension; ++d)
            lanes[c / width * dimension + d].lane[c % width] = centroid[d];
    }
    return lanes;
}

void nearest(const CentroidPanels& panels, MatrixView rows, std::span<Nearest> out,
             InstructionSet set) noexcept {
    const Kernel kernel = kernel_of(set);
    const std::size_t count = std::min(rows.rows(), out.size());
    for (std::size_t first = 0; first < count; first += nearest_block) {
        const std::size_t size = std::min(nearest_block, count - first);
        kernel(panels, {rows.data() + first * rows.stride(), size, rows.cols(), rows.stride()},
               out.data() + first);
    }
    // A copy of the last centroid is the last centroid; NaN may also leave no cluster at all.
    const auto last = static_cast<std::uint32_t>(panels.clusters - 1);
    for (Nearest& found : out.first(count)) found.cluster = std::min(found.cluster, last);
}

}  // namespace sonde::detail
