// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/isolation_forest.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_isolation_forest.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"
#include "unit/stats/damage.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

constexpr float largest = 3.4e38F;
const float no_number = std::bit_cast<float>(0x7fc0'0001U);

/// Equation 1 of the paper.
double c(double n) {
    if (n <= 1) return 0;
    return n < 3 ? 1 : 2 * (std::log(n - 1) + 0.5772156649015329) - 2 * (n - 1) / n;
}

// Of 8 rows: x1 <= 5 (6 rows: x0 <= -1 with 2 and 4 rows), else 2 rows.
IsolationTree five_nodes() {
    return {.children_left = {1, 2, -1, -1, -1},
            .children_right = {4, 3, -1, -1, -1},
            .feature = {1, 0, -2, -2, -2},
            .threshold = {5, -1, -2, -2, -2},
            .n_node_samples = {8, 6, 2, 4, 2}};
}

// x0 <= 3 (7 rows), else 1 row.
IsolationTree three_nodes() {
    return {.children_left = {1, -1, -1},
            .children_right = {2, -1, -1},
            .feature = {0, -2, -2},
            .threshold = {3, -2, -2},
            .n_node_samples = {8, 7, 1}};
}

const IsolationForestModel& two_trees() {
    static const std::vector<IsolationTree> trees{five_nodes(), three_nodes()};
    static const IsolationForestModel model{trees, 2, 8,
                                            ScoreCalibration{std::vector<double>{0.4, 0.5, 0.7}}};
    return model;
}

double expected_score(double first_length, double second_length) {
    return std::pow(2.0, -(first_length + second_length) / 2 / c(8));
}

IsolationForestModel model_of_noise(std::size_t dimension) {
    const auto values = noise(500 * dimension, 1);
    return fit_isolation_forest({values.data(), 500, dimension}, {.trees = 37, .sample_size = 100});
}

}  // namespace

static_assert(BatchScorer<IsolationForestModel> && Explainer<IsolationForestModel> &&
              Persistent<IsolationForestModel>);

TEST_CASE("IsolationForestModel: the score is 2^(-mean path length / c(sample size))", "[models]") {
    const auto score = [](float x, float y) { return two_trees().score(std::vector<float>{x, y}); };
    CHECK(score(-2, 0).value == Approx(expected_score(2 + c(2), 1 + c(7))).epsilon(1e-7));
    CHECK(score(0, 5).value == Approx(expected_score(2 + c(4), 1 + c(7))).epsilon(1e-7));
    CHECK(score(-1, 5.01F).value == Approx(expected_score(1 + c(2), 1 + c(7))).epsilon(1e-7));
    CHECK(score(4, 6).value == Approx(expected_score(1 + c(2), 1)).epsilon(1e-7));
    CHECK(score(4, 6).status == Status::ok);
    CHECK(score(largest, largest).value == score(4, 6).value);
    CHECK(score(-largest, -largest).value == score(-2, 0).value);
}

TEST_CASE("IsolationForestModel: trees without a split say 0.5 of every row", "[models]") {
    for (const std::int64_t rows : {1, 2, 3, 256}) {
        const std::vector<IsolationTree> trees(3, {{-1}, {-1}, {-2}, {-2}, {rows}});
        const IsolationForestModel model{trees, 1, static_cast<std::size_t>(rows)};
        CHECK(model.score(std::vector<float>{7}).value == Approx(0.5).epsilon(1e-7));
        std::vector<double> shares(1);
        CHECK(model.attribute(std::vector<float>{7}, shares).value == Approx(0.5).epsilon(1e-7));
        CHECK(shares[0] == Approx(0.5).epsilon(1e-7));
    }
}

TEST_CASE("IsolationForestModel: a batch gives each row's score, to the bit, over strides and bad rows",
          "[models]") {
    const IsolationForestModel model = model_of_noise(9);
    for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 127U, 128U, 129U, 300U}) {
        auto values = noise(count * 12, 2);
        for (std::size_t i = 10; i < count; i += 17) values[i * 12 + i % 9] = no_number;
        const MatrixView rows{values.data(), count, 9, 12};
        std::vector<Score> scores(count);
        model.score_batch(rows, scores);
        for (std::size_t i = 0; i < count; ++i) {
#ifdef __FAST_MATH__
            REQUIRE(scores[i].value == Approx(model.score(rows.row(i)).value).epsilon(1e-12));
#else
            REQUIRE(scores[i] == model.score(rows.row(i)));
#endif
            REQUIRE((scores[i].status == Status::bad_input) == (i % 17 == 10));
        }
    }
}

