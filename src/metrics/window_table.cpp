// SPDX-License-Identifier: Apache-2.0
#include "metrics/window_table.hpp"

#include <algorithm>

#include "metrics/bucket_quantile.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

WindowTable::WindowTable(const HistogramSnapshot& window, TimePoint at)
    : at_{at}, precision_bits_{window.precision_bits}, min_{window.min}, max_{window.max} {
    sums_.reserve(window.buckets.size());
    std::uint64_t up_to = 0;
    for (const BucketCount& bucket : window.buckets) sums_.push_back({up_to += bucket.count, bucket.index});
}

std::optional<std::uint64_t> WindowTable::quantile(double q) const noexcept {
    if (sums_.empty() || !is_finite(q)) return std::nullopt;
    const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(sums_.back().up_to);
    const auto reaches = [rank](const Sum& sum) { return static_cast<double>(sum.up_to) < rank; };
    auto found = std::partition_point(sums_.begin(), sums_.end(), reaches);
    if (found == sums_.end()) --found;
    const std::uint64_t before = found == sums_.begin() ? 0 : std::prev(found)->up_to;
    return std::clamp(value_at_rank(found->index, precision_bits_, rank, static_cast<double>(before),
                                    static_cast<double>(found->up_to - before)),
                      min_, max_);
}

}  // namespace sonde::detail
