// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sonde::testing {

/// How often this thread called any form of global operator new, and of delete with something to free.
struct AllocationTotals {
    std::uint64_t allocated = 0;
    std::uint64_t freed = 0;
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

private:
    AllocationTotals start_;
};

}  // namespace sonde::testing
