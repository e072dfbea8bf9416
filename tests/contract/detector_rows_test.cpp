// SPDX-License-Identifier: Apache-2.0
// Laws for detectors of rows: batches and attribution.
#include <cstddef>
#include <utility>
#include <vector>

#include "contract/detector_cases.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

/// A batch with gaps between its rows, a few of them bad.
struct Batch {
    static constexpr std::size_t cols = 4, stride = 6;
    std::vector<float> values;
    std::size_t rows;

    template <class Examples>
    explicit Batch(const Examples& examples)
        : values(examples.size() * stride, 99.0F), rows{examples.size()} {
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < cols; ++j) values[i * stride + j] = examples[i].values[j];
        for (std::size_t i = 50; i < rows; i += 90) values[i * stride + 2] = detail::no_float();
    }
    [[nodiscard]] MatrixView view() const { return {values.data(), rows, cols, stride}; }
};

}  // namespace

TEMPLATE_LIST_TEST_CASE(
    "every detector of rows: a batch is judged with the state from before it, then learned",
    "[detectors][contract]", RowDetectors) {
    // 80 rows end in the middle of the scorer's or the threshold's warm-up, 300 go beyond it.
    const std::size_t rows = GENERATE(1U, 63U, 64U, 65U, 80U, 300U);
    const bool warm = GENERATE(false, true);
    auto detector = warm ? trained<TestType>() : TestType::make();
    const Batch batch{stream<TestType>(1, rows)};

    const auto before = detector;
    auto scorer = detector.scorer();
    auto threshold = detector.threshold();
    DetectorCounts counts = detector.counts();
    for (std::size_t i = 0; i < rows; ++i) {
        const Row row = batch.view().row(i);
        const Verdict verdict = before.judge(row);
        counts.add(verdict);
        if (verdict.score.status == Status::bad_input) continue;
        threshold.learn(before.score(row));
        if (!verdict.anomalous || before.learn_from() == LearnFrom::everything) scorer.learn(row);
    }

    std::vector<Verdict> verdicts(rows);
    detector.observe_batch(batch.view(), verdicts);
    for (std::size_t i = 0; i < rows; ++i) CHECK(same(verdicts[i], before.judge(batch.view().row(i))));
    CHECK(detector.counts() == counts);
    const decltype(detector) expected{std::move(scorer), std::move(threshold), before.learn_from()};
    CHECK(judge_alike(detector, expected, stream<TestType>(2, 40)));
}

TEMPLATE_LIST_TEST_CASE("every detector of rows: score_batch is score row by row", "[detectors][contract]",
                        RowDetectors) {
    const auto detector = trained<TestType>();
    const Batch batch{stream<TestType>(3, 200)};
    std::vector<Score> scores(200);
    detector.score_batch(batch.view(), scores);
    for (std::size_t i = 0; i < 200; ++i) CHECK(same(scores[i], detector.score(batch.view().row(i))));
}

TEMPLATE_LIST_TEST_CASE("every detector of rows: a batch of one is an observation", "[detectors][contract]",
                        RowDetectors) {
    auto one_by_one = TestType::make(), in_batches = TestType::make();
    const Batch batch{stream<TestType>(4, 300)};
    for (std::size_t i = 0; i < 300; ++i) {
        Verdict verdict;
        in_batches.observe_batch({batch.view().row(i).data(), 1, Batch::cols}, {&verdict, 1});
        REQUIRE(same(verdict, one_by_one.observe(batch.view().row(i))));
    }
    CHECK(in_batches.counts() == one_by_one.counts());
}

TEMPLATE_LIST_TEST_CASE("every detector of rows: a batch of another width is bad input",
                        "[detectors][contract]", RowDetectors) {
    auto detector = trained<TestType>();
    const std::vector<float> values(30, 1.0F);
    std::vector<Verdict> verdicts(10);
    detector.observe_batch({values.data(), 10, 3}, verdicts);
    for (const Verdict& verdict : verdicts) CHECK(verdict.score == Score{0, Status::bad_input});
    CHECK(detector.counts().bad_input == 10);
}

