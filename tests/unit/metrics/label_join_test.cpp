// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/label_join.hpp"

#include <string>
#include <unordered_map>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/collector.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using sonde::Classification;
using sonde::LabelJoin;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    Classification quality{{.classes = 10}};
    sonde::testing::ManualClock clock;
};

}  // namespace

TEST_CASE("LabelJoin: a label meets the prediction of its request", "[metrics]") {
    Fixture f;
    LabelJoin join{f.quality};
    join.predict(17, 3, f.clock.now());
    join.predict(18, 4, f.clock.now());
    CHECK(join.snapshot().pending == 2);
    CHECK(join.label(18, 5));
    CHECK(join.label(17, 3));
    CHECK(f.quality.snapshot().count(4, 5) == 1);
    CHECK(f.quality.snapshot().count(3, 3) == 1);
    CHECK(f.quality.snapshot().total() == 2);
    CHECK(join.snapshot() == LabelJoin::Snapshot{.predictions = 2, .joined = 2});
}

TEST_CASE("LabelJoin: a label without a prediction is counted and teaches nothing", "[metrics]") {
    Fixture f;
    LabelJoin join{f.quality};
    CHECK_FALSE(join.label(1, 3));
    join.predict(1, 3, f.clock.now());
    CHECK(join.label(1, 3));
    CHECK_FALSE(join.label(1, 3));  // once only
    CHECK(join.snapshot().unmatched == 2);
    CHECK(f.quality.snapshot().total() == 1);
}

TEST_CASE("LabelJoin: any 64 bits are an id", "[metrics]") {
    Fixture f;
    LabelJoin join{f.quality};
    const std::uint64_t id = GENERATE(0U, 1U, ~std::uint64_t{0}, std::uint64_t{1} << 63);
    CHECK_FALSE(join.label(id, 1));  // an empty table holds no id, 0 neither
    join.predict(id, 1, f.clock.now());
    CHECK(join.label(id, 1));
}

TEST_CASE("LabelJoin: an id that is predicted again holds the newer prediction", "[metrics]") {
    Fixture f;
    LabelJoin join{f.quality};
    join.predict(1, 3, f.clock.now());
    join.predict(1, 4, f.clock.now());
    CHECK(join.snapshot().replaced == 1);
    CHECK(join.snapshot().pending == 1);
    CHECK(join.label(1, 4));
    CHECK(f.quality.snapshot().count(4, 4) == 1);
    CHECK_FALSE(join.label(1, 4));
}

TEST_CASE("LabelJoin: a class that does not exist is rejected when its label comes", "[metrics]") {
    Fixture f;
    LabelJoin join{f.quality};
    join.predict(1, 10, f.clock.now());
    join.predict(2, static_cast<std::size_t>(-1), f.clock.now());
    CHECK(join.label(1, 3));
    CHECK(join.label(2, 3));
    CHECK(f.quality.rejected() == 2);
}

TEST_CASE("LabelJoin: up to capacity nothing is lost, with consecutive, spread and random ids", "[metrics]") {
    const int kind = GENERATE(0, 1, 2);
    const std::uint64_t seed = GENERATE(range<std::uint64_t>(1, 11));
    Fixture f;
    const std::size_t capacity = 8192;
    LabelJoin join{{.capacity = capacity}, f.quality};
    sonde::Rng rng{seed};
    std::vector<std::uint64_t> ids;
    for (std::uint64_t i = 0; i < capacity; ++i)
        ids.push_back(kind == 0 ? seed * 1'000'000 + i : kind == 1 ? (seed + i) << 32 : rng.next());
    for (const std::uint64_t id : ids) join.predict(id, id % 10, f.clock.now());
    CHECK(join.snapshot().evicted == 0);
    CHECK(join.snapshot().pending == capacity);
    for (const std::uint64_t id : ids) REQUIRE(join.label(id, id % 10));
    CHECK(f.quality.snapshot().accuracy() == 1);
    CHECK(join.snapshot() == LabelJoin::Snapshot{.predictions = capacity, .joined = capacity});
}

TEST_CASE("LabelJoin: a stream of ten times the capacity loses nothing while at most capacity wait",
          "[metrics]") {
    Fixture f;
    const std::uint64_t capacity = 4096;
    LabelJoin join{{.capacity = capacity}, f.quality};
    for (std::uint64_t i = 0; i < 10 * capacity; ++i) {
        f.clock.advance(1ms);
        join.predict(i, i % 10, f.clock.now());
        if (i + 1 >= capacity) REQUIRE(join.label(i + 1 - capacity, (i + 1 - capacity) % 10));
    }
    CHECK(join.snapshot().evicted == 0);
    CHECK(f.quality.snapshot().accuracy() == 1);
}

