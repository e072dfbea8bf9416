// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_random_forest.hpp"

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

/// Every `spacing`-th row is an anomaly, shifted by `shift` in features 0 and 1; by 0: labels mean nothing.
Data shifted(std::uint64_t seed, std::size_t count, std::size_t spacing, double shift) {
    Rng rng{seed};
    Data data{6, {}, {}};
    for (std::size_t i = 0; i < count; ++i) {
        const bool odd = i % spacing == spacing - 1;
        for (std::size_t j = 0; j < 6; ++j)
            data.values.push_back(static_cast<float>(rng.normal() + (odd && j < 2 ? shift : 0)));
        data.labels.push_back(odd ? 1 : 0);
    }
    return data;
}

/// The share of pairs of an anomaly and a normal row that the score orders rightly.
double ranking(const RandomForestModel& model, const Data& data) {
    std::vector<Score> scores(data.labels.size());
    model.score_batch(data.rows(), scores);
    double right = 0, pairs = 0;
    for (std::size_t i = 0; i < scores.size(); ++i)
        for (std::size_t j = 0; j < scores.size(); ++j) {
            if (data.labels[i] == 0 || data.labels[j] != 0) continue;
            right += scores[i].value > scores[j].value ? 1 : scores[i].value == scores[j].value ? 0.5 : 0;
            ++pairs;
        }
    return right / pairs;
}

/// Runs the tasks backwards.
constexpr auto backwards = [](std::size_t count, const Task& task) {
    for (std::size_t i = count; i-- > 0;) task(i);
};

}  // namespace

TEST_CASE("fit_random_forest: ranks unseen anomalies above normal rows", "[models]") {
    const Data data = shifted(1, 800, 10, 2.5), fresh = shifted(2, 800, 10, 2.5);
    const auto criterion = GENERATE(SplitCriterion::gini, SplitCriterion::entropy);
    const auto model = fit_random_forest(data.rows(), data.labels, {.trees = 60, .criterion = criterion});
    CHECK(model.trees() == 60);
    CHECK(ranking(model, fresh) > 0.93);
    CHECK(model.importances()[0] + model.importances()[1] > 0.6);
    double sum = 0;
    for (const double importance : model.importances()) sum += importance;
    CHECK(sum == Approx(1));
}

TEST_CASE("fit_random_forest: repeats for a seed, whatever the executor", "[models]") {
    const Data data = shifted(3, 300, 5, 1);
    const auto bytes = [&](std::uint64_t seed, const Executor& executor) {
        return to_bytes(
            fit_random_forest(data.rows(), data.labels, {.trees = 35, .seed = seed, .executor = executor}));
    };
    const auto first = bytes(1, {});
    CHECK((bytes(1, {}) == first));
    CHECK((bytes(1, backwards) == first));
    CHECK((bytes(2, {}) != first));
}

TEST_CASE("fit_random_forest: calibration is out of bag, as honest as unseen rows", "[models]") {
    // Labels mean nothing: of unseen rows a quarter is an anomaly, whatever they look like.
    const Data data = shifted(4, 600, 4, 0);
    const auto model = fit_random_forest(data.rows(), data.labels, {.trees = 80});
    CHECK(model.calibration().count() == 450);
    double in_sample = 0;
    for (std::size_t i = 0; i < 600; ++i)
        if (data.labels[i] == 0) in_sample += model.score(data.rows().row(i)).value / 450;
    CHECK(in_sample < 0.15);
    CHECK(model.calibration().threshold(0.5) > 0.2);
    CHECK(model.calibration().threshold(0.5) < 0.35);
    const Data fresh = shifted(5, 4000, 4, 0);
    const double threshold = model.calibration().threshold(0.1);
    double alarms = 0;
    for (std::size_t i = 0; i < 4000; ++i)
        alarms += model.score(fresh.rows().row(i)).value > threshold ? 1 : 0;
    CHECK(alarms / 4000 > 0.05);
    CHECK(alarms / 4000 < 0.17);
}