TEMPLATE_LIST_TEST_CASE("every detector of rows: rows beyond the room for verdicts are left alone",
                        "[detectors][contract]", RowDetectors) {
    auto detector = trained<TestType>();
    const Batch batch{stream<TestType>(5, 20)};
    std::vector<Verdict> verdicts(12, Verdict{{-1, Status::ok}, 0, false});
    detector.observe_batch(batch.view(), std::span{verdicts}.first(7));
    CHECK(detector.counts().observed == 407);
    CHECK(verdicts[6].score.value >= 0);
    CHECK(verdicts[7].score.value == -1);
}

TEMPLATE_LIST_TEST_CASE("every detector of rows: batches allocate nothing", "[detectors][contract]",
                        RowDetectors) {
    auto detector = TestType::make();
    AnyDetector any{TestType::make()};
    const Batch batch{stream<TestType>(6, 300)};
    std::vector<Verdict> verdicts(300);
    std::vector<Score> scores(300);
    const AllocationCount count;
    for (int i = 0; i < 5; ++i) {
        detector.observe_batch(batch.view(), verdicts);
        detector.score_batch(batch.view(), scores);
        any.observe_batch(batch.view(), verdicts);
    }
    const auto allocated = count.since_start();
    CHECK(allocated == 0);
}

TEMPLATE_LIST_TEST_CASE("every detector of rows: AnyDetector takes batches alike", "[detectors][contract]",
                        RowDetectors) {
    auto detector = TestType::make();
    AnyDetector any{TestType::make()};
    const Batch batch{stream<TestType>(7, 300)};
    std::vector<Verdict> verdicts(300), erased(300);
    for (int i = 0; i < 2; ++i) {
        detector.observe_batch(batch.view(), verdicts);
        any.observe_batch(batch.view(), erased);
        for (std::size_t row = 0; row < 300; ++row) REQUIRE(same(verdicts[row], erased[row]));
    }
    CHECK(any.counts() == detector.counts());
}

TEMPLATE_LIST_TEST_CASE("every explainer: shares are at least 0 and sum to the score",
                        "[detectors][contract]", RowDetectors) {
    STATIC_REQUIRE(Explainer<DetectorOf<TestType>>);
    const auto detector = trained<TestType>();
    std::vector<double> shares(4);
    for (const auto& example : stream<TestType>(8, 200)) {
        const Score score = detector.attribute(example.input(), shares);
        CHECK(same(score, detector.score(example.input())));
        double sum = 0;
        for (const double share : shares) {
            CHECK(share >= 0);
            sum += share;
        }
        CHECK(sum == Approx(score.value).epsilon(1e-9));
    }
}

TEMPLATE_LIST_TEST_CASE("every explainer: a feature that leaves the range gets the largest share",
                        "[detectors][contract]", RowDetectors) {
    const auto detector = trained<TestType>();
    for (std::size_t feature = 0; feature < 4; ++feature) {
        std::vector<float> values{0, 0, 0, 5};
        values[feature] += 30;
        std::vector<double> shares(4);
        const Score score = detector.attribute(values, shares);
        for (std::size_t i = 0; i < 4; ++i)
            if (i != feature) CHECK(shares[i] < shares[feature]);
        CHECK(shares[feature] > 0.5 * score.value);
    }
}

TEMPLATE_LIST_TEST_CASE("every explainer: there are no shares where there is no score",
                        "[detectors][contract]", RowDetectors) {
    std::vector<double> shares(4, 9.0), few(3, 9.0);
    const std::vector<float> row{1, 2, 3, 4}, bad{1, 2, 3, detail::no_float()};
    CHECK(TestType::make().attribute(row, shares).status == Status::warming_up);
    CHECK(shares == std::vector<double>(4, 0.0));
    const auto detector = trained<TestType>();
    CHECK(detector.attribute(bad, shares).status == Status::bad_input);
    CHECK(shares == std::vector<double>(4, 0.0));
    CHECK(detector.attribute(row, few).status == Status::bad_input);
    CHECK(few == std::vector<double>(3, 0.0));
}