TEST_CASE("IsolationForestModel: a batch writes no more than there is room for", "[models]") {
    const IsolationForestModel model = model_of_noise(3);
    const auto values = noise(10 * 3, 3);
    std::vector<Score> scores(10, Score{-1, Status::ok});
    model.score_batch({values.data(), 10, 3}, std::span{scores}.first(6));
    CHECK(scores[5].value >= 0);
    CHECK(scores[6].value == -1);
    model.score_batch({values.data(), 2, 3}, scores);
    CHECK(scores[6].value == -1);
}

TEST_CASE("IsolationForestModel: NaN, infinity and another dimension are bad input", "[models]") {
    for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U, 0xff80'0000U}) {
        const std::vector<float> row{1, std::bit_cast<float>(bits)};
        std::vector<double> shares{7, 7};
        CHECK(two_trees().score(row) == Score{0, Status::bad_input});
        CHECK(two_trees().attribute(row, shares) == Score{0, Status::bad_input});
        CHECK(shares == std::vector<double>{0, 0});
    }
    CHECK(two_trees().score({}).status == Status::bad_input);
    CHECK(two_trees().score(std::vector<float>{1, 2, 3}).status == Status::bad_input);
    const std::vector<float> wide(6);
    std::vector<Score> scores(2);
    two_trees().score_batch({wide.data(), 2, 3}, scores);
    CHECK(scores == std::vector<Score>(2, {0, Status::bad_input}));
}

TEST_CASE("IsolationForestModel: shares follow by how much the splits shortened the path", "[models]") {
    std::vector<double> shares(2);
    const double all = two_trees().attribute(std::vector<float>{4, 6}, shares).value;
    CHECK(all == two_trees().score(std::vector<float>{4, 6}).value);
    const double by_x1 = c(8) - (1 + c(2)), by_x0 = c(8) - 1;
    CHECK(shares[0] == Approx(all * by_x0 / (by_x0 + by_x1)).epsilon(1e-6));
    CHECK(shares[1] == Approx(all * by_x1 / (by_x0 + by_x1)).epsilon(1e-6));
}

TEST_CASE("IsolationForestModel: a feature that lengthened the path has no share", "[models]") {
    std::vector<double> shares(2);
    const Score all = two_trees().attribute(std::vector<float>{0, 6}, shares);
    REQUIRE(1 + c(7) > c(8));  // what x0 <= 3 says
    CHECK(shares[0] == 0);
    CHECK(shares[1] == Approx(all.value).epsilon(1e-12));
    const std::vector<IsolationTree> long_paths{three_nodes()};
    const IsolationForestModel model{long_paths, 2, 8};
    const double longer = model.attribute(std::vector<float>{0, 0}, shares).value;
    CHECK(shares == std::vector<double>{longer / 2, longer / 2});
    std::vector<double> few{7};
    CHECK(two_trees().attribute(std::vector<float>{4, 6}, few).status == Status::bad_input);
    CHECK(few[0] == 0);
}

TEST_CASE("IsolationForestModel: the feature that is out of the range gets most of the score", "[models]") {
    const IsolationForestModel model = model_of_noise(5);
    std::vector<double> shares(5);
    for (std::size_t odd = 0; odd < 5; ++odd) {
        std::vector<float> row(5);
        row[odd] = odd % 2 == 0 ? 30.0F : -30.0F;
        const double all = model.attribute(row, shares).value;
        CHECK(shares[odd] > 0.7 * all);
    }
}

