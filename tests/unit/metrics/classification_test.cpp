// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/classification.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sonde/core/concepts.hpp"
#include "sonde/metrics/collector.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using sonde::Average;
using sonde::Classification;
using namespace std::chrono_literals;

static_assert(sonde::Metric<Classification>);
static_assert(sonde::Observer<Classification, std::size_t, std::size_t>);

namespace {

void observe(Classification& quality, std::size_t predicted, std::size_t actual, int times) {
    for (int i = 0; i < times; ++i) quality.observe(predicted, actual);
}

sonde::Families collect(const Classification& quality, sonde::TimePoint now) {
    sonde::Families families;
    const sonde::Labels labels{{"model", "m"}};
    sonde::Collector out{families, 0, "quality", "How good.", labels};
    quality.collect(out, now);
    return families;
}

const sonde::Family* find(const sonde::Families& families, const std::string& name) {
    const auto found = std::find_if(families.begin(), families.end(),
                                    [&](const sonde::Family& family) { return family.name == name; });
    return found == families.end() ? nullptr : &*found;
}

/// The value of the series that has all these labels beyond `model`.
double value(const sonde::Families& families, const std::string& name, sonde::Labels labels) {
    const sonde::Family* const family = find(families, name);
    REQUIRE(family != nullptr);
    labels.insert(labels.begin(), {"model", "m"});
    for (const sonde::Series& series : family->series) {
        if (series.labels == labels) return series.value.real;
    }
    FAIL("no such series of " << name);
    return 0;
}

}  // namespace

TEST_CASE("Classification: counts predictions by label", "[metrics]") {
    Classification quality{{.classes = 3}};
    observe(quality, 2, 1, 4);
    observe(quality, 1, 1, 3);
    CHECK(quality.snapshot().count(2, 1) == 4);
    CHECK(quality.snapshot().count(1, 1) == 3);
    CHECK(quality.snapshot().count(1, 2) == 0);
    CHECK(quality.snapshot().accuracy() == Approx(3.0 / 7));
}

TEST_CASE("Classification: a class that does not exist is counted as rejected and not learned", "[metrics]") {
    Classification quality{{.classes = 3}};
    quality.observe(3, 0);
    quality.observe(0, 3);
    quality.observe(static_cast<std::size_t>(-1), static_cast<std::size_t>(-1));
    quality.observe(2, 2);
    CHECK(quality.rejected() == 3);
    CHECK(quality.snapshot().rejected() == 3);
    CHECK(quality.snapshot().total() == 1);
}

TEST_CASE("Classification: options out of range are refused", "[metrics]") {
    CHECK_THROWS_AS(Classification({.classes = 1}), std::invalid_argument);
    CHECK_THROWS_AS(Classification({.classes = 4097}), std::invalid_argument);
    CHECK_THROWS_AS(Classification({.half_life = -1s}), std::invalid_argument);
    CHECK_THROWS_AS(Classification({.classes = 3, .names = {"cat", "dog"}}), std::invalid_argument);
    CHECK_THROWS_AS(Classification({.classes = 2, .names = {"cat", "cat"}}), std::invalid_argument);
    CHECK_NOTHROW(Classification{{.names = {"cat", "dog"}}});
    CHECK_THROWS_WITH(Classification({.classes = 1}), "Classification: classes is 1, must be in [2, 4096]");
}

TEST_CASE("Classification: a window holds what came since its start and nothing older", "[metrics]") {
    sonde::testing::ManualClock clock;
    Classification quality;
    observe(quality, 0, 1, 100);  // before the first tick: never in a window
    for (int second = 0; second < 30; ++second) {
        quality.tick(clock.now());
        observe(quality, 1, 1, second < 20 ? 0 : 3);
        clock.advance(1s);
    }
    quality.tick(clock.now());
    const auto last = quality.window(10s, clock.now());
    REQUIRE(last);
    CHECK(last->covered == 10s);
    CHECK(last->total() == 30);
    CHECK(last->accuracy() == 1);
    CHECK(quality.window(1min, clock.now())->covered == 30s);  // all that is known
    CHECK(quality.snapshot().accuracy() == Approx(30.0 / 130));
}

TEST_CASE("Classification: a window that is idle or unknown is absent", "[metrics]") {
    sonde::testing::ManualClock clock;
    Classification quality;
    observe(quality, 1, 1, 5);
    CHECK_FALSE(quality.window(10s, clock.now()));  // never ticked
    quality.tick(clock.now());
    clock.advance(1s);
    CHECK_FALSE(quality.window(10s, clock.now()));  // nothing since
    quality.observe(9, 9);
    CHECK_FALSE(quality.window(10s, clock.now()));  // nothing that was learned
    quality.observe(1, 0);
    CHECK(quality.window(10s, clock.now())->total() == 1);
}

TEST_CASE("Classification: after one half-life an observation weighs half", "[metrics]") {
    sonde::testing::ManualClock clock;
    Classification quality{{.half_life = 10s}};
    quality.tick(clock.now());
    observe(quality, 1, 1, 8);
    CHECK(quality.decayed(clock.now())->total() == 8);
    quality.tick(clock.now());
    clock.advance(10s);
    CHECK(quality.decayed(clock.now())->total() == Approx(4));
    observe(quality, 0, 1, 4);
    CHECK(quality.decayed(clock.now())->accuracy() == Approx(0.5));
    CHECK(quality.snapshot().total() == 12);
}

