// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "metrics/histogram_totals.hpp"
#include "sonde/recording/histogram_cells.hpp"
#include "sonde/stats/log_linear.hpp"

namespace sonde::detail {

/// The smallest and the largest value that a thread has recorded; the other way round when there is none.
struct HistogramExtremes {
    /// \param head  of `HistogramCells`
    explicit HistogramExtremes(const Cell* head) noexcept
        : low{~head[HistogramCells::lowest].load()}, high{head[HistogramCells::highest].load()} {}

    [[nodiscard]] bool none() const noexcept { return low > high; }

    std::uint64_t low, high;
};

/// Calls `use(index, count)` for the buckets between the extremes; others lie in pages that nobody touched.
template <class Use>
void visit_buckets(const HistogramCells& cells, const HistogramExtremes& within, Use use) {
    if (within.none()) return;
    const std::size_t last = log_linear_index(within.high, cells.precision_bits);
    for (std::size_t i = log_linear_index(within.low, cells.precision_bits); i <= last; ++i)
        if (const std::uint64_t n = cells.buckets[i].load_acquire(); n != 0) use(i, n);
}

/// Adds up what threads have counted. Threading: single-writer.
class HistogramSum {
public:
    explicit HistogramSum(unsigned precision_bits)
        : precision_bits_{precision_bits}, counts_(log_linear_size(largest_recordable, precision_bits)) {}

    /// \param within  read from the same cells, before
    void add(const HistogramCells& cells, const HistogramExtremes& within);
    [[nodiscard]] HistogramTotals totals() const;

private:
    unsigned precision_bits_;
    std::vector<std::uint64_t> counts_;
    std::uint64_t sum_ = 0, lowest_ = ~std::uint64_t{0}, highest_ = 0;
};

}  // namespace sonde::detail
