// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/atomic.hpp"

#include <thread>
#include <vector>

#include "support/catch.hpp"

using sonde::detail::Atomic;

TEST_CASE("Atomic: starts at 0 or at what it is given", "[core]") {
    CHECK(Atomic<std::uint64_t>{}.load() == 0);
    CHECK(Atomic<double>{2.5}.load() == 2.5);
}

TEST_CASE("Atomic: every way of storing is seen by every way of loading", "[core]") {
    Atomic<int> word;
    word.store(1);
    CHECK(word.load_acquire() == 1);
    word.store_release(2);
    CHECK(word.load_ordered() == 2);
    word.store_ordered(3);
    CHECK(word.load() == 3);
}

TEST_CASE("Atomic: add returns what was there before", "[core]") {
    Atomic<std::uint64_t> count{40};
    CHECK(count.add(2) == 40);
    CHECK(count.add_ordered(1) == 42);
    CHECK(count.load() == 43);
    Atomic<double> sum{0.5};
    CHECK(sum.add(0.25) == 0.5);
    CHECK(sum.load() == 0.75);
}

TEST_CASE("Atomic: replace only does so when the word is as expected", "[core]") {
    Atomic<int> word{5};
    int expected = 4;
    CHECK_FALSE(word.replace(expected, 9));
    CHECK(expected == 5);
    CHECK(word.replace(expected, 9));
    CHECK(word.load() == 9);
    expected = 9;
    CHECK(word.replace_ordered(expected, 10));
    CHECK(word.load() == 10);
}

TEST_CASE("Atomic: raise_to never lowers", "[core][boundary]") {
    Atomic<double> word{1};
    word.raise_to(0.5);
    CHECK(word.load() == 1);
    word.raise_to(1);
    word.raise_to(2);
    CHECK(word.load() == 2);
}

TEST_CASE("Atomic: threads lose no count", "[core][threads]") {
    Atomic<std::uint64_t> count;
    Atomic<double> sum;
    Atomic<int> highest;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 10'000; ++i) {
                count.add(1);
                sum.add(0.5);
                highest.raise_to(4 * i + t);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(count.load() == 40'000);
    CHECK(sum.load() == 20'000);
    CHECK(highest.load() == 39'999);
}
