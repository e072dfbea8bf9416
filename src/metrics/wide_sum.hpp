// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "sonde/metrics/histogram_snapshot.hpp"

namespace sonde::detail {

/// A sum that may have no room in 64 bits.
struct WideSum {
    std::uint64_t saturated = 0;  ///< exact up to 2^64 - 1, where it stays
    double total = 0;             ///< without an end, to 16 digits
};

/// The whole of a sum of which only the lower 64 bits were kept. Half a bucket is less than 2^-(P + 1) of any
/// value in it, so the buckets alone tell a sum below 2^(64 + P) to less than 2^63: enough to know how often it
/// went round. A reader may find `low` some records ahead of or behind the buckets; it is taken to be less than
/// half a round away from them, whichever side.
/// \param low  the sum modulo 2^64. Cost: O(buckets), no division.
[[nodiscard]] WideSum wide_sum(std::uint64_t low, std::span<const BucketCount> buckets,
                               unsigned precision_bits) noexcept;

}  // namespace sonde::detail
