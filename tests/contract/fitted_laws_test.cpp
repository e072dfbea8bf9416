// SPDX-License-Identifier: Apache-2.0
// Laws for what a fitted model says of rows.
#include <algorithm>
#include <cstddef>
#include <vector>

#include "contract/fitted_cases.hpp"
#include "sonde/core/concepts.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

/// Usual and odd rows with gaps between them, a few of them bad.
struct Batch {
    static constexpr std::size_t cols = 4, stride = 6;
    std::vector<float> values;
    std::size_t count;

    Batch(std::uint64_t seed, std::size_t rows) : values(rows * stride, 99.0F), count{rows} {
        const Training training = training_rows(seed, rows, 7);
        for (std::size_t i = 0; i < rows; ++i)
            std::copy_n(training.values.data() + i * cols, cols, values.data() + i * stride);
        for (std::size_t i = 50; i < rows; i += 90) values[i * stride + 2] = detail::no_float();
    }
    [[nodiscard]] MatrixView view() const { return {values.data(), count, cols, stride}; }
};

constexpr Score no_score{0, Status::bad_input};

/// To the bit, but where -ffast-math lets a sum of floats be added up in another order for one row than for many.
bool alike(Score a, Score b) {
#ifdef __FAST_MATH__
    return a.status == b.status && a.value == Approx(b.value).epsilon(1e-5);
#else
    return a == b;
#endif
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("every fitted model: is a scorer of batches that explains itself and can be written",
                        "[models][contract]", FittedModels) {
    using Model = decltype(fitted<TestType>());
    STATIC_REQUIRE(BatchScorer<Model>);
    STATIC_REQUIRE(Explainer<Model>);
    STATIC_REQUIRE(Persistent<Model>);
    STATIC_REQUIRE_FALSE(Learner<Model>);
    STATIC_REQUIRE(BatchDetector<typename TestType::Detector>);
}

TEMPLATE_LIST_TEST_CASE("every fitted model: score_batch is score row by row", "[models][contract]",
                        FittedModels) {
    const auto model = fitted<TestType>();
    CHECK(model.dimension() == 4);
    for (const std::size_t rows : {1U, 2U, 15U, 16U, 17U, 63U, 64U, 65U, 300U}) {
        const Batch batch{rows, rows};
        std::vector<Score> scores(rows);
        model.score_batch(batch.view(), scores);
        for (std::size_t i = 0; i < rows; ++i) {
            const Score alone = model.score(batch.view().row(i));
            REQUIRE(alike(scores[i], alone));
            REQUIRE(model.score(batch.view().row(i)) == alone);
        }
    }
}

TEMPLATE_LIST_TEST_CASE("every fitted model: rows beyond the room for scores are left alone",
                        "[models][contract]", FittedModels) {
    const auto model = fitted<TestType>();
    const Batch batch{5, 40};
    std::vector<Score> scores(40, Score{-1, Status::ok});
    model.score_batch(batch.view(), std::span{scores}.first(33));
    CHECK(scores[32].value >= 0);
    CHECK(scores[33].value == -1);
}

TEMPLATE_LIST_TEST_CASE("every fitted model: a row of another width, NaN and infinity are bad input",
                        "[models][contract]", FittedModels) {
    const auto model = fitted<TestType>();
    std::vector<double> shares(4, 9.0), few(3, 9.0);
    for (const auto& example : Example<Row>::bad()) {
        CHECK(model.score(example.input()) == no_score);
        CHECK(model.attribute(example.input(), shares) == no_score);
        CHECK(shares == std::vector<double>(4, 0.0));
    }
    const std::vector<float> row{1, 2, 3, 4}, wide(30, 1.0F);
    CHECK(model.attribute(row, few) == no_score);
    CHECK(few == std::vector<double>(3, 0.0));
    std::vector<Score> scores(10);
    model.score_batch({wide.data(), 10, 3}, scores);
    CHECK(scores == std::vector<Score>(10, no_score));
}

TEMPLATE_LIST_TEST_CASE("every fitted model: scores are finite and at least 0, however far the row",
                        "[models][contract]", FittedModels) {
    const auto model = fitted<TestType>();
    std::vector<double> shares(4);
    for (const auto& example : Example<Row>::extreme()) {
        const Score score = model.score(example.input());
        CHECK(score.status == Status::ok);
        CHECK(is_finite(score.value));
        CHECK(score.value >= 0);
        CHECK(model.attribute(example.input(), shares) == score);
        for (const double share : shares) CHECK((is_finite(share) && share >= 0));
    }
}

TEMPLATE_LIST_TEST_CASE("every fitted model: shares are at least 0 and sum to the score",
                        "[models][contract]", FittedModels) {
    const auto model = fitted<TestType>();
    std::vector<double> shares(4);
    const Batch batch{8, 200};
    for (std::size_t i = 0; i < 200; ++i) {
        const Row row = batch.view().row(i);
        const Score score = model.attribute(row, shares);
        REQUIRE(score == model.score(row));
        double sum = 0;
        for (const double share : shares) {
            REQUIRE(share >= 0);
            sum += share;
        }
        REQUIRE(sum == Approx(score.value).epsilon(1e-6).margin(1e-12));
    }
}

TEMPLATE_LIST_TEST_CASE("every fitted model: a feature that leaves the range gets the largest share",
                        "[models][contract]", FittedModels) {
    if (!blames_one<TestType>()) return;
    const auto model = fitted<TestType>();
    for (std::size_t feature = 0; feature < 4; ++feature) {
        std::vector<float> values{0, 0, 0, 5};
        values[feature] += 30;
        std::vector<double> shares(4);
        static_cast<void>(model.attribute(values, shares));
        INFO("feature " << feature << ": " << shares[0] << ' ' << shares[1] << ' ' << shares[2] << ' '
                        << shares[3]);
        for (std::size_t i = 0; i < 4; ++i)
            if (i != feature) CHECK(shares[i] < shares[feature]);
    }
}

TEMPLATE_LIST_TEST_CASE("every fitted model: score, score_batch and attribute allocate nothing",
                        "[models][contract]", FittedModels) {
    const auto model = fitted<TestType>();
    const typename TestType::Detector detector{fitted<TestType>()};
    const Batch batch{6, 300};
    std::vector<Score> scores(300);
    std::vector<double> shares(4);
    const AllocationCount count;
    model.score_batch(batch.view(), scores);
    double sum = model.score(batch.view().row(1)).value + model.attribute(batch.view().row(2), shares).value;
    for (std::size_t i = 0; i < 300; ++i) sum += detector.judge(batch.view().row(i)).level();
    const auto allocated = count.since_start();
    CHECK(allocated == 0);
    CHECK(sum > 0);
}

TEMPLATE_LIST_TEST_CASE("every fitted model: ranks anomalies above the rest (AUROC above 0.9)",
                        "[models][contract]", FittedModels) {
    if (!sees_all_sides<TestType>()) return;
    const auto model = fitted<TestType>();
    const Training rows = training_rows(10, 1000, 20);
    std::vector<double> usual, odd;
    for (std::size_t i = 0; i < 1000; ++i)
        (rows.labels[i] != 0 ? odd : usual).push_back(model.score(rows.rows().row(i)).value);
    double wins = 0;
    for (const double high : odd)
        for (const double low : usual) wins += high > low ? 1 : high == low ? 0.5 : 0;
    CHECK(wins / static_cast<double>(odd.size() * usual.size()) > 0.9);
}

TEMPLATE_LIST_TEST_CASE("every fitted model: about 1 % of fresh usual rows exceed the default threshold",
                        "[models][contract]", FittedModels) {
    typename TestType::Detector detector{fitted<TestType>(4000)};
    const Training fresh = training_rows(11, 20'000, 0);
    std::vector<Verdict> verdicts(20'000);
    detector.observe_batch(fresh.rows(), verdicts);
    const double rate = static_cast<double>(detector.counts().anomalous) / 20'000;
    CHECK(rate < 0.02);
    if (!TestType::supervised) CHECK(rate > 0.004);
}

TEMPLATE_LIST_TEST_CASE("every fitted model: AnyDetector says what the detector inside says",
                        "[models][contract]", FittedModels) {
    typename TestType::Detector detector{fitted<TestType>()};
    AnyDetector any{typename TestType::Detector{fitted<TestType>()}};
    const Batch batch{12, 200};
    for (std::size_t i = 0; i < 200; ++i)
        REQUIRE(any.observe(batch.view().row(i)) == detector.observe(batch.view().row(i)));
    CHECK(any.counts() == detector.counts());
    CHECK(any.counts().bad_input > 0);
    CHECK(any.takes_rows());
}
