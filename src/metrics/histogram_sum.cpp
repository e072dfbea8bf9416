// SPDX-License-Identifier: Apache-2.0
#include "metrics/histogram_sum.hpp"

#include <algorithm>

namespace sonde::detail {

void HistogramSum::add(const HistogramCells& cells, const HistogramExtremes& within) {
    visit_buckets(cells, within, [&](std::size_t index, std::uint64_t n) { counts_[index] += n; });
    // Once more, for what was counted meanwhile: extremes are stored before the count is released.
    const HistogramExtremes now{cells.head};
    lowest_ = std::min(lowest_, now.low);
    highest_ = std::max(highest_, now.high);
    sum_ += cells.head[HistogramCells::sum].load();
}

HistogramTotals HistogramSum::totals() const {
    HistogramTotals result;
    result.sum = sum_;
    result.lowest = lowest_;
    result.highest = highest_;
    result.precision_bits = precision_bits_;
    for (std::size_t i = 0; i < counts_.size(); ++i)
        if (counts_[i] != 0) result.buckets.push_back({static_cast<std::uint32_t>(i), counts_[i]});
    return result;
}

}  // namespace sonde::detail
