// SPDX-License-Identifier: Apache-2.0
#include "sonde/recording/thread_cells.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "recording/pool.hpp"

namespace sonde::detail {

namespace {

/// No region's pool: cells that are in no region never take the short path.
constexpr char no_pool = 0;

/// Of the copy of the library that made the cells, which need not be this one: a program and its shared
/// objects may each have their own.
Pool& maker(const void* pool) noexcept { return *static_cast<Pool*>(const_cast<void*>(pool)); }

/// Cells that become memory when they are touched, where the host can do so.
Cell* zeroed_cells(std::size_t size) {
    void* const memory = std::calloc(size, sizeof(Cell));
    if (memory == nullptr) throw std::bad_alloc{};
    return static_cast<Cell*>(memory);
}

std::uint64_t combined(std::uint64_t total, std::uint64_t n, bool maximum) noexcept {
    return maximum ? std::max(total, n) : total + n;
}

}  // namespace

ThreadCells::ThreadCells(CellLayout layout) : ThreadCells{layout, true} {}

ThreadCells::ThreadCells(CellLayout layout, const ThreadCells& other)
    : ThreadCells{layout, other.slot_.offset != 0} {}

ThreadCells::ThreadCells(CellLayout layout, bool in_regions) : layout_{layout}, pool_{&no_pool} {
    if (in_regions && layout_.size <= largest_size) slot_ = Pool::instance().take(layout_);
    if (slot_.common != nullptr)
        pool_ = &Pool::instance();
    else
        slot_.common = zeroed_cells(layout_.size);
}

ThreadCells::~ThreadCells() {
    if (slot_.offset != 0)
        maker(pool_).give_back(slot_);
    else
        std::free(slot_.common);
}

Cell* ThreadCells::claim() const noexcept {
    // The offset means nothing in a region of another pool, and this thread's is of ours.
    if (slot_.offset == 0 || pool_ != &Pool::instance()) return nullptr;
    const Region* const region = Pool::instance().claim();
    return region == nullptr ? nullptr : in(region);
}

std::uint64_t ThreadCells::total(std::size_t cell) const noexcept {
    std::uint64_t total = 0;
    visit_regions([&](const Region* region) {
        total = combined(total, of(region)[cell].load(), cell < layout_.maxima);
    });
    return total;
}

void ThreadCells::totals(std::size_t first, std::span<std::uint64_t> out) const noexcept {
    std::fill(out.begin(), out.end(), 0);
    visit_regions([&](const Region* region) {
        const Cell* const cells = of(region);
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = combined(out[i], cells[first + i].load(), first + i < layout_.maxima);
    });
}

void ThreadCells::visit(Visitor visitor, void* context) const noexcept {
    if (slot_.offset == 0) return visitor(context, nullptr);
    maker(pool_).visit([&](const Region* region) { visitor(context, region); });
}

}  // namespace sonde::detail
