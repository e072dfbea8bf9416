// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sonde::detail {

/// Puts the smaller keys first. No branch depends on a key, which is what makes `std::partition` slow.
/// \param spare  room for as many
/// \returns  how many keys are below the pivot
inline std::size_t partition_keys(std::span<std::uint64_t> keys, std::uint64_t pivot,
                                  std::uint64_t* spare) noexcept {
    std::uint64_t* at = keys.data();
    std::size_t below = 0, others = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const std::uint64_t key = at[i];
        at[below] = key;
        spare[others] = key;
        const auto is_below = static_cast<std::size_t>(key < pivot);
        below += is_below;
        others += 1 - is_below;
    }
    std::copy_n(spare, others, at + below);
    return below;
}

/// As `std::nth_element` of keys that differ: the `count` smallest come first. A pivot is a little beside a sample's
/// quantile, so that what is sought is left among few (Floyd, Rivest: Expected time bounds for selection, CACM 18,
/// 1975).
/// \param count  at most as many as there are
/// \param spare  room for as many as there are
inline void quick_select(std::span<std::uint64_t> keys, std::size_t count, std::uint64_t* spare) noexcept {
    constexpr std::size_t few = 48, most_sampled = 63;
    while (keys.size() > few) {
        if (count == 0 || count == keys.size()) return;
        std::uint64_t sample[most_sampled];
        const std::size_t sampled = std::min(most_sampled, keys.size() / 8) | 1;
        for (std::size_t i = 0; i < sampled; ++i) sample[i] = keys[i * (keys.size() / sampled)];
        std::sort(sample, sample + sampled);
        const bool low = 2 * count < keys.size();
        const std::size_t quantile = count * sampled / keys.size(), aside = sampled / 16;
        const std::size_t rank =
            low ? std::min(quantile + aside, sampled - 1) : quantile - std::min(quantile, aside);
        std::size_t below = partition_keys(keys, sample[rank], spare);
        if (below == 0) below = partition_keys(keys, sample[rank] + 1, spare);  // the pivot alone
        if (count < below) {
            keys = keys.first(below);
        } else {
            keys = keys.subspan(below);
            count -= below;
        }
    }
    if (count > 0 && count < keys.size())
        std::nth_element(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(count), keys.end());
}

}  // namespace sonde::detail
