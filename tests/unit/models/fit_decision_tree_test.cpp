// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_decision_tree.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

struct Data {
    std::size_t features;
    std::vector<float> values;
    std::vector<std::uint8_t> labels;

    [[nodiscard]] MatrixView rows() const { return {values.data(), labels.size(), features}; }
};

/// Whole numbers of which two features tell the label, but for one row in 20.
Data whole_numbers(std::uint64_t seed, std::size_t count, std::size_t features = 4) {
    Rng rng{seed};
    Data data{features, {}, {}};
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < features; ++j)
            data.values.push_back(static_cast<float>(rng.below(201)) - 100);
        const float* row = data.values.data() + i * features;
        data.labels.push_back((row[0] > 40 && row[1] < 20) != (rng.below(20) == 0) ? 1 : 0);
    }
    return data;
}

bool same_trees(const DecisionTreeModel& a, const DecisionTreeModel& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto x = a.node(i), y = b.node(i);
        if (x.feature != y.feature || x.threshold != y.threshold || x.left != y.left ||
            std::abs(x.score - y.score) > 1e-6)
            return false;
    }
    return true;
}

/// Rows in the leaf of each training row, by the leaf's score and way: how many rows share all splits with it.
std::size_t smallest_leaf(const DecisionTreeModel& model, const Data& data) {
    std::vector<std::size_t> rows(model.size());
    for (std::size_t i = 0; i < data.labels.size(); ++i) {
        std::size_t at = 0;
        while (model.node(at).left != 0) {
            const auto node = model.node(at);
            at = data.rows().row(i)[node.feature] <= node.threshold ? node.left : node.right;
        }
        ++rows[at];
    }
    std::size_t least = data.labels.size();
    for (std::size_t i = 0; i < model.size(); ++i)
        if (model.node(i).left == 0) least = std::min(least, rows[i]);
    return least;
}

const Data four{1, {0, 1, 2, 3}, {0, 0, 1, 1}};

}  // namespace

TEST_CASE("fit_decision_tree: splits half-way between the values where the label changes", "[models]") {
    const auto model = fit_decision_tree(four.rows(), four.labels);
    REQUIRE(model.size() == 3);
    CHECK(model.depth() == 1);
    CHECK(model.leaves() == 2);
    CHECK(model.node(0).threshold == 1.5F);
    CHECK(model.node(0).score == 0.5);
    CHECK(model.node(1).score == 0);
    CHECK(model.node(2).score == 1);
    CHECK(model.importances()[0] == 1);
}

TEST_CASE("fit_decision_tree: without limits every training row that is unlike others gets its label",
          "[models]") {
    const auto criterion = GENERATE(SplitCriterion::gini, SplitCriterion::entropy);
    const Data data = whole_numbers(1, 500);
    const auto model = fit_decision_tree(data.rows(), data.labels, {.criterion = criterion});
    for (std::size_t i = 0; i < 500; ++i) {
        CHECK(model.score(data.rows().row(i)).value == data.labels[i]);
        CHECK(model.predict(data.rows().row(i)) == data.labels[i]);
    }
}

TEST_CASE("fit_decision_tree: limits hold", "[models]") {
    const Data data = whole_numbers(2, 600);
    CHECK(fit_decision_tree(data.rows(), data.labels, {.max_depth = 3}).depth() == 3);
    CHECK(fit_decision_tree(data.rows(), data.labels, {.max_leaves = 7}).leaves() == 7);
    CHECK(smallest_leaf(fit_decision_tree(data.rows(), data.labels, {.min_samples_leaf = 11}), data) >= 11);
    CHECK(fit_decision_tree(data.rows(), data.labels, {.min_samples_split = 601}).size() == 1);
    CHECK(fit_decision_tree(data.rows(), data.labels, {.min_impurity_decrease = 0.5}).size() == 1);
    CHECK(fit_decision_tree(data.rows(), data.labels, {.min_impurity_decrease = 0.01}).size() > 1);
    CHECK(fit_decision_tree(data.rows(), data.labels, {.min_samples_leaf = ~std::size_t{0}}).size() == 1);
}

