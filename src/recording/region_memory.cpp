// SPDX-License-Identifier: Apache-2.0
#include "recording/region_memory.hpp"

#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

namespace sonde::detail {

namespace {

constexpr std::size_t smallest_reach = std::size_t{64} << 10, usual_step = std::size_t{256} << 10;
/// A thousand threads may take the limit, one may not.
constexpr rlim_t share_of_limit = 1024;

/// \param fixed  MAP_FIXED, or 0 where any place will do
void* reserve(void* place, std::size_t reach, int fixed) noexcept {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed;
    void* const memory = mmap(place, reach, PROT_NONE, flags, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
#ifdef MADV_NOHUGEPAGE
    madvise(memory, reach, MADV_NOHUGEPAGE);  // a huge page is 2 MiB for the first count in it
#endif
    return memory;
}

bool allow(void* memory, std::size_t from, std::size_t to) noexcept {
    return mprotect(static_cast<std::byte*>(memory) + from, to - from, PROT_READ | PROT_WRITE) == 0;
}

}  // namespace

std::size_t reach_within_limits(std::size_t largest) noexcept {
    rlimit limit{};
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return largest;
    const auto share = static_cast<std::size_t>(limit.rlim_cur / share_of_limit);
    return std::clamp(share / smallest_reach * smallest_reach, smallest_reach, largest);
}

std::size_t RegionMemory::step() const noexcept { return std::min(usual_step, reach_); }

void* RegionMemory::map(std::uint32_t, std::size_t open) noexcept {
    void* const memory = reserve(nullptr, reach_, 0);
    if (memory == nullptr || allow(memory, 0, open)) return memory;
    munmap(memory, reach_);
    return nullptr;
}

bool RegionMemory::open(Region* region, std::size_t from, std::size_t to) noexcept {
    return allow(region, from, to);
}

void RegionMemory::wipe(Region* region, std::size_t open) noexcept {
#ifdef __linux__
    // Reads as 0 from then on, which other systems do not promise.
    if (madvise(region, open, MADV_DONTNEED) == 0) return;
#endif
    Cell* const cells = reinterpret_cast<Cell*>(region);
    for (std::size_t i = 0; i < open / sizeof(Cell); ++i)
        if (cells[i].load() != 0) cells[i].store(0);  // a page that nobody touched stays so
}

bool RegionMemory::replace(Region* region, std::size_t open) noexcept {
    return reserve(region, reach_, MAP_FIXED) != nullptr && allow(region, 0, open);
}

}  // namespace sonde::detail
