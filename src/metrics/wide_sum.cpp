// SPDX-License-Identifier: Apache-2.0
#include "metrics/wide_sum.hpp"

#include <limits>

#include "sonde/stats/log_linear.hpp"

namespace sonde::detail {

namespace {
__extension__ using Wide = unsigned __int128;
}

WideSum wide_sum(std::uint64_t low, std::span<const BucketCount> buckets, unsigned precision_bits) noexcept {
    Wide estimate = std::uint64_t{1} << 63;  // half a round: what follows rounds to the nearest
    for (const BucketCount& bucket : buckets)
        estimate += static_cast<Wide>(bucket.count) * log_linear_center(bucket.index, precision_bits);
    const Wide rounds = estimate > low ? (estimate - low) >> 64 : 0;
    return {rounds == 0 ? low : (std::numeric_limits<std::uint64_t>::max)(),
            static_cast<double>((rounds << 64) + low)};
}

}  // namespace sonde::detail