TEST_CASE("fit_decision_tree: a weight is as many copies of the row, and 0 is none", "[models]") {
    const Data data = whole_numbers(3, 300);
    Rng rng{3};
    std::vector<double> weights;
    Data copies{4, {}, {}};
    for (std::size_t i = 0; i < 300; ++i) {
        weights.push_back(static_cast<double>(rng.below(4)));
        for (int copy = 0; copy < static_cast<int>(weights.back()); ++copy) {
            copies.values.insert(copies.values.end(), data.rows().row(i).begin(), data.rows().row(i).end());
            copies.labels.push_back(data.labels[i]);
        }
    }
    const auto weighted = fit_decision_tree(data.rows(), data.labels, {.weights = weights});
    const auto copied = fit_decision_tree(copies.rows(), copies.labels);
    CHECK(same_trees(weighted, copied));
    for (double& weight : weights) weight *= 1e99;
    CHECK(same_trees(fit_decision_tree(data.rows(), data.labels, {.weights = weights}), copied));
    for (double& weight : weights) weight *= 1e-198;
    CHECK(same_trees(fit_decision_tree(data.rows(), data.labels, {.weights = weights}), copied));
}

TEST_CASE("fit_decision_tree: class weights are weights of their rows, balanced makes classes count alike",
          "[models]") {
    const Data data = whole_numbers(4, 400);
    std::vector<double> weights;
    double odd = 0;
    for (const std::uint8_t label : data.labels) odd += label;
    for (const std::uint8_t label : data.labels)
        weights.push_back(label != 0 ? 400 / (2 * odd) : 400 / (2 * (400 - odd)));
    const auto by_row = fit_decision_tree(data.rows(), data.labels, {.max_depth = 5, .weights = weights});
    const auto balanced = fit_decision_tree(data.rows(), data.labels, {.max_depth = 5, .balanced = true});
    const std::vector<double> by_class{1 / (400 - odd), 1 / odd};
    CHECK(same_trees(balanced, by_row));
    CHECK(same_trees(fit_decision_tree(data.rows(), data.labels, {.max_depth = 5, .class_weights = by_class}),
                     by_row));
    CHECK(balanced.node(0).score == Approx(0.5));
}

TEST_CASE("fit_decision_tree: a class of weight 0 is left out", "[models]") {
    const std::vector<double> only_normal{1, 0};
    const auto model = fit_decision_tree(four.rows(), four.labels, {.class_weights = only_normal});
    CHECK(model.size() == 1);
    CHECK(model.score(std::vector<float>{3}).value == 0);
}

TEST_CASE("fit_decision_tree: one class, one row and rows that are alike give one leaf", "[models]") {
    const Data normal{1, {1, 2, 3}, {0, 0, 0}}, odd{1, {1, 2, 3}, {1, 1, 1}}, one{2, {5, 6}, {0}},
        alike{1, {7, 7, 7, 7}, {0, 1, 0, 0}};
    for (const Data* data : {&normal, &odd, &one, &alike}) {
        const auto model = fit_decision_tree(data->rows(), data->labels);
        CHECK(model.size() == 1);
        CHECK(model.depth() == 0);
        CHECK(model.default_threshold() >= 0.5);
        CHECK(model.default_threshold() < 1);
        for (const double importance : model.importances()) CHECK(importance == 0);
    }
    CHECK(fit_decision_tree(normal.rows(), normal.labels).score(std::vector<float>{9}).value == 0);
    const auto all_odd = fit_decision_tree(odd.rows(), odd.labels);
    CHECK(all_odd.score(std::vector<float>{9}).value == 1);
    CHECK(all_odd.calibration().count() == 0);
    CHECK(all_odd.default_threshold() == 0.5);
    CHECK(fit_decision_tree(alike.rows(), alike.labels).score(std::vector<float>{9}).value == 0.25);
}

TEST_CASE("fit_decision_tree: calibration scores normal rows without themselves", "[models]") {
    // Leaves: 0..3 normal; 4 alone among anomalies 5, 6; so 4 is judged by the node above: 2 of 2 others.
    const Data data{1, {0, 1, 2, 3, 7, 5, 6, 8, 9}, {0, 0, 0, 0, 0, 1, 1, 1, 1}};
    const auto model = fit_decision_tree(data.rows(), data.labels);
    REQUIRE(model.leaves() == 4);
    CHECK(model.calibration().count() == 5);
    CHECK(model.calibration().threshold(0.5) == ScoreCalibration::floor);
    // Node above row 4, after rows up to 6 went to the left: it and 8, 9; without it all are anomalies.
    CHECK(model.calibration().threshold(0.01) == 1);
    CHECK(model.default_threshold() == Approx(1 - 1e-9).epsilon(1e-15));
    const Data half{1, {1, 1, 1, 1, 1}, {0, 0, 0, 1, 1}};
    CHECK(fit_decision_tree(half.rows(), half.labels).calibration().threshold(0.1) == 0.5);
}

