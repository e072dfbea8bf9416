// SPDX-License-Identifier: Apache-2.0
#include "support/allocations.hpp"

#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using sonde::testing::AllocationCount;

namespace {

struct alignas(128) Wide {
    char bytes[128] = {};
};

}  // namespace

TEST_CASE("AllocationCount: work that allocates nothing counts nothing", "[support]") {
    std::vector<int> values(8);
    const AllocationCount count;
    for (int& value : values) value += 1;
    CHECK(count.since_start() == 0);
    CHECK(count.freed_since_start() == 0);
}

TEST_CASE("AllocationCount: every form of new and delete is counted", "[support]") {
    const AllocationCount count;
    // Called by name: a new-expression may be optimized away together with its delete.
    constexpr auto wide = std::align_val_t{128};
    ::operator delete(::operator new(8));
    ::operator delete[](::operator new[](8));
    ::operator delete(::operator new(8, std::nothrow), std::nothrow);
    ::operator delete[](::operator new[](8, std::nothrow), std::nothrow);
    ::operator delete(::operator new(8, wide), wide);
    ::operator delete[](::operator new[](8, wide), wide);
    ::operator delete(::operator new(8, wide, std::nothrow), wide, std::nothrow);
    ::operator delete[](::operator new[](8, wide, std::nothrow), wide, std::nothrow);
    CHECK(count.since_start() == 8);
    CHECK(count.freed_since_start() == 8);
}

#ifdef __cpp_sized_deallocation
TEST_CASE("AllocationCount: sized delete is counted", "[support]") {
    constexpr auto wide = std::align_val_t{128};
    const AllocationCount count;
    ::operator delete (::operator new(8), std::size_t{8});
    ::operator delete[](::operator new[](8), std::size_t{8});
    ::operator delete (::operator new(8, wide), std::size_t{8}, wide);
    ::operator delete[](::operator new[](8, wide), std::size_t{8}, wide);
    CHECK(count.since_start() == 4);
    CHECK(count.freed_since_start() == 4);
}
#endif

TEST_CASE("AllocationCount: containers and strings are seen, null is not freed", "[support]") {
    const AllocationCount count;
    {
        std::vector<std::string> words;
        words.emplace_back(100, 'x');
    }
    CHECK(count.since_start() == 2);
    CHECK(count.freed_since_start() == 2);
    ::operator delete(nullptr);
    CHECK(count.freed_since_start() == 2);
}

TEST_CASE("FailingAllocations: all but the first fail, as long as it lives", "[support]") {
    bool first = false, second = false, third = true, aligned = true, after = false;
    const auto succeeds = [] {
        void* const memory = ::operator new(10, std::nothrow);
        if (memory == nullptr) return false;
        ::operator delete(memory);
        return true;
    };
    {
        const sonde::testing::FailingAllocations failing{2};
        first = succeeds();
        second = succeeds();
        third = succeeds();
        void* const memory = ::operator new (128, std::align_val_t{128}, std::nothrow);
        aligned = memory != nullptr;
    }
    after = succeeds();
    CHECK((first && second && after));
    CHECK_FALSE((third || aligned));
}

TEST_CASE("AllocationCount: another thread's allocations are not ours", "[support]") {
    std::uint64_t theirs = 0, ours = 0;
    std::unique_ptr<Wide> wide;
    std::thread worker;
    const auto work = [&] {
        const AllocationCount count;
        wide = std::make_unique<Wide>();
        theirs = count.since_start();
    };
    worker = std::thread{work};
    const AllocationCount count;
    worker.join();
    ours = count.since_start();
    CHECK(theirs == 1);
    CHECK(ours == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(wide.get()) % 128 == 0);
}
