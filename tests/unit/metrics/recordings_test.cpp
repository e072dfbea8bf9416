// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/recordings.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>

#include "sonde/core/error.hpp"
#include "support/catch.hpp"
#include "unit/metrics/snapshot_of.hpp"
#include "unit/stats/damage.hpp"

using namespace sonde;
using sonde::testing::is_refused;
using sonde::testing::random_values;
using sonde::testing::snapshot_of;
using sonde::testing::Values;

namespace {

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();

Recording number(std::string name, std::uint64_t count, Labels labels = {}) {
    return {std::move(name), std::move(labels), RecordingKind::counter, count, {}};
}

Recording level(std::string name, std::int64_t count) {
    return {std::move(name), {}, RecordingKind::up_down_counter, static_cast<std::uint64_t>(count), {}};
}

Recording values(std::string name, const Values& seen, unsigned precision_bits = 6,
                 RecordingKind kind = RecordingKind::histogram) {
    return {std::move(name), {}, kind, 0, snapshot_of(seen, precision_bits)};
}

Recordings merged(Recordings left, const Recordings& right) {
    left.merge(right);
    return left;
}

Recordings some() {
    return {{number("a_total", 3, {{"model", "x"}}), number("a_total", 5, {{"model", "y"}, {"zone", "1"}}),
             level("in_flight", -2), values("tokens", {1, 2, 3000}),
             values("wait_seconds", {5, 1'000'000}, 5, RecordingKind::latency)}};
}

}  // namespace

TEST_CASE("Recordings: merge adds what has the same name and labels, and keeps the rest in order",
          "[metrics][law]") {
    const Recordings left{{number("b", 1), number("d", 2, {{"k", "1"}}), number("d", 3, {{"k", "3"}})}};
    const Recordings right{{number("a", 10), number("b", 20), number("d", 30, {{"k", "2"}}),
                            number("d", 40, {{"k", "3"}}), number("e", 50)}};
    const Recordings sum{{number("a", 10), number("b", 21), number("d", 2, {{"k", "1"}}),
                          number("d", 30, {{"k", "2"}}), number("d", 43, {{"k", "3"}}), number("e", 50)}};
    CHECK(merged(left, right) == sum);
    CHECK(merged(right, left) == sum);
    CHECK(merged(left, {}) == left);
    CHECK(merged({}, left) == left);
}

TEST_CASE("Recordings: merges of many add up to counts by hand, in any order", "[metrics][law]") {
    Rng rng{7};
    std::map<std::string, std::uint64_t> truth;
    std::vector<Recordings> parts(20);
    for (Recordings& part : parts) {
        for (char name = 'a'; name <= 'p'; ++name) {
            if (rng.below(2) == 0) continue;
            part.items.push_back(number({name}, rng.below(1000)));
            truth[{name}] += part.items.back().count;
        }
    }
    Recordings forwards, backwards;
    for (const Recordings& part : parts) forwards.merge(part);
    std::reverse(parts.begin(), parts.end());
    for (const Recordings& part : parts) backwards.merge(part);
    CHECK(forwards == backwards);
    REQUIRE(forwards.items.size() == truth.size());
    for (const Recording& item : forwards.items) CHECK(item.count == truth[item.name]);
}

TEST_CASE("Recordings: three resolutions add up to what the coarsest would have recorded", "[metrics][law]") {
    Values all;
    Recordings sum;
    for (const unsigned precision_bits : {8U, 5U, 6U}) {
        const Values part = random_values(precision_bits, 1000);
        all.insert(all.end(), part.begin(), part.end());
        sum.merge({{values("tokens", part, precision_bits)}});
    }
    const HistogramSnapshot truth = snapshot_of(all, 5), &seen = sum.items.at(0).histogram;
    CHECK(seen.buckets == truth.buckets);
    CHECK(seen.count == 3000);
    CHECK(seen.min == truth.min);
    CHECK(seen.max == truth.max);
    CHECK(seen.precision_bits == 5);
}

TEST_CASE("Recordings: an up-down counter below zero adds up", "[metrics][boundary]") {
    const Recordings sum = merged({{level("in_flight", -7)}}, {{level("in_flight", 5)}});
    CHECK(static_cast<std::int64_t>(sum.items.at(0).count) == -2);
}

TEST_CASE("Recordings: a counter wraps after 2^64", "[metrics][boundary]") {
    CHECK(merged({{number("a", huge)}}, {{number("a", 3)}}).items.at(0).count == 2);
}