TEST_CASE("fit_random_forest: at most about 1 % of unseen normal rows exceed the default threshold",
          "[models]") {
    const Data data = shifted(6, 2000, 4, 1), fresh = shifted(7, 4000, 4, 1);
    const auto model = fit_random_forest(data.rows(), data.labels, {.trees = 60, .balanced = true});
    double alarms = 0;
    for (std::size_t i = 0; i < 4000; ++i)
        if (data.labels[i % 2000] == 0)
            alarms += model.score(fresh.rows().row(i)).value > model.default_threshold() ? 1 : 0;
    CHECK(alarms / 3000 < 0.02);
}

TEST_CASE("fit_random_forest: rows of weight 0 leave no trace", "[models]") {
    Data data = shifted(8, 300, 5, 3);
    std::vector<double> weights(300, 1.0);
    for (std::size_t i = 0; i < 300; ++i) {
        if (data.labels[i] == 0 || i % 2 == 0) continue;
        weights[i] = 0;
        data.labels[i] = 0;  // wrong labels, to be left out
    }
    const auto clean = fit_random_forest(data.rows(), data.labels, {.trees = 50, .weights = weights});
    CHECK(clean.calibration().count() == 240);
    CHECK(clean.score(std::vector<float>{4, 4, 0, 0, 0, 0}).value > 0.9);
}

TEST_CASE("fit_random_forest: one class, one row and rows that are alike give a constant score", "[models]") {
    const Data normal{1, {1, 2, 3}, {0, 0, 0}}, odd{1, {1, 2, 3}, {1, 1, 1}}, one{2, {5, 6}, {0}};
    const auto of_normal = fit_random_forest(normal.rows(), normal.labels);
    const auto of_odd = fit_random_forest(odd.rows(), odd.labels);
    const auto of_one = fit_random_forest(one.rows(), one.labels, {.trees = 3});
    CHECK(of_normal.score(std::vector<float>{9}).value == 0);
    CHECK(of_odd.score(std::vector<float>{9}).value == 1);
    CHECK(of_odd.calibration().count() == 0);
    CHECK(of_odd.default_threshold() == 0.5);
    CHECK(of_one.calibration().count() == 1);
    CHECK(of_one.score(std::vector<float>{9, 9}).value == 0);
    Data alike{2, std::vector<float>(400, 7.0F), std::vector<std::uint8_t>(200)};
    for (std::size_t i = 0; i < 200; i += 4) alike.labels[i] = 1;
    const auto of_alike = fit_random_forest(alike.rows(), alike.labels);
    CHECK(of_alike.score(std::vector<float>{1, 2}).value == Approx(0.25).margin(0.02));
}

TEST_CASE("fit_random_forest: progress counts trees, false ends the fit", "[models]") {
    const Data data = shifted(9, 100, 5, 1);
    for (const bool threads : {false, true}) {
        std::size_t done = 0;
        auto watch = [&](const FitProgress& now) {
            CHECK(now.done > done);
            CHECK(now.total == 40);
            done = now.done;
            return true;
        };
        RandomForestOptions options{.trees = 40, .progress = watch};
        if (threads) options.executor = backwards;
        static_cast<void>(fit_random_forest(data.rows(), data.labels, options));
        CHECK(done == 40);
    }
    const auto stop = [](const FitProgress&) { return false; };
    CHECK_THROWS_AS(fit_random_forest(data.rows(), data.labels, {.progress = stop}), FitCancelled);
}

TEST_CASE("fit_random_forest: what cannot be learned from is refused by name", "[models]") {
    Data data = shifted(10, 30, 5, 1);
    CHECK_THROWS_WITH(fit_random_forest(data.rows(), data.labels, {.trees = 0}),
                      "fit_random_forest: trees is 0, must be in [1, 1048576]");
    CHECK_THROWS_AS(fit_random_forest(data.rows(), data.labels, {.max_features = 7}), std::invalid_argument);
    CHECK_THROWS_AS(fit_random_forest(data.rows(), data.labels, {.min_samples_leaf = 0}),
                    std::invalid_argument);
    data.labels[3] = 9;
    CHECK_THROWS_WITH(fit_random_forest(data.rows(), data.labels),
                      "fit_random_forest: label of row 3 is 9, must be below classes");
}