TEST_CASE("IsolationForestModel: scoring allocates nothing", "[models]") {
    const IsolationForestModel model = model_of_noise(9);
    const auto values = noise(300 * 9, 4);
    const MatrixView rows{values.data(), 300, 9};
    std::vector<Score> scores(300);
    std::vector<double> shares(9);
    const testing::AllocationCount count;
    model.score_batch(rows, scores);
    static_cast<void>(model.score(rows.row(0)));
    static_cast<void>(model.attribute(rows.row(0), shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("IsolationForestModel: knows its shape, and its threshold when it is calibrated", "[models]") {
    CHECK(two_trees().dimension() == 2);
    CHECK(two_trees().trees() == 2);
    CHECK(two_trees().sample_size() == 8);
    CHECK(two_trees().default_threshold() == 0.7);
    const std::vector<IsolationTree> trees{three_nodes()};
    const IsolationForestModel bare{trees, 2, 8};
    CHECK(bare.calibration().count() == 0);
    CHECK_THROWS_AS(bare.default_threshold(), std::invalid_argument);
    const auto model = bare.calibrated(ScoreCalibration{std::vector<double>{0.6}});
    CHECK(model.default_threshold() == 0.6);
    CHECK(model.score(std::vector<float>{1, 1}) == bare.score(std::vector<float>{1, 1}));
    CHECK(IsolationForestDetector{model}.threshold().value() == 0.6);
}

TEST_CASE("IsolationForestModel: damaged bytes are refused or harmless", "[models]") {
    testing::check_damage(two_trees(), [](const IsolationForestModel& model) {
        const std::vector<float> row(model.dimension() < 9 ? model.dimension() : 2, 1.0F);
        std::vector<double> shares(row.size());
        const Score score = model.score(row);
        if (!is_finite(score.value) || score.value < 0 || score.value > 1) FAIL("score " << score.value);
        static_cast<void>(model.attribute(row, shares));
        for (const double share : shares)
            if (!is_finite(share) || share < 0) FAIL("share " << share);
    });
}

TEST_CASE("IsolationForestModel: trees that cannot be are refused", "[models]") {
    const auto model_of = [](const IsolationTree& tree, std::size_t dimension = 2,
                             std::size_t sample_size = 8) {
        return IsolationForestModel{std::span{&tree, 1}, dimension, sample_size};
    };
    CHECK_NOTHROW(model_of(five_nodes()));
    CHECK_THROWS_WITH((IsolationForestModel{{}, 2, 8}),
                      "IsolationForestModel: number of trees is 0, must be in [1, 1048576]");
    CHECK_THROWS_AS(model_of({}), std::invalid_argument);
    CHECK_THROWS_AS(model_of(five_nodes(), 0), std::invalid_argument);
    CHECK_THROWS_AS(model_of(five_nodes(), 1), std::invalid_argument);
    CHECK_THROWS_AS(model_of(five_nodes(), (1U << 20) + 1), std::invalid_argument);
    CHECK_THROWS_AS(model_of(five_nodes(), 2, 0), std::invalid_argument);
    CHECK_THROWS_AS(model_of(five_nodes(), 2, (1U << 30) + 1), std::invalid_argument);
    auto tree = five_nodes();
    tree.threshold.pop_back();
    CHECK_THROWS_WITH(
        model_of(tree),
        "IsolationForestModel: arrays of tree 0 is of different lengths, must be of one length");
    for (const std::int64_t child :
         {std::int64_t{-1}, std::int64_t{0}, std::int64_t{5}, std::int64_t{1} << 32}) {
        tree = five_nodes();
        tree.children_right[1] = child;
        CHECK_THROWS_AS(model_of(tree), std::invalid_argument);
    }
    for (const std::int64_t feature : {std::int64_t{-1}, std::int64_t{2}, std::int64_t{1} << 32}) {
        tree = five_nodes();
        tree.feature[0] = feature;
        CHECK_THROWS_AS(model_of(tree), std::invalid_argument);
    }
    tree = five_nodes();
    tree.n_node_samples[4] = 0;
    CHECK_THROWS_WITH(model_of(tree),
                      "IsolationForestModel: n_node_samples of tree 0 is 0, must be at least 1");
    tree = five_nodes();
    tree.threshold[0] = std::bit_cast<double>(0x7ff8'0000'0000'0000U);
    CHECK_THROWS_AS(model_of(tree), std::invalid_argument);
}