TEST_CASE("Recordings: recordings merge with themselves", "[metrics]") {
    Recordings twice = some();
    twice.merge(twice);
    CHECK(twice == merged(some(), some()));
    CHECK(twice.items.size() == some().items.size());
    CHECK(twice.items[0].count == 6);
}

TEST_CASE("Recordings: what cannot be added changes nothing", "[metrics][error]") {
    Recordings left = some();
    const Recordings seconds{
        {number("a_total", 3, {{"model", "x"}}), values("tokens", {4}, 6, RecordingKind::latency)}};
    CHECK_THROWS_WITH(left.merge(seconds),
                      "Recordings: kind of tokens is latency, must be a histogram, as before");
    CHECK(left == some());
    Recordings full = seconds;
    full.items[1].kind = RecordingKind::histogram;
    full.items[1].histogram.buckets[0].count = full.items[1].histogram.count = huge;
    CHECK_THROWS_AS(left.merge(full), std::invalid_argument);
    CHECK(left == some());
}

TEST_CASE("Recordings: find takes labels in any order", "[metrics]") {
    const Recordings all = some();
    CHECK(all.find("a_total", {{"model", "x"}}) == &all.items[0]);
    CHECK(all.find("a_total", {{"zone", "1"}, {"model", "y"}}) == &all.items[1]);
    CHECK(all.find("tokens") == &all.items[3]);
    CHECK(all.find("a_total") == nullptr);
    CHECK(all.find("a_total", {{"model", "y"}}) == nullptr);
    CHECK(all.find("tokens", {{"model", "x"}}) == nullptr);
    CHECK(all.find("") == nullptr);
}

TEST_CASE("Recordings: what was written is read back the same", "[metrics][bytes]") {
    CHECK(from_bytes<Recordings>(to_bytes(some())) == some());
    CHECK(from_bytes<Recordings>(to_bytes(Recordings{})) == Recordings{});
}

TEST_CASE("Recordings: damaged bytes are refused or sound recordings", "[metrics][bytes]") {
    sonde::testing::check_damage(some(), [](const Recordings& taken) {
        REQUIRE(merged(taken, {}) == taken);
        REQUIRE(to_bytes(from_bytes<Recordings>(to_bytes(taken))) == to_bytes(taken));
        for (const Recording& item : taken.items)
            REQUIRE(item.histogram.p50().has_value() == (item.histogram.count > 0));
    });
}

TEST_CASE("Recordings: each part that no registry leaves is refused when read", "[metrics][bytes]") {
    using R = Recordings;
    CHECK_FALSE(is_refused(some(), [](R&) {}));
    CHECK(is_refused(some(), [](R& r) { std::swap(r.items[2], r.items[3]); }));
    CHECK(is_refused(some(), [](R& r) { std::swap(r.items[0], r.items[1]); }));
    CHECK(is_refused(some(), [](R& r) { r.items[3] = r.items[2]; }));
    CHECK(is_refused(some(), [](R& r) { std::swap(r.items[1].labels[0], r.items[1].labels[1]); }));
    CHECK(is_refused(some(), [](R& r) { r.items[1].labels[1].name = "model"; }));
    CHECK(is_refused(some(), [](R& r) { r.items[3].kind = static_cast<RecordingKind>(4); }));
    CHECK(is_refused(some(), [](R& r) { r.items[3].histogram.precision_bits = 2; }));
    CHECK(is_refused(some(), [](R& r) { r.items[3].histogram.precision_bits = 11; }));
    CHECK(is_refused(some(), [](R& r) { r.items[4].histogram.max = 1; }));
    CHECK_THROWS_AS(from_bytes<Recordings>(to_bytes(snapshot_of({1}, 6))), FormatError);
}

TEST_CASE("RecordingKind: is called as its enumerator, and is one number or a histogram", "[metrics]") {
    CHECK(name_of(RecordingKind::counter) == "counter");
    CHECK(name_of(RecordingKind::up_down_counter) == "up_down_counter");
    CHECK(name_of(RecordingKind::histogram) == "histogram");
    CHECK(name_of(RecordingKind::latency) == "latency");
    CHECK((is_count(RecordingKind::counter) && is_count(RecordingKind::up_down_counter)));
    CHECK_FALSE((is_count(RecordingKind::histogram) || is_count(RecordingKind::latency)));
}
