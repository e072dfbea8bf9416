// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/snapshot_ring.hpp"

#include <optional>
#include <vector>

#include "metrics/windows.hpp"
#include "recording/generation.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::Duration;
using sonde::SnapshotRing;
using sonde::TimePoint;

namespace {
const TimePoint start{1000s};
}

TEST_CASE("SnapshotRing: knows nothing before the first tick, nor at it", "[metrics]") {
    SnapshotRing<int> ring{10s};
    CHECK(ring.baseline(10s, start) == nullptr);
    ring.tick(start, 1);
    CHECK(ring.baseline(10s, start) == nullptr);
    CHECK(ring.baseline(10s, start - 1s) == nullptr);
    REQUIRE(ring.baseline(10s, start + 1ns) != nullptr);
}

TEST_CASE("SnapshotRing: ticked once a slice, the baseline is exactly as old as was asked", "[metrics]") {
    SnapshotRing<int> ring{10s};
    for (int i = 0; i <= 1000; ++i) ring.tick(start + i * 1s, i);
    for (const int length : {1, 2, 5, 10}) {
        const auto* entry = ring.baseline(length * 1s, start + 1000s);
        REQUIRE(entry != nullptr);
        CHECK(entry->value == 1000 - length);
        CHECK(entry->at == start + (1000 - length) * 1s);
    }
}

TEST_CASE("SnapshotRing: ticked ten times a slice, keeps one of them and stays within half a slice",
          "[metrics]") {
    SnapshotRing<int> ring{10s};
    int kept = 0;
    for (int i = 0; i <= 10'000; ++i) {
        const TimePoint now = start + i * 100ms;
        if (ring.due(now)) ++kept;
        ring.tick(now, i);
        if (i < 120) continue;
        const auto* entry = ring.baseline(10s, now);
        REQUIRE(entry != nullptr);
        CHECK(std::abs(((now - entry->at) - 10s).count()) <= Duration{500ms}.count());
    }
    CHECK(kept == 1001);
}

TEST_CASE("SnapshotRing: a timer that comes a little early loses no slice", "[metrics]") {
    SnapshotRing<int> ring{10s};
    for (int i = 0; i < 50; ++i) {
        const TimePoint now = start + i * 1s - (i % 2) * 40ms;
        CHECK(ring.due(now));
        ring.tick(now, i);
    }
    CHECK(ring.baseline(10s, start + 50s)->value == 40);
}

TEST_CASE("SnapshotRing: after a pause the baseline says how old it is", "[metrics]") {
    SnapshotRing<int> ring{10s};
    ring.tick(start, 1);
    ring.tick(start + 60s, 2);
    const TimePoint now = start + 63s;
    CHECK(ring.baseline(10s, now)->at == start + 60s);           // 3 s are nearer to 10 s than 63 s
    CHECK(ring.baseline(10s, start + 120s)->at == start + 60s);  // all there is covers 60 s
}

TEST_CASE("SnapshotRing: time that goes back changes nothing", "[metrics]") {
    SnapshotRing<int> ring{10s};
    ring.tick(start, 1);
    CHECK_FALSE(ring.due(start - 5s));
    ring.tick(start - 5s, 2);
    CHECK(ring.baseline(10s, start + 1s)->value == 1);
}

TEST_CASE("standard_windows: ascending, named after their length", "[metrics]") {
    REQUIRE(sonde::standard_windows.size() == 3);
    CHECK(sonde::standard_windows[0].length == 10s);
    CHECK(sonde::standard_windows[0].name == "10s");
    CHECK(sonde::standard_windows[1].length == 60s);
    CHECK(sonde::standard_windows[1].name == "1m");
    CHECK(sonde::standard_windows[2].length == 300s);
    CHECK(sonde::standard_windows[2].name == "5m");
}

TEST_CASE("Windows: counts that begin anew, as in a forked child of a shared folder, have no past",
          "[metrics]") {
    sonde::detail::Windows<int> windows;
    const auto difference = [](int now) {
        return [now](int before, sonde::Duration) { return std::optional{now - before}; };
    };
    windows.tick(start, [] { return 100; });
    CHECK(windows.read(10s, start + 1s, difference(103)) == 3);
    sonde::detail::begin_recording_generation();
    CHECK_FALSE(windows.read(10s, start + 1s, difference(2)));
    windows.tick(start + 1s, [] { return 2; });
    CHECK(windows.read(10s, start + 2s, difference(7)) == 5);
}
