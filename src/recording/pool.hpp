// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <set>
#include <span>
#include <vector>

#include "recording/region_source.hpp"
#include "recording/slots.hpp"

namespace sonde::detail {

/// The regions of all threads, and which of their cells are taken. One in the process (one for each copy
/// of the library, where several are linked in), made by the first metric and never destroyed: threads
/// may record until the last moment of the process.
///
/// A region outlives its thread: it is parked with its counts, and the next new thread goes on in it. When
/// more are parked than in use, they are folded: their counts move to the common cells, their pages go
/// back to the host. The lock keeps that, new slots and readers apart; recording never takes it, and a
/// thread that looks for a region only tries.
/// Cost: a thread's end may fold one region, which reads every cell of every slot under the lock: about 0.2 ms
/// with ten latencies, some 60 ms with 8,000. Readers and new metrics wait that long, recording does not.
/// Threading: thread-safe.
class Pool {
public:
    static Pool& instance();
    /// Makes the pool with regions from there; false when there is one already. \param source  is kept
    [[nodiscard]] static bool begin_with(RegionSource& source);
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Takes cells that are 0 in every region. No slot, when there is no place for them.
    /// \throws std::bad_alloc
    [[nodiscard]] CellSlot take(const CellLayout& layout);
    /// Empties the cells and gives them back, unless other processes were told of them.
    void give_back(const CellSlot& slot) noexcept;
    /// Tells other processes what lies at `offsets`, where they can see: for ever, for what was recorded must
    /// not vanish with the metric. \throws std::bad_alloc
    void announce(std::span<const std::byte> entry, std::initializer_list<std::size_t> offsets);

    /// The calling thread's region, mapped or adopted when it has none; null when it can have none now.
    [[nodiscard]] const Region* claim() noexcept;
    /// The thread has ended.
    void park(Region* region) noexcept;

    /// Calls `use(region)` for every region and for the common one.
    template <class Use>
    void visit(Use use) const {
        const std::lock_guard lock{mutex_};
        for (const Region* region : regions_) use(region);
    }

private:
    explicit Pool(RegionSource& source);
    ~Pool() = default;

    static Cell* cells_in(Region* region, std::size_t offset) noexcept {
        return std::bit_cast<Cell*>(std::bit_cast<std::uintptr_t>(region) + offset);
    }
    [[nodiscard]] bool make_room() noexcept;
    [[nodiscard]] Region* map_region() noexcept;
    [[nodiscard]] Region* adopt_or_map() noexcept;
    [[nodiscard]] bool open_up_to(std::size_t bytes) noexcept;
    void fold(Region* region) noexcept;

    static void before_fork() noexcept;
    static void after_fork_in_parent() noexcept;
    static void after_fork_in_child() noexcept;

    mutable std::mutex mutex_;
    RegionSource* source_;
    Slots slots_;
    std::set<std::size_t> announced_;  // offsets
    std::size_t reach_;  // of a region, in bytes; 0, and no regions, without room for the common one
    std::size_t open_;   // how far all regions can be used
    std::vector<Region*> regions_;  // the common one first, which many threads write; by number
    std::vector<Region*> parked_;   // those whose threads have ended, with their counts
    std::vector<Region*> folded_;   // and those that are empty again
};

}  // namespace sonde::detail
