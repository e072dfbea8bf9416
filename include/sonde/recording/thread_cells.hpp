// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/core/atomic.hpp"
#include "sonde/core/bits.hpp"

namespace sonde::detail {

using Cell = Atomic<std::uint64_t>;

/// The head of a region: the memory that one thread records into. A metric is an offset that is valid in
/// every region, so that recording finds its cells without a table, and writes them without a locked
/// instruction: no other thread does (docs/adr/0007-threads-own-what-they-record-into.md).
struct Region {
    const void* pool = nullptr;  ///< whose offsets are valid here
    std::uint32_t number = 0;    ///< small, and no other region's of the pool
};

/// Where threads point that have no region.
extern constinit const Region no_region;

/// The calling thread's region. 8 bytes in the static TLS block: reading it is one instruction, in a
/// shared library too.
#if defined(__ELF__)
[[gnu::tls_model("initial-exec")]]
#endif
extern constinit thread_local const Region* own_region;

/// What cells a metric needs.
struct CellLayout {
    std::size_t size = 1;
    /// The first cells, whose total is the largest of all threads instead of the sum.
    std::size_t maxima = 0;
    /// More than 4 kB: the cell that begins a page, so that a stream touches as few of them as it can.
    std::size_t page_at = 0;
};

/// Knows the cells of metrics, to tell other processes of them.
struct MetricCells;

/// Where cells lie. Offset 0 is that of a region's head: such cells are in no region.
struct CellSlot {
    std::size_t offset = 0;
    Cell* common = nullptr;
};

/// 64-bit counters that every thread has for itself, beginning at 0; their total is what all threads
/// have, those that ended included.
///
/// `own()` are the calling thread's: it alone writes them, with `add_alone`. It is null when the thread can
/// have none: the region's memory was refused (RLIMIT_AS, strict overcommit), the cells are too many
/// (`largest_size`), the thread is about to end. Such a thread adds to `common()`, which many threads
/// write: `add` and `raise_to`. So nothing is lost, and only the fall-back pays for sharing.
///
/// Cost: 8 bytes a cell for each thread that touched its page, folded into `common()` when there are
/// more regions of ended threads than of living ones. That is done where a thread ends, and reads every cell
/// that metrics have: about 0.2 ms with ten latencies, some 60 ms with 8,000. Readers and new metrics wait for it,
/// recording threads never do.
/// Threading: thread-safe. `own` and `common` never block; the first call of a thread maps its region.
class ThreadCells {
public:
    static constexpr std::size_t largest_size = 65'536;

    /// \throws std::bad_alloc
    explicit ThreadCells(CellLayout layout);
    explicit ThreadCells(std::size_t size) : ThreadCells{CellLayout{size, 0, 0}} {}
    /// In no region when `other` is in none: who has the own cells of this one has those of `other`.
    ThreadCells(CellLayout layout, const ThreadCells& other);
    ThreadCells(const ThreadCells&) = delete;
    ThreadCells& operator=(const ThreadCells&) = delete;
    /// No thread may be recording.
    ~ThreadCells();

    [[nodiscard]] std::size_t size() const noexcept { return layout_.size; }

    [[nodiscard]] Cell* own() const noexcept {
        const Region* const region = own_region;
        if (region->pool == pool_) [[likely]]
            return in(region);
        return claim();
    }
    [[nodiscard]] Cell* common() const noexcept { return slot_.common; }

    /// Adds to one cell, wherever this thread has it.
    void add(std::size_t cell, std::uint64_t amount) noexcept {
        if (Cell* const cells = own()) [[likely]]
            cells[cell].add_alone(amount);
        else
            slot_.common[cell].add(amount);
    }

    /// Two sets of cells at once: is this the pool of both, and where are the cells of this region?
    [[nodiscard]] bool lies_in(const Region* region) const noexcept { return region->pool == pool_; }
    [[nodiscard]] Cell* in(const Region* region) const noexcept {
        return bit_cast<Cell*>(bit_cast<std::uintptr_t>(region) + slot_.offset);
    }

    /// The total of one cell. Cost: a cache line a thread.
    [[nodiscard]] std::uint64_t total(std::size_t cell) const noexcept;
    /// The totals of `out.size()` cells from `first` on. Cost: as `total`, for each cache line.
    void totals(std::size_t first, std::span<std::uint64_t> out) const noexcept;
    /// Calls `use(region)` for every region and for the one of the common cells, with null and once where the
    /// cells are in none. Regions neither come, go, nor fold meanwhile; threads go on recording.
    /// \param use  must not throw, nor touch cells of its own thread for the first time
    template <class Use>
    void visit_regions(Use use) const noexcept {
        visit([](void* context, const Region* region) { (*static_cast<Use*>(context))(region); }, &use);
    }
    /// The cells that `visit_regions` means.
    [[nodiscard]] Cell* of(const Region* region) const noexcept {
        return region == nullptr ? slot_.common : in(region);
    }

    [[nodiscard]] const CellSlot& slot() const noexcept { return slot_; }

private:
    using Visitor = void (*)(void*, const Region*);

    [[nodiscard]] Cell* claim() const noexcept;
    void visit(Visitor visitor, void* context) const noexcept;

    ThreadCells(CellLayout layout, bool in_regions);

    CellLayout layout_;
    const void* pool_;  ///< of the regions that have the slot; never a region's when none has
    CellSlot slot_;
};

}  // namespace sonde::detail
