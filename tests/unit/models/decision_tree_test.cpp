// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/decision_tree.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_decision_tree.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"
#include "unit/stats/damage.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

constexpr float largest = 3.4e38F;
const float no_number = std::bit_cast<float>(0x7fc0'0001U);

// x1 <= 5: (x0 <= -1: 1 of 8, else 3 of 4 anomalies), else 8 of 8; in classes 1 and 2 of three where there are.
std::vector<detail::GrownNode> five_nodes() { return {{5, 1, 1, 2, 0}, {-1, 0, 3, 4, 0}, {}, {}, {}}; }

DecisionTreeModel two_classes() {
    const std::vector<double> weights{8, 12, 8, 4, 0, 8, 7, 1, 1, 3};
    detail::ClassTrees tree{2, 2};
    tree.add("test", five_nodes(), weights);
    return {std::move(tree), {{0.25, 0.75}, ScoreCalibration{std::vector<double>{0, 0.125, 0.75}}}};
}

DecisionTreeModel three_classes() {
    const std::vector<double> weights{8, 3, 9, 8, 3, 1, 0, 0, 8, 7, 1, 0, 1, 2, 1};
    detail::ClassTrees tree{2, 3};
    tree.add("test", five_nodes(), weights);
    return {std::move(tree), {{0.25, 0.75}, {}}};
}

DecisionTreeModel model_of_noise(std::size_t dimension, std::size_t classes) {
    const auto values = noise(400 * dimension, 1);
    std::vector<std::uint8_t> labels(400);
    Rng rng{2};
    for (auto& label : labels) label = static_cast<std::uint8_t>(rng.below(classes));
    return fit_decision_tree({values.data(), 400, dimension}, labels, {.max_depth = 6, .classes = classes});
}

void use(const DecisionTreeModel& model) {
    const std::vector<float> row(model.dimension(), 1.0F);
    std::vector<double> shares(model.dimension()), probabilities(model.classes());
    const Score score = model.attribute(row, shares);
    CHECK((is_finite(score.value) && score.value >= 0 && score.value <= 1));
    CHECK(model.probabilities(row, probabilities) == score);
    CHECK(model.predict(row).has_value());
    CHECK(model.default_threshold() > 0);
}

}  // namespace

static_assert(BatchScorer<DecisionTreeModel> && Explainer<DecisionTreeModel> &&
              Persistent<DecisionTreeModel>);

TEST_CASE("DecisionTreeModel: the score is the share of the leaf that is not of class 0", "[models]") {
    for (const auto& model : {two_classes(), three_classes()}) {
        const auto score = [&](float x, float y) { return model.score(std::vector<float>{x, y}); };
        CHECK(score(-1, 5) == Score{0.125, Status::ok});
        CHECK(score(-0.9F, 5) == Score{0.75, Status::ok});
        CHECK(score(-1, 5.1F) == Score{1, Status::ok});
        CHECK(score(largest, largest) == score(0, 6));
        CHECK(score(-largest, -largest) == score(-2, 0));
    }
}

TEST_CASE("DecisionTreeModel: probabilities are the shares of the classes, the class is the likeliest",
          "[models]") {
    std::vector<double> two(2), three(3);
    CHECK(two_classes().probabilities(std::vector<float>{0, 0}, two).value == 0.75);
    CHECK(two == std::vector<double>{0.25, 0.75});
    CHECK(two_classes().predict(std::vector<float>{0, 0}) == 1U);
    CHECK(three_classes().probabilities(std::vector<float>{0, 0}, three).value == 0.75);
    CHECK(three == std::vector<double>{0.25, 0.5, 0.25});
    CHECK(three_classes().predict(std::vector<float>{0, 0}) == 1U);
    CHECK(three_classes().predict(std::vector<float>{0, 6}) == 2U);
    CHECK(three_classes().predict(std::vector<float>{-2, 0}) == 0U);
    CHECK(three_classes().probabilities(std::vector<float>{0, 0}, two).status == Status::bad_input);
    CHECK(two == std::vector<double>{0, 0});
}

TEST_CASE("DecisionTreeModel: nodes can be looked at", "[models]") {
    const auto model = two_classes();
    CHECK(model.size() == 5);
    CHECK(model.leaves() == 3);
    CHECK(model.depth() == 2);
    CHECK(model.classes() == 2);
    const auto root = model.node(0), leaf = model.node(2);
    CHECK(root.feature == 1);
    CHECK(root.threshold == 5);
    CHECK(root.left == 1);
    CHECK(root.right == 2);
    CHECK(root.score == Approx(0.6));
    CHECK((leaf.left == 0 && leaf.right == 0 && leaf.score == 1));
}

