// SPDX-License-Identifier: Apache-2.0
// Replaces every form of the global operator new and delete in the test executables.
#include "support/allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace {

thread_local sonde::testing::AllocationTotals totals;
thread_local std::uint64_t largest = 0;
thread_local std::uint64_t most_allocations = std::numeric_limits<std::uint64_t>::max();

std::int64_t bytes_of([[maybe_unused]] void* memory) noexcept {
#if __has_include(<malloc.h>)
    return static_cast<std::int64_t>(malloc_usable_size(memory));
#else
    return 0;
#endif
}

void* counted(void* memory) noexcept {
    ++totals.allocated;
    totals.held += bytes_of(memory);
    return memory;
}

bool fails(std::size_t size) noexcept {
    largest = size > largest ? size : largest;
    return totals.allocated >= most_allocations;
}

void* allocate(std::size_t size) noexcept {
    return fails(size) ? nullptr : counted(std::malloc(size == 0 ? 1 : size));
}

void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
    if (fails(size)) return nullptr;
    const auto step = static_cast<std::size_t>(alignment);
    const std::size_t rounded = (size + step - 1) / step * step;  // as std::aligned_alloc wants it
    return counted(std::aligned_alloc(step, rounded == 0 ? step : rounded));
}

void* or_throw(void* memory) {
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}

void release(void* memory) noexcept {
    if (memory != nullptr) ++totals.freed;
    totals.held -= bytes_of(memory);
    std::free(memory);
}

}  // namespace

namespace sonde::testing {
AllocationTotals allocation_totals() noexcept { return totals; }

LargestAllocation::LargestAllocation() noexcept { largest = 0; }
std::uint64_t LargestAllocation::since_start() const noexcept { return largest; }

FailingAllocations::FailingAllocations(std::uint64_t first) noexcept {
    most_allocations = totals.allocated + first;
}
FailingAllocations::~FailingAllocations() { most_allocations = std::numeric_limits<std::uint64_t>::max(); }

}  // namespace sonde::testing

void* operator new(std::size_t size) { return or_throw(allocate(size)); }
void* operator new[](std::size_t size) { return or_throw(allocate(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t a) { return or_throw(allocate(size, a)); }
void* operator new[](std::size_t size, std::align_val_t a) { return or_throw(allocate(size, a)); }
void* operator new(std::size_t size, std::align_val_t a, const std::nothrow_t&) noexcept {
    return allocate(size, a);
}
void* operator new[](std::size_t size, std::align_val_t a, const std::nothrow_t&) noexcept {
    return allocate(size, a);
}

void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept { release(memory); }
