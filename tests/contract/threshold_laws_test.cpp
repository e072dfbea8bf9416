// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <tuple>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/quantile_threshold.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using sonde::testing::AllocationCount;

namespace {

struct Fixed {
    static auto make() { return FixedThreshold{2.5}; }
};
struct Quantile {
    static auto make() { return QuantileThreshold{{.quantile = 0.9, .warm_up = 100}}; }
};
struct QuantileDecayed {
    static auto make() {
        return QuantileThreshold{{.quantile = 0.9, .warm_up = 50, .margin = 1.5, .half_life = 200}};
    }
};
using Thresholds = std::tuple<Fixed, Quantile, QuantileDecayed>;

template <class Case>
using ThresholdOf = decltype(Case::make());

/// Exponentially distributed scores; one in ten is not usable.
std::vector<Score> scores(std::uint64_t seed, int size) {
    Rng rng{seed};
    std::vector<Score> result;
    for (int i = 0; i < size; ++i) {
        if (i % 10 == 9)
            result.push_back({0, i % 20 == 9 ? Status::bad_input : Status::warming_up});
        else
            result.push_back({-detail::log(1 - rng.uniform()), Status::ok});
    }
    return result;
}

template <class T>
void learn(T& threshold, const std::vector<Score>& scores) {
    for (const Score& score : scores) threshold.learn(score);
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("every threshold: meets the concepts", "[thresholds][contract]", Thresholds) {
    STATIC_REQUIRE(Threshold<ThresholdOf<TestType>>);
    STATIC_REQUIRE(Persistent<ThresholdOf<TestType>>);
}

TEMPLATE_LIST_TEST_CASE("every threshold: an anomaly is a usable score of a level above 1",
                        "[thresholds][contract]", Thresholds) {
    auto threshold = TestType::make();
    int anomalous = 0;
    for (const Score& score : scores(1, 2000)) {
        const Verdict verdict = threshold.judge(score);
        REQUIRE(verdict.threshold > 0);
        REQUIRE(verdict.anomalous == (verdict.level() > 1));
        REQUIRE((verdict.score.status == Status::ok || (!verdict.anomalous && verdict.level() == 0)));
        if (verdict.score.status == Status::ok)
            REQUIRE(verdict.anomalous == (verdict.score.value > verdict.threshold));
        anomalous += verdict.anomalous;
        threshold.learn(score);
    }
    CHECK(anomalous > 0);
    const double bound = threshold.value();
    CHECK_FALSE(threshold.judge({bound, Status::ok}).anomalous);
    CHECK(threshold.judge({bound * (1 + 1e-9), Status::ok}).anomalous);
}

TEMPLATE_LIST_TEST_CASE("every threshold: judging changes nothing", "[thresholds][contract]", Thresholds) {
    auto threshold = TestType::make();
    learn(threshold, scores(2, 500));
    const auto before = to_bytes(threshold);
    for (const Score& score : scores(3, 100)) CHECK(threshold.judge(score) == threshold.judge(score));
    CHECK(to_bytes(threshold) == before);
}

TEMPLATE_LIST_TEST_CASE("every threshold: a score that is not usable is passed on and not learned",
                        "[thresholds][contract]", Thresholds) {
    const int learned = GENERATE(0, 500);
    auto threshold = TestType::make();
    learn(threshold, scores(4, learned));
    const auto before = to_bytes(threshold);
    for (const Status status : {Status::warming_up, Status::bad_input}) {
        const Score unusable{0, status};
        CHECK(threshold.judge(unusable).score == unusable);
        CHECK_FALSE(threshold.judge(unusable).anomalous);
        threshold.learn(unusable);
    }
    CHECK(to_bytes(threshold) == before);
}

TEMPLATE_LIST_TEST_CASE("every threshold: judge and learn allocate nothing", "[thresholds][contract]",
                        Thresholds) {
    const auto stream = scores(5, 2000);
    auto cold = TestType::make(), copy = cold;
    auto restored = from_bytes<ThresholdOf<TestType>>(to_bytes(cold));
    const AllocationCount count;
    double sum = 0;
    for (auto* const threshold : {&cold, &copy, &restored}) {
        for (const Score& score : stream) {
            sum += threshold->judge(score).level();
            threshold->learn(score);
        }
    }
    const auto allocated = count.since_start();
    CHECK(allocated == 0);
    CHECK(sum > 0);
}

TEMPLATE_LIST_TEST_CASE("every threshold: what was written and read back goes on alike",
                        "[thresholds][contract]", Thresholds) {
    const int learned = GENERATE(0, 1, 60, 99, 150, 1000);
    auto original = TestType::make();
    learn(original, scores(6, learned));
    auto restored = from_bytes<ThresholdOf<TestType>>(to_bytes(original));
    for (const Score& score : scores(7, 500)) {
        REQUIRE(restored.judge(score) == original.judge(score));
        restored.learn(score);
        original.learn(score);
    }
    CHECK(to_bytes(restored) == to_bytes(original));
}