TEST_CASE("Classification: decay does not depend on how often it is ticked", "[metrics]") {
    sonde::testing::ManualClock clock;
    Classification often{{.half_life = 3s}}, seldom{{.half_life = 3s}};
    for (Classification* quality : {&often, &seldom}) {
        observe(*quality, 1, 1, 1000);
        quality->tick(clock.now());
    }
    for (int i = 0; i < 100; ++i) {
        clock.advance(100ms);
        often.tick(clock.now());
    }
    const double closed_form = 1000 * std::exp2(-10.0 / 3);
    CHECK(often.decayed(clock.now())->total() == Approx(closed_form).epsilon(1e-12));
    CHECK(seldom.decayed(clock.now())->total() == Approx(closed_form).epsilon(1e-12));
}

TEST_CASE("Classification: decayed is absent without a half-life, without data, and when all has faded",
          "[metrics]") {
    sonde::testing::ManualClock clock;
    Classification plain, fading{{.half_life = 1s}};
    plain.observe(1, 1);
    CHECK_FALSE(plain.decayed(clock.now()));
    CHECK_FALSE(fading.decayed(clock.now()));
    fading.observe(1, 1);
    fading.tick(clock.now());
    clock.advance(19s);  // 2^-19 is left
    CHECK(fading.decayed(clock.now()));
    clock.advance(1s);
    CHECK_FALSE(fading.decayed(clock.now()));
}

TEST_CASE("Classification: time that goes backwards loses nothing", "[metrics]") {
    sonde::testing::ManualClock clock;
    Classification quality{{.half_life = 1s}};
    quality.tick(clock.now());
    quality.observe(1, 1);
    quality.tick(clock.now() - 5s);
    CHECK(quality.decayed(clock.now())->total() == 1);
}

TEST_CASE("Classification: merge equals seeing both streams", "[metrics][law]") {
    Classification one{{.classes = 4}}, other{{.classes = 4}}, both{{.classes = 4}};
    for (std::size_t i = 0; i < 500; ++i) {
        const std::size_t predicted = i * i % 5, actual = i * 3 % 4;
        (i % 3 == 0 ? one : other).observe(predicted, actual);
        both.observe(predicted, actual);
    }
    one.merge(other);
    CHECK(one.snapshot() == both.snapshot());
}

TEST_CASE("Classification: merge rejects what an object of fewer classes would have rejected",
          "[metrics][law]") {
    Classification narrow{{.classes = 2}}, wide{{.classes = 5}}, both{{.classes = 2}};
    for (std::size_t i = 0; i < 500; ++i) {
        wide.observe(i % 6, i * 7 % 5);
        both.observe(i % 6, i * 7 % 5);
    }
    narrow.merge(wide);
    CHECK(narrow.snapshot() == both.snapshot());
}

TEST_CASE("Classification: observe allocates nothing", "[metrics][allocation]") {
    Classification quality{{.classes = 10}};
    const sonde::testing::AllocationCount count;
    for (std::size_t i = 0; i < 1000; ++i) quality.observe(i % 11, i % 10);
    CHECK(count.since_start() == 0);
}

TEST_CASE("Classification: exports what it knows, per window and in all", "[metrics]") {
    sonde::testing::ManualClock clock;
    Classification quality{{.half_life = 10s, .names = {"ham", "spam"}}};
    observe(quality, 1, 0, 10);
    quality.tick(clock.now());
    observe(quality, 1, 1, 30);
    clock.advance(10s);
    const sonde::Families families = collect(quality, clock.now());
    CHECK(value(families, "quality_predictions_total", {{"actual", "spam"}, {"predicted", "spam"}}) == 30);
    CHECK(value(families, "quality_predictions_total", {{"actual", "ham"}, {"predicted", "spam"}}) == 10);
    CHECK(find(families, "quality_predictions_total")->series.size() == 2);  // no pair that never occurred
    CHECK(value(families, "quality_rejected_total", {}) == 0);
    CHECK(value(families, "quality_accuracy_ratio", {{"window", "all"}}) == 0.75);
    CHECK(value(families, "quality_accuracy_ratio", {{"window", "10s"}}) == 1);
    CHECK(value(families, "quality_accuracy_ratio", {{"window", "decayed"}}) == Approx(30.0 / 35));
    CHECK(value(families, "quality_balanced_accuracy_ratio", {{"window", "all"}}) == 0.5);
    CHECK(value(families, "quality_precision_ratio", {{"average", "binary"}, {"window", "all"}}) == 0.75);
    CHECK(value(families, "quality_class_recall_ratio", {{"class", "spam"}, {"window", "all"}}) == 1);
    CHECK(find(families, "quality_class_precision_ratio")->series.size() == 5);  // "ham" is never predicted
    CHECK(find(families, "quality_accuracy_ratio")->unit == "ratio");
}

TEST_CASE("Classification: exports no figure before the first observation", "[metrics]") {
    sonde::testing::ManualClock clock;
    const sonde::Families families = collect(Classification{}, clock.now());
    REQUIRE(families.size() == 1);
    CHECK(families[0].name == "quality_rejected_total");
}

TEST_CASE("Classification: families with too many series are not exported, the averages are", "[metrics]") {
    sonde::testing::ManualClock clock;
    Classification quality{{.classes = 50, .max_series = 2000}};  // 2500 pairs, 250 figures of classes
    Classification more{{.classes = 500, .max_series = 2000}};    // 2500 figures of classes
    quality.observe(1, 1);
    more.observe(1, 1);
    CHECK(find(collect(quality, clock.now()), "quality_predictions_total") == nullptr);
    CHECK(find(collect(quality, clock.now()), "quality_class_recall_ratio") != nullptr);
    CHECK(find(collect(more, clock.now()), "quality_class_recall_ratio") == nullptr);
    CHECK(value(collect(more, clock.now()), "quality_f1_ratio", {{"average", "macro"}, {"window", "all"}}) ==
          1);
}