TEST_CASE("LabelJoin: beyond its size the oldest make room, and each loss is counted", "[metrics]") {
    Fixture f;
    LabelJoin join{{.capacity = 1}, f.quality};  // the smallest table: 16 places
    for (std::uint64_t id = 0; id < 100; ++id) {
        f.clock.advance(1ms);
        join.predict(id, 1, f.clock.now());
    }
    CHECK(join.snapshot().evicted == 84);
    CHECK(join.snapshot().pending == 16);
    for (std::uint64_t id = 0; id < 100; ++id) CHECK(join.label(id, 1) == (id >= 84));
}

TEST_CASE("LabelJoin: joins exactly what a map would, whatever the order", "[metrics]") {
    Fixture f;
    Classification expected{{.classes = 10}};
    LabelJoin join{{.capacity = 1024}, f.quality};
    sonde::Rng rng{7};
    std::unordered_map<std::uint64_t, std::size_t> waiting;
    std::uint64_t missed = 0;
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t id = rng.below(1024);  // never more than capacity
        const std::size_t class_of = rng.below(10);
        if (rng.uniform() < 0.5) {
            join.predict(id, class_of, f.clock.now());
            waiting[id] = class_of;
        } else {
            const auto found = waiting.find(id);
            REQUIRE(join.label(id, class_of) == (found != waiting.end()));
            if (found == waiting.end()) {
                ++missed;
                continue;
            }
            expected.observe(found->second, class_of);
            waiting.erase(found);
        }
    }
    CHECK(f.quality.snapshot() == expected.snapshot());
    CHECK(join.snapshot().unmatched == missed);
    CHECK(join.snapshot().pending == waiting.size());
}

TEST_CASE("LabelJoin: a prediction is given up when it has waited longer than the timeout", "[metrics]") {
    Fixture f;
    LabelJoin join{{.timeout = 10s}, f.quality};
    join.predict(1, 1, f.clock.now());
    f.clock.advance(5s);
    join.predict(2, 2, f.clock.now());
    f.clock.advance(5s);
    join.tick(f.clock.now());  // 1 has waited 10 s, not longer
    CHECK(join.snapshot().expired == 0);
    f.clock.advance(1ns);
    join.tick(f.clock.now());
    CHECK(join.snapshot().expired == 1);
    CHECK(join.snapshot().pending == 1);
    CHECK_FALSE(join.label(1, 1));
    CHECK(join.label(2, 2));
}

TEST_CASE("LabelJoin: what makes room after its timeout has expired, it is not pushed out", "[metrics]") {
    Fixture f;
    LabelJoin join{{.capacity = 1, .timeout = 10s}, f.quality};
    for (std::uint64_t id = 0; id < 16; ++id) join.predict(id, 1, f.clock.now());
    f.clock.advance(11s);
    join.predict(16, 1, f.clock.now());
    CHECK(join.snapshot().expired == 1);
    CHECK(join.snapshot().evicted == 0);
}

TEST_CASE("LabelJoin: without a timeout predictions wait for ever", "[metrics]") {
    Fixture f;
    LabelJoin join{f.quality};
    join.predict(1, 1, f.clock.now());
    f.clock.advance(24h * 365);
    join.tick(f.clock.now());
    CHECK(join.label(1, 1));
}

TEST_CASE("LabelJoin: options out of range are refused", "[metrics]") {
    Classification quality;
    CHECK_THROWS_AS(LabelJoin({.capacity = 0}, quality), std::invalid_argument);
    CHECK_THROWS_AS(LabelJoin({.capacity = (1 << 26) + 1}, quality), std::invalid_argument);
    CHECK_THROWS_AS(LabelJoin({.timeout = -1s}, quality), std::invalid_argument);
}

TEST_CASE("LabelJoin: predict, label and tick allocate nothing", "[metrics][allocation]") {
    Fixture f;
    LabelJoin join{{.capacity = 64, .timeout = 1s}, f.quality};
    const sonde::testing::AllocationCount count;
    for (std::uint64_t id = 0; id < 1000; ++id) {
        join.predict(id, id % 10, f.clock.now());
        if (id % 2 == 0) join.label(id, 1);
        f.clock.advance(100ms);
        join.tick(f.clock.now());
    }
    CHECK(count.since_start() == 0);
}

TEST_CASE("LabelJoin: exports labels by outcome, losses by reason, and who waits", "[metrics]") {
    Fixture f;
    LabelJoin join{f.quality};
    join.predict(1, 1, f.clock.now());
    join.predict(2, 1, f.clock.now());
    join.label(1, 1);
    join.label(9, 1);
    sonde::Families families;
    const sonde::Labels none;
    sonde::Collector out{families, 0, "join", "Labels.", none};
    join.collect(out, f.clock.now());
    REQUIRE(families.size() == 3);
    CHECK(families[0].name == "join_labels_total");
    CHECK(families[0].series[0].labels == sonde::Labels{{"outcome", "joined"}});
    CHECK(families[0].series[0].value.whole == 1);
    CHECK(families[0].series[1].value.whole == 1);
    CHECK(families[1].name == "join_predictions_lost_total");
    CHECK(families[1].series.size() == 4);
    CHECK(families[2].name == "join_predictions_pending");
    CHECK(families[2].series[0].value.real == 1);
}
