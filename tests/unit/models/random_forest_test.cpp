// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/random_forest.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_random_forest.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"
#include "unit/stats/damage.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

// x0 <= 1: 1 of 4 anomalies, else 3 of 4 (of class 2 where there are three classes).
// x1 <= 0: none of 2, else 6 of 6 (of classes 1 and 2 equally).
RandomForestModel two_trees(std::size_t classes) {
    const std::vector<detail::GrownNode> first{{1, 0, 1, 2, 0}, {}, {}}, second{{0, 1, 1, 2, 0}, {}, {}};
    detail::ClassTrees trees{2, classes};
    if (classes == 2) {
        trees.add("test", first, std::vector<double>{4, 4, 3, 1, 1, 3});
        trees.add("test", second, std::vector<double>{2, 6, 2, 0, 0, 6});
    } else {
        trees.add("test", first, std::vector<double>{4, 0, 4, 3, 0, 1, 1, 0, 3});
        trees.add("test", second, std::vector<double>{2, 3, 3, 2, 0, 0, 0, 3, 3});
    }
    return {std::move(trees), {{0.5, 0.5}, ScoreCalibration{std::vector<double>{0.125, 0.125, 0.625}}}};
}

RandomForestModel model_of_noise(std::size_t dimension, std::size_t classes) {
    const auto values = noise(200 * dimension, 1);
    std::vector<std::uint8_t> labels(200);
    Rng rng{2};
    for (auto& label : labels) label = static_cast<std::uint8_t>(rng.below(classes));
    return fit_random_forest({values.data(), 200, dimension}, labels, {.trees = 37, .classes = classes});
}

void use(const RandomForestModel& model) {
    const std::vector<float> row(model.dimension(), 1.0F);
    std::vector<double> shares(model.dimension()), probabilities(model.classes());
    const Score score = model.attribute(row, shares);
    CHECK((is_finite(score.value) && score.value >= 0 && score.value <= 1));
    CHECK(model.probabilities(row, probabilities) == score);
    CHECK(model.predict(row).has_value());
    CHECK(model.default_threshold() > 0);
}

}  // namespace

static_assert(BatchScorer<RandomForestModel> && Explainer<RandomForestModel> &&
              Persistent<RandomForestModel>);

TEST_CASE("RandomForestModel: the score is the mean over the trees", "[models]") {
    for (const std::size_t classes : {2U, 3U}) {
        const auto model = two_trees(classes);
        const auto score = [&](float x, float y) { return model.score(std::vector<float>{x, y}); };
        CHECK(score(1, 0) == Score{0.125, Status::ok});
        CHECK(score(2, 0) == Score{0.375, Status::ok});
        CHECK(score(0, 1) == Score{0.625, Status::ok});
        CHECK(score(2, 1) == Score{0.875, Status::ok});
    }
}

TEST_CASE("RandomForestModel: so are the probabilities", "[models]") {
    std::vector<double> three(3), two(2);
    const auto model = two_trees(3);
    CHECK(model.probabilities(std::vector<float>{2, 1}, three).value == 0.875);
    CHECK(three == std::vector<double>{0.125, 0.25, 0.625});
    CHECK(model.predict(std::vector<float>{2, 1}) == 2U);
    CHECK(model.predict(std::vector<float>{0, 0}) == 0U);
    CHECK(two_trees(2).probabilities(std::vector<float>{2, 1}, two).value == 0.875);
    CHECK(two == std::vector<double>{0.125, 0.875});
}

TEST_CASE("RandomForestModel: shares sum the trees' changes", "[models]") {
    std::vector<double> shares(2);
    // x0 raises by 0.25, x1 by 0.25.
    CHECK(two_trees(2).attribute(std::vector<float>{2, 1}, shares).value == 0.875);
    CHECK(shares == std::vector<double>{0.4375, 0.4375});
    // x0 lowers, x1 raises.
    CHECK(two_trees(2).attribute(std::vector<float>{0, 1}, shares).value == 0.625);
    CHECK(shares == std::vector<double>{0, 0.625});
}

TEST_CASE("RandomForestModel: a batch gives each row's score, to the bit, over strides and bad rows",
          "[models]") {
    const std::size_t classes = GENERATE(2U, 4U);
    const auto model = model_of_noise(9, classes);
    for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 127U, 128U, 129U, 300U}) {
        auto values = noise(count * 12, 3);
        for (std::size_t i = 10; i < count; i += 17)
            values[i * 12 + i % 9] = std::bit_cast<float>(0x7fc0'0001U);
        const MatrixView rows{values.data(), count, 9, 12};
        std::vector<Score> scores(count);
        std::vector<double> probabilities(classes), shares(9);
        model.score_batch(rows, scores);
        for (std::size_t i = 0; i < count; ++i) {
            const Score alone = model.score(rows.row(i));
#ifdef __FAST_MATH__
            REQUIRE(scores[i].value == Approx(alone.value).epsilon(1e-12));
#else
            REQUIRE(scores[i] == alone);
#endif
            REQUIRE((alone.status == Status::bad_input) == (i % 17 == 10));
            REQUIRE(model.probabilities(rows.row(i), probabilities) == alone);
            REQUIRE(model.attribute(rows.row(i), shares) == alone);
            double sum = 0;
            for (const double p : probabilities) sum += p;
            if (alone.status == Status::ok) REQUIRE(sum == Approx(1).epsilon(1e-6));
        }
    }
}

TEST_CASE("RandomForestModel: scoring allocates nothing", "[models]") {
    const auto model = model_of_noise(5, 3);
    const auto values = noise(100 * 5, 4);
    const MatrixView rows{values.data(), 100, 5};
    std::vector<Score> scores(100);
    std::vector<double> shares(5), probabilities(3);
    const testing::AllocationCount count;
    model.score_batch(rows, scores);
    static_cast<void>(model.score(rows.row(0)));
    static_cast<void>(model.predict(rows.row(0)));
    static_cast<void>(model.probabilities(rows.row(0), probabilities));
    static_cast<void>(model.attribute(rows.row(0), shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("RandomForestModel: damaged files are refused or harmless", "[models]") {
    testing::check_damage(two_trees(2), use);
    testing::check_damage(two_trees(3), use);
}

TEST_CASE("RandomForestModel: what was written is read back", "[models]") {
    const auto model = model_of_noise(3, 4);
    const auto again = from_bytes<RandomForestModel>(to_bytes(model));
    const auto values = noise(50 * 3, 5);
    std::vector<double> mine(4), read(4);
    for (std::size_t i = 0; i < 50; ++i) {
        const Row row{values.data() + i * 3, 3};
        CHECK(again.probabilities(row, read) == model.probabilities(row, mine));
        CHECK(read == mine);
    }
    CHECK(again.trees() == 37);
    CHECK(again.default_threshold() == model.default_threshold());
}

TEST_CASE("RandomForestModel: what is no forest is refused", "[models]") {
    CHECK_THROWS_AS((RandomForestModel{detail::ClassTrees{2, 2}, {{0, 0}, {}}}), std::invalid_argument);
    detail::ClassTrees tree{2, 2};
    tree.add("test", {{}}, std::vector<double>{1, 1});
    CHECK_THROWS_AS((RandomForestModel{tree, {{0}, {}}}), std::invalid_argument);
    CHECK_NOTHROW(RandomForestModel{tree, {{0, 0}, {}}});
}
