// SPDX-License-Identifier: Apache-2.0
#include "sonde/recording/thread_cells.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <thread>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace {

using sonde::detail::Cell;
using sonde::detail::no_region;
using sonde::detail::own_region;
using sonde::detail::Region;
using sonde::detail::ThreadCells;

/// Runs `n` threads that all live until all of them have called `use`.
template <class Use>
void together(int n, Use use) {
    std::atomic<int> there{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < n; ++i)
        threads.emplace_back([&, i] {
            use(i);
            ++there;
            while (there < n) std::this_thread::yield();
        });
    for (std::thread& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("ThreadCells: the total is the sum of what all threads have, ended ones included",
          "[recording][unit]") {
    ThreadCells cells{3};
    cells.add(1, 5);
    together(8, [&](int i) {
        cells.add(0, 1);
        cells.add(2, static_cast<std::uint64_t>(i));
    });
    CHECK(cells.total(0) == 8);
    CHECK(cells.total(1) == 5);
    CHECK(cells.total(2) == 28);
    std::array<std::uint64_t, 2> last{99, 99};
    cells.totals(1, last);
    CHECK(last == std::array<std::uint64_t, 2>{5, 28});
}

TEST_CASE("ThreadCells: the first cells are the largest of all threads instead, also when threads are folded",
          "[recording][unit]") {
    ThreadCells cells{{2, 1, 0}};
    const auto raise = [&](std::uint64_t value) {
        if (Cell* const own = cells.own())
            own[0].store(std::max(own[0].load(), value));
        else
            cells.common()[0].raise_to(value);
        cells.add(1, 1);
    };
    together(40, [&](int i) { raise(static_cast<std::uint64_t>(100 - i)); });
    together(40, [&](int i) { raise(static_cast<std::uint64_t>(i)); });
    CHECK(cells.total(0) == 100);
    CHECK(cells.total(1) == 80);
}

TEST_CASE("ThreadCells: more regions of ended threads than of living ones are folded, and nothing is lost",
          "[recording][unit]") {
    ThreadCells small{1}, large{5000};
    for (std::uint64_t round = 1; round <= 3; ++round) {
        together(50, [&](int i) {
            small.add(0, 2);
            large.add(static_cast<std::size_t>(100 * i), 3);
        });
        CHECK(small.total(0) == 100 * round);
        // At most four regions, or as many as are in use, still hold counts; the common cells have the rest.
        std::size_t holding = 0;
        small.visit_regions(
            [&](const Region* region) { holding += small.of(region)->load() != 0 ? 1U : 0U; });
        CHECK(holding <= 6);
        CHECK(small.common()[0].load() > 0);
        for (std::size_t i = 0; i < 50; ++i) CHECK(large.total(100 * i) == 3 * round);
    }
}

TEST_CASE("ThreadCells: the next thread goes on in an ended one's region", "[recording][unit]") {
    ThreadCells cells{1};
    std::set<const Region*> regions;
    for (int i = 0; i < 100; ++i)
        std::thread{[&] {
            CHECK(own_region == &no_region);
            cells.add(0, 1);
            regions.insert(own_region);
        }}.join();
    CHECK(regions.size() == 1);
    CHECK(cells.total(0) == 100);
}

TEST_CASE(
    "ThreadCells: a thread that records while it ends, after its region was parked, loses nothing and takes "
    "no other",
    "[recording][unit]") {
    static ThreadCells cells{1};
    struct Late {
        bool armed = false;
        ~Late() {
            if (armed) cells.add(0, 1);
        }
    };
    const auto count_regions = [] {
        std::size_t n = 0;
        cells.visit_regions([&](const Region*) { ++n; });
        return n;
    };
    const auto end_one = [] {
        std::thread{[] {
            static thread_local Late late;  // made first: its destructor runs after our own
            late.armed = true;
            cells.add(0, 1);
        }}.join();
    };
    const std::uint64_t before = cells.total(0);
    end_one();
    const std::size_t regions = count_regions();
    for (int i = 0; i < 20; ++i) end_one();
    CHECK(cells.total(0) == before + 42);
    CHECK(count_regions() == regions);
}

TEST_CASE("ThreadCells: too many cells for a region are shared by all threads", "[recording][unit]") {
    ThreadCells most{ThreadCells::largest_size}, more{ThreadCells::largest_size + 1};
    CHECK(most.own() != nullptr);
    CHECK(more.own() == nullptr);
    CHECK(more.slot().offset == 0);
    const ThreadCells with{{1, 0, 0}, more};
    CHECK(with.own() == nullptr);
    together(8, [&](int) {
        for (int i = 0; i < 1000; ++i) more.add(ThreadCells::largest_size, 1);
    });
    CHECK(more.total(ThreadCells::largest_size) == 8000);
    int visits = 0;
    more.visit_regions([&](const Region* region) {
        ++visits;
        CHECK(region == nullptr);
    });
    CHECK(visits == 1);
}

TEST_CASE("ThreadCells: cells that others had before begin at 0, in every region", "[recording][unit]") {
    std::size_t offset = 0;
    for (int round = 0; round < 4; ++round) {
        ThreadCells cells{{777, 1, 0}};
        if (round > 0) CHECK(cells.slot().offset == offset);
        offset = cells.slot().offset;
        for (std::size_t i = 0; i < cells.size(); ++i) REQUIRE(cells.total(i) == 0);
        together(12, [&](int i) { cells.add(static_cast<std::size_t>(i), 9); });
        CHECK(cells.total(11) == 9);
    }
}

TEST_CASE("ThreadCells: a forked child goes on with a copy of the counts, and with threads of its own",
          "[recording][unit]") {
    ThreadCells cells{1};
    together(6, [&](int) { cells.add(0, 10); });
    cells.add(0, 1);
    const pid_t child = fork();
    if (child == 0) {
        cells.add(0, 1);
#if !defined(__SANITIZE_THREAD__)
        std::thread{[&] { cells.add(0, 100); }}.join();
        std::_Exit(cells.total(0) == 162 ? 0 : 1);
#else
        std::_Exit(cells.total(0) == 62 ? 0 : 1);
#endif
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(cells.total(0) == 61);
}

TEST_CASE("ThreadCells: only a thread's first record may take memory", "[recording][unit]") {
    ThreadCells cells{4};
    cells.add(0, 1);
    const sonde::testing::AllocationCount count;
    for (int i = 0; i < 1000; ++i) cells.add(3, 1);
    CHECK(count.since_start() == 0);
}