TEST_CASE("fit_decision_tree: several classes, class 0 being what is normal", "[models]") {
    Rng rng{6};
    Data data{2, {}, {}};
    for (std::size_t i = 0; i < 300; ++i) {
        data.labels.push_back(static_cast<std::uint8_t>(i % 3));
        data.values.push_back(static_cast<float>(10 * (i % 3)) + static_cast<float>(rng.uniform()));
        data.values.push_back(static_cast<float>(rng.uniform()));
    }
    const auto model = fit_decision_tree(data.rows(), data.labels, {.classes = 3});
    CHECK(model.classes() == 3);
    CHECK(model.leaves() == 3);
    for (std::size_t i = 0; i < 300; ++i) CHECK(model.predict(data.rows().row(i)) == data.labels[i]);
    CHECK(model.score(std::vector<float>{0.5F, 0}).value == 0);
    CHECK(model.score(std::vector<float>{10.5F, 0}).value == 1);
    CHECK(model.score(std::vector<float>{20.5F, 0}).value == 1);
}

TEST_CASE("fit_decision_tree: a few features drawn for every split depend on the seed alone", "[models]") {
    const Data data = whole_numbers(7, 300, 8);
    const auto grow = [&](std::uint64_t seed) {
        return fit_decision_tree(data.rows(), data.labels, {.max_features = 2, .seed = seed});
    };
    CHECK(same_trees(grow(1), grow(1)));
    CHECK_FALSE(same_trees(grow(1), grow(2)));
}

TEST_CASE("fit_decision_tree: the ends of float are split like any value", "[models]") {
    const Data data{1, {-3.4e38F, -3.3e38F, 3.3e38F, 3.4e38F}, {1, 0, 0, 1}};
    const auto model = fit_decision_tree(data.rows(), data.labels);
    for (std::size_t i = 0; i < 4; ++i) CHECK(model.score(data.rows().row(i)).value == data.labels[i]);
}

TEST_CASE("fit_decision_tree: progress counts the rows that have their leaf, false ends the fit",
          "[models]") {
    const Data data = whole_numbers(8, 200);
    std::size_t done = 0;
    auto watch = [&](const FitProgress& now) {
        CHECK(now.done > done);
        CHECK(now.total == 200);
        done = now.done;
        return true;
    };
    static_cast<void>(fit_decision_tree(data.rows(), data.labels, {.max_leaves = 9, .progress = watch}));
    CHECK(done == 200);
    const auto stop = [](const FitProgress&) { return false; };
    CHECK_THROWS_AS(fit_decision_tree(data.rows(), data.labels, {.progress = stop}), FitCancelled);
}

TEST_CASE("fit_decision_tree: what cannot be learned from is refused by name", "[models]") {
    Data data = whole_numbers(9, 30);
    const auto fails = [&](const DecisionTreeOptions& options) {
        CHECK_THROWS_AS(fit_decision_tree(data.rows(), data.labels, options), std::invalid_argument);
    };
    const std::vector<double> few(3, 1.0), negative{1, -1}, zeros(30, 0.0), none{0, 0}, three{1, 1, 1};
    fails({.min_samples_split = 1});
    fails({.min_samples_leaf = 0});
    fails({.min_impurity_decrease = -1});
    fails({.max_features = 5});
    fails({.classes = 1});
    fails({.classes = 257});
    fails({.balanced = true, .class_weights = three});
    fails({.class_weights = three});
    fails({.class_weights = negative});
    fails({.class_weights = none});
    fails({.weights = few});
    fails({.weights = zeros});
    data.labels[17] = 2;
    CHECK_THROWS_WITH(fit_decision_tree(data.rows(), data.labels),
                      "fit_decision_tree: label of row 17 is 2, must be below classes");
    CHECK_NOTHROW(fit_decision_tree(data.rows(), data.labels, {.classes = 3}));
    data.values[4 * 11 + 1] = std::bit_cast<float>(0x7fc0'0001U);
    CHECK_THROWS_WITH(fit_decision_tree(data.rows(), data.labels, {.classes = 3}),
                      "fit_decision_tree: row 11 is not finite, must be finite in every feature");
    CHECK_THROWS_AS(fit_decision_tree({}, {}), std::invalid_argument);
    CHECK_THROWS_AS(fit_decision_tree(four.rows(), std::vector<std::uint8_t>{0, 1}), std::invalid_argument);
}
