// SPDX-License-Identifier: Apache-2.0
#include "models/tree_builder.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/labelled_rows.hpp"
#include "models/split_finder.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::detail;

namespace {

/// Rows of `values` different values per feature.
struct Data {
    std::size_t count, features;
    std::vector<float> values;
    std::vector<WeightedLabel> labels;

    Data(std::uint64_t seed, std::size_t rows, std::size_t columns, std::size_t classes,
         std::uint64_t different, bool weighted)
        : count{rows}, features{columns} {
        Rng rng{seed};
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < columns; ++j)
                values.push_back(static_cast<float>(rng.below(different)));
            const double weight = weighted ? 0.5 + rng.uniform() : 1;
            labels.push_back({weight, static_cast<std::uint32_t>(rng.below(classes))});
        }
    }
    [[nodiscard]] MatrixView rows() const { return {values.data(), count, features}; }
};

/// Weight times impurity.
double impurity(SplitCriterion criterion, const std::vector<double>& weights) {
    double all = 0, sum = 0;
    for (const double weight : weights) all += weight;
    if (all <= 0) return 0;
    for (const double weight : weights) {
        const double p = weight / all;
        if (criterion == SplitCriterion::gini)
            sum += p * (1 - p);
        else if (p > 0)
            sum -= p * std::log2(p);
    }
    return all * sum;
}

/// Of the rows with this feature up to the threshold and of the others, together; 1e300 when one side has too few.
double impurity_of_halves(const Data& data, const std::vector<std::uint32_t>& samples, std::size_t classes,
                          std::size_t feature, double threshold, const SplitRules& rules) {
    std::vector<double> left(classes), right(classes);
    std::size_t lefts = 0;
    for (const std::uint32_t row : samples) {
        const bool goes_left = static_cast<double>(data.rows().row(row)[feature]) <= threshold;
        lefts += goes_left ? 1 : 0;
        (goes_left ? left : right)[data.labels[row].label] += data.labels[row].weight;
    }
    if (std::min(lefts, samples.size() - lefts) < rules.min_samples_leaf) return 1e300;
    return impurity(rules.criterion, left) + impurity(rules.criterion, right);
}

struct BruteForce {
    double least = 1e300, threshold = 0;
    std::size_t feature = 0;
};

/// The first of the best splits.
BruteForce best_split(const Data& data, const std::vector<std::uint32_t>& samples, std::size_t classes,
                      const SplitRules& rules) {
    BruteForce best;
    for (std::size_t j = 0; j < data.features; ++j) {
        std::vector<double> values;
        for (const std::uint32_t row : samples)
            values.push_back(static_cast<double>(data.rows().row(row)[j]));
        std::sort(values.begin(), values.end());
        values.erase(std::unique(values.begin(), values.end()), values.end());
        for (std::size_t i = 1; i < values.size(); ++i) {
            const double threshold = (values[i - 1] + values[i]) / 2;
            const double halves = impurity_of_halves(data, samples, classes, j, threshold, rules);
            if (halves < best.least - 1e-9) best = {halves, threshold, j};
        }
    }
    return best;
}

}  // namespace

TEST_CASE("RankedRows: ranks order values, equal values share one", "[models]") {
    const std::vector<float> values{3, 0.0F, -1, -0.0F, 3, 5, 2, -7};
    const RankedRows ranked{{values.data(), 4, 2}};
    CHECK(ranked.features() == 2);
    CHECK(std::vector<std::uint32_t>(ranked.ranks(0).begin(), ranked.ranks(0).end()) ==
          std::vector<std::uint32_t>{2, 0, 2, 1});
    CHECK(std::vector<float>(ranked.values(0).begin(), ranked.values(0).end()) ==
          std::vector<float>{-1, 2, 3});
    CHECK(ranked.ranks(1)[0] == ranked.ranks(1)[1]);
}

TEST_CASE("SplitFinder: finds the first of the best splits, as brute force does", "[models]") {
    const SplitRules rules{GENERATE(SplitCriterion::gini, SplitCriterion::entropy), GENERATE(1U, 7U), 0};
    const std::size_t classes = GENERATE(2U, 5U);
    const std::uint64_t different = GENERATE(3U, 30U, 5000U);  // counted, either, sorted
    Rng rng{1};
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        const Data data{seed, 300, 4, classes, different, seed % 2 == 1};
        const RankedRows ranked{data.rows()};
        SplitFinder finder{ranked, classes, rules};
        std::vector<std::uint32_t> samples;
        std::vector<double> total(classes);
        for (std::uint32_t row = 0; row < 300; ++row) {
            if (seed < 3 && rng.below(4) != 0) continue;  // few rows are sorted in another way
            samples.push_back(row);
            total[data.labels[row].label] += data.labels[row].weight;
        }
        const Split split = finder.find(data.labels, samples, total, rng);
        const BruteForce best = best_split(data, samples, classes, rules);
        REQUIRE(split.found);
        CHECK(split.feature == best.feature);
        CHECK(split.threshold == best.threshold);
        const double pure = rules.criterion == SplitCriterion::gini ? total[0] + total[1] : 0;
        double more = 0;
        for (std::size_t c = 2; c < classes; ++c)
            more += rules.criterion == SplitCriterion::gini ? total[c] : 0;
        CHECK(pure + more - split.purity == Approx(best.least).margin(1e-9));
    }
}

