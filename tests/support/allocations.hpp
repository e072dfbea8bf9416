// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sonde::testing {

/// How often this thread called any form of global operator new, and of delete with something to free.
struct AllocationTotals {
    std::uint64_t allocated = 0;
    std::uint64_t freed = 0;
    /// Bytes that are still there, as the allocator rounds them; of memory that went from thread to thread,
    /// only all of them together make sense. 0 where malloc_usable_size is unknown.
    std::int64_t held = 0;
};
[[nodiscard]] AllocationTotals allocation_totals() noexcept;

/// What the calling thread allocates from here on:
/// `AllocationCount count; work(); CHECK(count.since_start() == 0);`
/// Threading: one thread makes it and asks it.
class AllocationCount {
public:
    AllocationCount() noexcept : start_{allocation_totals()} {}

    /// Calls of operator new.
    [[nodiscard]] std::uint64_t since_start() const noexcept {
        return allocation_totals().allocated - start_.allocated;
    }
    /// Calls of operator delete that had something to free.
    [[nodiscard]] std::uint64_t freed_since_start() const noexcept {
        return allocation_totals().freed - start_.freed;
    }
    /// Bytes that were not there at the start.
    [[nodiscard]] std::int64_t held_since_start() const noexcept {
        return allocation_totals().held - start_.held;
    }

private:
    AllocationTotals start_;
};

/// The largest request of the calling thread from here on, in bytes. Threading: one thread makes it and asks it.
class LargestAllocation {
public:
    LargestAllocation() noexcept;
    [[nodiscard]] std::uint64_t since_start() const noexcept;
};

/// While it lives the calling thread's allocations fail, but for the first ones:
/// `{ const FailingAllocations failing{3}; CHECK_THROWS(work()); }` fails the fourth and all after it.
class FailingAllocations {
public:
    explicit FailingAllocations(std::uint64_t first) noexcept;
    FailingAllocations(const FailingAllocations&) = delete;
    FailingAllocations& operator=(const FailingAllocations&) = delete;
    ~FailingAllocations();
};

}  // namespace sonde::testing