TEST_CASE("DecisionTreeModel: shares follow by how much the splits raised the score", "[models]") {
    const auto model = two_classes();
    std::vector<double> shares(2);
    // Down by x1 from 12 of 20 to 4 of 12, up by x0 to 3 of 4: x0 gets it all.
    CHECK(model.attribute(std::vector<float>{0, 0}, shares).value == 0.75);
    CHECK(shares == std::vector<double>{0.75, 0});
    // Up by x1 only.
    CHECK(model.attribute(std::vector<float>{0, 6}, shares).value == 1);
    CHECK(shares == std::vector<double>{0, 1});
    // Down by both: equal shares.
    CHECK(model.attribute(std::vector<float>{-2, 0}, shares).value == 0.125);
    CHECK(shares == std::vector<double>{0.0625, 0.0625});
    // Up from 0.1 by 0.3 and then by 0.6.
    detail::ClassTrees tree{2, 2};
    tree.add("test", five_nodes(), std::vector<double>{90, 10, 6, 4, 84, 6, 6, 0, 0, 4});
    const DecisionTreeModel rising{std::move(tree), {{0, 0}, {}}};
    CHECK(rising.attribute(std::vector<float>{0, 0}, shares).value == 1);
    CHECK(shares[0] == Approx(0.6 / 0.9).epsilon(1e-6));
    CHECK(shares[1] == Approx(0.3 / 0.9).epsilon(1e-6));
}

TEST_CASE("DecisionTreeModel: a batch gives each row's score, to the bit, over strides and bad rows",
          "[models]") {
    const std::size_t classes = GENERATE(2U, 4U);
    const auto model = model_of_noise(9, classes);
    for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 127U, 128U, 129U, 300U}) {
        auto values = noise(count * 12, 3);
        for (std::size_t i = 10; i < count; i += 17) values[i * 12 + i % 9] = no_number;
        const MatrixView rows{values.data(), count, 9, 12};
        std::vector<Score> scores(count + 1, Score{-1, Status::ok});
        model.score_batch(rows, scores);
        for (std::size_t i = 0; i < count; ++i) {
            REQUIRE(scores[i] == model.score(rows.row(i)));
            REQUIRE((scores[i].status == Status::bad_input) == (i % 17 == 10));
        }
        CHECK(scores[count].value == -1);
    }
}

TEST_CASE("DecisionTreeModel: NaN, infinity and another dimension are bad input", "[models]") {
    const auto model = two_classes();
    std::vector<double> shares{7, 7}, few{7}, probabilities{7, 7};
    for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U, 0xff80'0000U}) {
        const std::vector<float> row{1, std::bit_cast<float>(bits)};
        CHECK(model.score(row) == Score{0, Status::bad_input});
        CHECK_FALSE(model.predict(row).has_value());
        CHECK(model.attribute(row, shares) == Score{0, Status::bad_input});
        CHECK(model.probabilities(row, probabilities) == Score{0, Status::bad_input});
        CHECK(shares == std::vector<double>{0, 0});
        CHECK(probabilities == std::vector<double>{0, 0});
    }
    CHECK(model.score({}).status == Status::bad_input);
    CHECK(model.attribute(std::vector<float>{1, 2}, few).status == Status::bad_input);
    const std::vector<float> wide(6);
    std::vector<Score> scores(2);
    model.score_batch({wide.data(), 2, 3}, scores);
    CHECK(scores == std::vector<Score>(2, {0, Status::bad_input}));
}

TEST_CASE("DecisionTreeModel: scoring allocates nothing", "[models]") {
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

TEST_CASE("DecisionTreeModel: damaged files are refused or harmless", "[models]") {
    testing::check_damage(two_classes(), use);
    testing::check_damage(three_classes(), use);
}

TEST_CASE("DecisionTreeModel: what was written is read back", "[models]") {
    const auto model = model_of_noise(3, 4);
    const auto again = from_bytes<DecisionTreeModel>(to_bytes(model));
    const auto values = noise(50 * 3, 5);
    std::vector<double> mine(4), read(4);
    for (std::size_t i = 0; i < 50; ++i) {
        const Row row{values.data() + i * 3, 3};
        CHECK(again.probabilities(row, read) == model.probabilities(row, mine));
        CHECK(read == mine);
    }
    CHECK(again.default_threshold() == model.default_threshold());
    CHECK(again.importances()[1] == model.importances()[1]);
}

TEST_CASE("DecisionTreeModel: the default threshold is at least 0.5 and below 1", "[models]") {
    const auto threshold = [](const std::vector<double>& scores) {
        return detail::class_threshold(ScoreCalibration{scores});
    };
    CHECK(threshold({0, 0, 0.2}) == 0.5);
    CHECK(threshold({0, 0, 0.8}) == 0.8);
    CHECK(threshold({0, 1, 1}) < 1);
    CHECK(detail::class_threshold({}) == 0.5);
    CHECK(DecisionTreeDetector{two_classes()}.judge(std::vector<float>{0, 6}).anomalous);
}

TEST_CASE("DecisionTreeModel: what is no tree of classes is refused", "[models]") {
    detail::ClassTrees tree{2, 2}, two{2, 2};
    const std::vector<double> weights{8, 12, 8, 4, 0, 8, 7, 1, 1, 3};
    tree.add("test", five_nodes(), weights);
    two.add("test", five_nodes(), weights);
    two.add("test", five_nodes(), weights);
    CHECK_THROWS_AS((DecisionTreeModel{detail::ClassTrees{2, 2}, {{0, 0}, {}}}), std::invalid_argument);
    CHECK_THROWS_AS((DecisionTreeModel{two, {{0, 0}, {}}}), std::invalid_argument);
    CHECK_THROWS_AS((DecisionTreeModel{tree, {{0}, {}}}), std::invalid_argument);
    CHECK_THROWS_AS((DecisionTreeModel{tree, {{0, 2}, {}}}), std::invalid_argument);
    CHECK_NOTHROW(DecisionTreeModel{tree, {{0, 1}, {}}});
}
