// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <utility>
#include <vector>

#include "contract/detector_cases.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

bool is_sound(const Score& score) {
    return is_finite(score.value) && score.value >= 0 && (score.status == Status::ok || score.value == 0);
}

bool is_sound(const Verdict& verdict) {
    return is_sound(verdict.score) && verdict.anomalous == (verdict.level() > 1) && verdict.threshold > 0 &&
           (verdict.score.status == Status::ok || !verdict.anomalous);
}

/// What judging with a fixed state and learning by the rules leads to, without StreamingDetector.
template <class Detector, class Input>
void learn_by_hand(Detector& detector, const Input& input, const Score& score, const Verdict& verdict) {
    auto scorer = detector.scorer();
    auto threshold = detector.threshold();
    threshold.learn(score);
    if (!verdict.anomalous || detector.learn_from() == LearnFrom::everything) scorer.learn(input);
    detector = Detector{std::move(scorer), std::move(threshold), detector.learn_from()};
}

/// All that happens on the request path.
template <class Detector, class Examples>
double use(Detector& detector, const Examples& examples) {
    double sum = 0;
    for (const auto& example : examples) {
        sum += detector.score(example.input()).value;
        if constexpr (requires { detector.judge(example.input()); })
            sum += detector.judge(example.input()).level();
        sum += detector.observe(example.input()).level();
    }
    return sum;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("every detector: meets the concepts", "[detectors][contract]", Detectors) {
    using D = DetectorOf<TestType>;
    STATIC_REQUIRE(Detector<D>);
    STATIC_REQUIRE(Persistent<D>);
    STATIC_REQUIRE(ErasableDetector<D>);
    STATIC_REQUIRE(BatchDetector<D> == std::same_as<typename D::Input, Row>);
    STATIC_REQUIRE(BatchScorer<D> == std::same_as<typename D::Input, Row>);
}

TEMPLATE_LIST_TEST_CASE("every detector: a score is repeatable and changes nothing", "[detectors][contract]",
                        Detectors) {
    const auto detector = trained<TestType>();
    const auto before = to_bytes(detector);
    for (const auto& example : stream<TestType>(1, 60)) {
        const Score first = detector.score(example.input());
        CHECK(same(detector.score(example.input()), first));
        CHECK(same(detector.judge(example.input()), detector.judge(example.input())));
    }
    CHECK(to_bytes(detector) == before);
}

TEMPLATE_LIST_TEST_CASE("every detector: observe judges first and learns after", "[detectors][contract]",
                        Detectors) {
    auto detector = TestType::make(), by_hand = TestType::make();
    const auto probes = stream<TestType>(2, 20);
    for (const auto& example : stream<TestType>(3, 300)) {
        const Verdict expected = by_hand.judge(example.input());
        const Score score = by_hand.score(example.input());
        learn_by_hand(by_hand, example.input(), score, expected);
        REQUIRE(same(detector.observe(example.input()), expected));
        REQUIRE(judge_alike(detector, by_hand, probes));
    }
}

TEMPLATE_LIST_TEST_CASE("every detector: bad input is reported, counted and not learned",
                        "[detectors][contract]", Detectors) {
    auto detector = trained<TestType>();
    const auto scorer = to_bytes(detector.scorer()), threshold = to_bytes(detector.threshold());
    const auto bad = ExampleOf<TestType>::bad();
    const DetectorCounts before = detector.counts();
    for (const auto& example : bad) {
        CHECK(detector.score(example.input()) == Score{0, Status::bad_input});
        const Verdict verdict = detector.observe(example.input());
        CHECK(verdict.score == Score{0, Status::bad_input});
        CHECK_FALSE(verdict.anomalous);
        CHECK(verdict.level() == 0);
    }
    CHECK(detector.counts().bad_input == bad.size());
    CHECK(detector.counts().observed == before.observed + bad.size());
    CHECK(detector.counts().anomalous == before.anomalous);
    CHECK(to_bytes(detector.scorer()) == scorer);
    CHECK(to_bytes(detector.threshold()) == threshold);
}

TEMPLATE_LIST_TEST_CASE("every detector: bad input is bad input during the warm-up too",
                        "[detectors][contract]", Detectors) {
    auto detector = TestType::make();
    for (const auto& example : ExampleOf<TestType>::bad())
        CHECK(detector.observe(example.input()).score.status == Status::bad_input);
    CHECK(detector.counts().warming_up == 0);
}

TEMPLATE_LIST_TEST_CASE("every detector: the warm-up is reported, then it ends", "[detectors][contract]",
                        Detectors) {
    auto detector = TestType::make();
    CHECK(detector.observe(stream<TestType>(4, 1)[0].input()).score == Score{0, Status::warming_up});
    Verdict verdict;
    for (const auto& example : stream<TestType>(4, 400)) verdict = detector.observe(example.input());
    CHECK(verdict.score.status == Status::ok);
    CHECK(detector.counts().observed == 401);
    CHECK(detector.counts().warming_up > 0);
    CHECK(detector.counts().warming_up < 200);
}

TEMPLATE_LIST_TEST_CASE("every detector: an anomaly is a level above 1, and counted", "[detectors][contract]",
                        Detectors) {
    auto detector = TestType::make();
    DetectorCounts expected;
    for (const auto& example : stream<TestType>(5, 2000)) {
        const Verdict verdict = detector.observe(example.input());
        REQUIRE(is_sound(verdict));
        expected.add(verdict);
    }
    CHECK(detector.counts() == expected);
    CHECK(expected.anomalous > 0);
}

TEMPLATE_LIST_TEST_CASE("every detector: scores stay finite whatever was learned", "[detectors][contract]",
                        Detectors) {
    auto detector = trained<TestType>();
    for (int round = 0; round < 20; ++round) {
        for (const auto& example : ExampleOf<TestType>::extreme()) {
            REQUIRE(is_sound(detector.observe(example.input())));
            for (const auto& probe : ExampleOf<TestType>::extreme())
                REQUIRE(is_sound(detector.judge(probe.input())));
        }
    }
}

TEMPLATE_LIST_TEST_CASE("every detector: a constant stream is ordinary and anything else is not",
                        "[detectors][contract]", Detectors) {
    auto detector = TestType::make();
    Rng rng{6};
    const auto constant = ExampleOf<TestType>::usual(rng), odd = ExampleOf<TestType>::odd(rng);
    for (int i = 0; i < 400; ++i) detector.observe(constant.input());
    CHECK(detector.score(constant.input()).value == Approx(0).margin(1e-2));
    CHECK_FALSE(detector.judge(constant.input()).anomalous);
    CHECK(detector.judge(odd.input()).anomalous);
    CHECK(is_sound(detector.judge(odd.input())));
}

TEMPLATE_LIST_TEST_CASE("every detector: a copy is independent", "[detectors][contract]", Detectors) {
    auto original = trained<TestType>();
    const auto before = to_bytes(original);
    auto copy = original;
    CHECK(to_bytes(copy) == before);
    for (const auto& example : stream<TestType>(8, 100)) copy.observe(example.input());
    CHECK(to_bytes(original) == before);
    original = copy;
    CHECK(to_bytes(original) == to_bytes(copy));
    const auto moved = std::move(copy);
    CHECK(to_bytes(moved) == to_bytes(original));
}

TEMPLATE_LIST_TEST_CASE("every detector: observe and score allocate nothing", "[detectors][contract]",
                        Detectors) {
    const auto examples = stream<TestType>(9, 2000);
    auto cold = TestType::make();
    auto copy = cold;  // a copy has the room that the original has
    auto restored = from_bytes<DetectorOf<TestType>>(to_bytes(cold));
    AnyDetector any{TestType::make()}, any_copy{any};
    const AllocationCount count;
    double sum = 0;
    for (auto* const detector : {&cold, &copy, &restored}) sum += use(*detector, examples);
    for (auto* const detector : {&any, &any_copy}) sum += use(*detector, examples);
    const auto allocated = count.since_start();
    CHECK(allocated == 0);
    CHECK(sum > 0);
}

TEMPLATE_LIST_TEST_CASE("every detector: built alike and fed alike, says the same", "[detectors][contract]",
                        Detectors) {
    const auto examples = stream<TestType>(12, 1000);
    std::vector<Verdict> first;
    auto one = TestType::make();
    for (const auto& example : examples) first.push_back(one.observe(example.input()));
    // One after the other, so that what they shared would show.
    auto two = TestType::make();
    for (std::size_t i = 0; i < examples.size(); ++i) {
        if (i == 500) two = from_bytes<DetectorOf<TestType>>(to_bytes(two));
        REQUIRE(same(two.observe(examples[i].input()), first[i]));
    }
    CHECK(two.counts() == one.counts());
}

TEMPLATE_LIST_TEST_CASE("every detector: ranks anomalies above the rest (AUROC above 0.9)",
                        "[detectors][contract]", Detectors) {
    auto detector = trained<TestType>();
    const auto examples = stream<TestType>(10, 1000);
    std::vector<double> usual, odd;
    for (std::size_t i = 0; i < examples.size(); ++i) {
        (i % 20 == 19 ? odd : usual).push_back(detector.score(examples[i].input()).value);
        detector.observe(examples[i].input());
    }
    double wins = 0;
    for (const double high : odd)
        for (const double low : usual) wins += high > low ? 1 : high == low ? 0.5 : 0;
    CHECK(wins / static_cast<double>(odd.size() * usual.size()) > 0.9);
}

TEMPLATE_LIST_TEST_CASE("every detector: AnyDetector says what the detector inside says",
                        "[detectors][contract]", Detectors) {
    auto detector = TestType::make();
    AnyDetector any{TestType::make()};
    for (const auto& example : stream<TestType>(11, 400)) {
        REQUIRE(same(any.score(example.input()), detector.score(example.input())));
        REQUIRE(same(any.observe(example.input()), detector.observe(example.input())));
    }
    CHECK(any.counts() == detector.counts());
    CHECK(any.takes_rows() == std::same_as<typename DetectorOf<TestType>::Input, Row>);
}
