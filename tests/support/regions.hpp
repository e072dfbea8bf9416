// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <vector>

#include "sonde/recording/thread_cells.hpp"

namespace sonde::testing {

/// How many regions there are, of living threads or not, and the common one.
inline std::size_t region_count() {
    const detail::ThreadCells any{1};
    std::size_t count = 0;
    any.visit_regions([&](const detail::Region*) { ++count; });
    return count;
}

/// Bytes of a region that are in memory; looks at its first 64 MiB, or less where it takes less. Pages of 4 kB.
inline std::size_t resident_bytes(const detail::Region* region) {
    constexpr std::size_t page = 4096;
    for (std::size_t bytes = std::size_t{64} << 20; bytes >= page; bytes /= 2) {
        std::vector<unsigned char> pages(bytes / page);
        if (mincore(const_cast<detail::Region*>(region), bytes, pages.data()) != 0) continue;
        std::size_t resident = 0;
        for (const unsigned char in_memory : pages) resident += (in_memory & 1u) * page;
        return resident;
    }
    return 0;
}

/// Of all regions.
inline std::size_t resident_bytes() {
    const detail::ThreadCells any{1};
    std::size_t sum = 0;
    any.visit_regions(
        [&](const detail::Region* region) { sum += region == nullptr ? 0 : resident_bytes(region); });
    return sum;
}

}  // namespace sonde::testing