TEST_CASE("SplitFinder: of a few features that are drawn, one that varies is found", "[models]") {
    Rng rng{2};
    std::vector<float> values(40 * 9, 1.0F);
    std::vector<WeightedLabel> labels;
    std::vector<std::uint32_t> samples;
    for (std::uint32_t i = 0; i < 40; ++i) {
        values[i * 9 + 7] = static_cast<float>(i);
        labels.push_back({1, i < 13 ? 0U : 1U});
        samples.push_back(i);
    }
    const RankedRows ranked{{values.data(), 40, 9}};
    SplitFinder finder{ranked, 2, {SplitCriterion::gini, 1, 2}};
    const std::vector<double> total{13, 27};
    for (int i = 0; i < 20; ++i) {
        const Split split = finder.find(labels, samples, total, rng);
        CHECK(split.feature == 7);
        CHECK(split.threshold == 12.5);
    }
}

TEST_CASE("SplitFinder: values that differ by at most 1e-7 are not told apart", "[models]") {
    // The middle ones are a chain: each is near the next.
    const std::vector<float> values{0, 1e-6F, 1.08e-6F, 1.16e-6F, 5e-6F};
    const std::vector<WeightedLabel> labels{{1, 0}, {1, 0}, {1, 1}, {1, 1}, {1, 1}};
    const std::vector<std::uint32_t> samples{0, 1, 2, 3, 4}, chain{1, 2, 3};
    const RankedRows ranked{{values.data(), 5, 1}};
    SplitFinder finder{ranked, 2, {}};
    Rng rng{3};
    const Split split = finder.find(labels, samples, std::vector<double>{2, 3}, rng);
    CHECK(split.threshold == Approx(5e-7));
    CHECK_FALSE(finder.find(labels, chain, std::vector<double>{1, 2}, rng).found);
}

TEST_CASE("SplitFinder: a threshold between neighbouring floats is the lower one", "[models]") {
    const float low = 1, high = std::nextafter(1.0F, 2.0F) + 2e-7F;
    const std::vector<float> values{low, high, -3e38F, 3e38F};
    const std::vector<WeightedLabel> labels{{1, 0}, {1, 1}, {1, 0}, {1, 1}};
    const RankedRows ranked{{values.data(), 4, 1}};
    SplitFinder finder{ranked, 2, {}};
    Rng rng{4};
    const Split split =
        finder.find(labels, std::vector<std::uint32_t>{0, 1, 2, 3}, std::vector<double>{2, 2}, rng);
    CHECK(split.threshold >= static_cast<double>(low));
    CHECK(split.threshold < static_cast<double>(high));
}

TEST_CASE("TreeBuilder: every row is in one leaf, and parents hold what their children hold", "[models]") {
    const Data data{5, 400, 3, 3, 25, true};
    const RankedRows ranked{data.rows()};
    TreeBuilder builder{ranked, 3, {}};
    Rng rng{1};
    std::size_t settled = 0;
    const auto count = [&](std::size_t rows) { settled += rows; };
    builder.grow(data.labels, rng, count);
    CHECK(settled == 400);
    const auto& nodes = builder.nodes();
    CHECK(builder.counts()[0] == 400);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto [threshold, feature, left, right, value] = nodes[i];
        if (left == 0) continue;
        REQUIRE((left > i && right == left + 1));
        CHECK(builder.counts()[left] + builder.counts()[right] == builder.counts()[i]);
        for (std::size_t c = 0; c < 3; ++c)
            CHECK(builder.weights()[left * 3 + c] + builder.weights()[right * 3 + c] ==
                  Approx(builder.weights()[i * 3 + c]).margin(1e-9));
    }
    double importances = 0;
    for (const double importance : builder.importances()) importances += importance;
    CHECK(importances == Approx(1));
}

TEST_CASE("TreeBuilder: with a limit of leaves it splits where impurity falls most", "[models]") {
    // Two steps of feature 0: the one at 30 tells 30 rows apart, the one at 60 only 5.
    std::vector<float> values;
    std::vector<WeightedLabel> labels;
    for (std::uint32_t i = 0; i < 65; ++i) {
        values.push_back(static_cast<float>(i));
        labels.push_back({1, i < 30 ? 0U : i < 60 ? 1U : 2U});
    }
    const RankedRows ranked{{values.data(), 65, 1}};
    Rng rng{1};
    TreeBuilder two{ranked, 3, {.max_leaves = 2}}, three{ranked, 3, {.max_leaves = 3}},
        one{ranked, 3, {.max_leaves = 1}};
    two.grow(labels, rng);
    three.grow(labels, rng);
    one.grow(labels, rng);
    CHECK(one.nodes().size() == 1);
    REQUIRE(two.nodes().size() == 3);
    CHECK(two.nodes()[0].threshold == 29.5);
    REQUIRE(three.nodes().size() == 5);
    CHECK(three.nodes()[2].threshold == 59.5);
}

TEST_CASE("TreeBuilder: grows one tree after the other, each as alone", "[models]") {
    const Data first{6, 200, 3, 2, 10, false}, second{7, 200, 3, 2, 10, false};
    const RankedRows ranked{first.rows()};
    TreeBuilder used{ranked, 2, {}}, fresh{ranked, 2, {}};
    Rng rng{1};
    used.grow(first.labels, rng);
    used.grow(second.labels, rng);
    fresh.grow(second.labels, rng);
    REQUIRE(used.nodes().size() == fresh.nodes().size());
    for (std::size_t i = 0; i < used.nodes().size(); ++i) {
        CHECK(used.nodes()[i].threshold == fresh.nodes()[i].threshold);
        CHECK(used.nodes()[i].feature == fresh.nodes()[i].feature);
    }
    CHECK(used.importances() == fresh.importances());
}
