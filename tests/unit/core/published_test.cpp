// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/published.hpp"

#include <atomic>
#include <thread>
#include <utility>

#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// Counts how many of it are alive.
struct Model {
    int version = 0;
    int* alive = nullptr;

    Model(int v, int& count) : version{v}, alive{&count} { ++count; }
    Model(Model&& other) noexcept : version{other.version}, alive{std::exchange(other.alive, nullptr)} {}
    Model& operator=(Model&&) = delete;
    ~Model() {
        if (alive != nullptr) --*alive;
    }
};

}  // namespace

TEST_CASE("Published: readers see the value that was published last", "[core]") {
    int alive = 0;
    {
        Published<Model> model{Model{1, alive}};
        CHECK(model.read()->version == 1);
        model.publish(Model{2, alive});
        CHECK(model.read()->version == 2);
        CHECK((*model.read()).version == 2);
        for (int v = 3; v < 10; ++v) model.publish(Model{v, alive});
        CHECK(model.read()->version == 9);
        CHECK(alive == 1);
    }
    CHECK(alive == 0);
}

TEST_CASE("Published: readings may nest and allocate nothing", "[core]") {
    const Published<int> value{7};
    const sonde::testing::AllocationCount count;
    bool right = true;
    for (int i = 0; i < 100; ++i) {
        const auto outer = value.read();
        const auto inner = value.read();
        right = right && *outer == 7 && &*outer == &*inner;
    }
    CHECK(count.since_start() == 0);
    CHECK(right);
}

TEST_CASE("Published: a value outlives the reading that looks at it", "[core]") {
    int alive = 0;
    Published<Model> model{Model{1, alive}};
    std::atomic<bool> reading{false}, replaced{false};
    int seen = 0;
    std::thread reader{[&] {
        const auto old = model.read();
        reading = true;
        while (model.read()->version == 1) std::this_thread::yield();  // until the new one is in place
        CHECK_FALSE(replaced.load());                                  // but the old one is still held
        seen = old->version;
    }};
    while (!reading) std::this_thread::yield();
    model.publish(Model{2, alive});  // returns only when the reader has let go
    replaced = true;
    CHECK(alive == 1);
    reader.join();
    CHECK(seen == 1);
}
