// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/cross_validation.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_kmeans.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

struct Rows {
    std::vector<float> values;
    std::vector<std::uint8_t> labels;
    [[nodiscard]] MatrixView view() const { return {values.data(), labels.size(), 2}; }
};

/// Usual rows on a ring of 8 clouds, anomalies (one in ten) in the middle of it.
Rows ring(std::size_t count, std::uint64_t seed) {
    Rng rng{seed};
    Rows rows;
    for (std::size_t i = 0; i < count; ++i) {
        const bool anomaly = i % 10 == 3;
        const double angle = static_cast<double>(rng.below(8)) * 0.7853981633974483;
        const double radius = anomaly ? 0 : 20;
        rows.values.push_back(static_cast<float>(radius * std::cos(angle) + rng.normal()));
        rows.values.push_back(static_cast<float>(radius * std::sin(angle) + rng.normal()));
        rows.labels.push_back(anomaly ? 1 : 0);
    }
    return rows;
}

AnyModel with_clusters(MatrixView rows, std::span<const std::uint8_t> labels, std::size_t clusters) {
    std::vector<double> weights(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) weights[i] = labels[i] == 0 ? 1 : 0;
    return fit_kmeans(rows, {.clusters = clusters, .restarts = 3, .weights = weights});
}

const auto one = [](MatrixView rows, auto labels) { return with_clusters(rows, labels, 1); };
const auto eight = [](MatrixView rows, auto labels) { return with_clusters(rows, labels, 8); };

}  // namespace

TEST_CASE("cross_validate: finds the candidate and the threshold that do well on unseen rows", "[models]") {
    const Rows rows = ring(1000, 1), fresh = ring(2000, 2);
    const auto folds = GENERATE(0, 1) == 0 ? k_folds(1000, 5) : forward_chaining(1000, 4);
    const FitCandidate candidates[] = {one, eight};
    const CrossValidation result = cross_validate(rows.view(), rows.labels, folds, candidates);
    CHECK(result.best == 1);
    CHECK(result.candidates[1].value > 0.99);
    CHECK(result.candidates[0].value < 0.3);
    const AnyModel model = eight(rows.view(), std::span<const std::uint8_t>{rows.labels});
    std::vector<double> scores;
    for (std::size_t i = 0; i < 2000; ++i) scores.push_back(model.score(fresh.view().row(i)).value);
    CHECK(Objective::f_beta().value(outcome_of(scores, fresh.labels, result.candidates[1].threshold)) > 0.99);
}

TEST_CASE("cross_validate: what it expects of labels without a pattern is what chance gives", "[models]") {
    Rows rows = ring(1000, 3);
    Rng rng{4};
    for (auto& label : rows.labels) label = rng.below(10) == 0 ? 1 : 0;
    // A threshold that were chosen on the rows it is judged on would seem better than an alarm for everything.
    const auto any = [](MatrixView view, auto) { return AnyModel{fit_kmeans(view, {.restarts = 1})}; };
    const FitCandidate candidates[] = {any};
    const double value = cross_validate(rows.view(), rows.labels, k_folds(1000, 10, rows.labels), candidates)
                             .candidates[0]
                             .value;
    CHECK(value < 0.24);
    CHECK(value > 0.1);
}

TEST_CASE("cross_validate: a cost decides otherwise than F1", "[models]") {
    Rows rows = ring(400, 5);
    const FitCandidate candidates[] = {one};
    const auto folds = k_folds(400, 4);
    const auto cheap =
        cross_validate(rows.view(), rows.labels, folds, candidates, {Objective::cost(0.001, 1)});
    const auto dear =
        cross_validate(rows.view(), rows.labels, folds, candidates, {Objective::cost(1, 0.001)});
    CHECK(cheap.candidates[0].threshold < dear.candidates[0].threshold);
}

TEST_CASE("cross_validate: tells how many fits are done, and ends when it is told to", "[models]") {
    const Rows rows = ring(100, 6);
    const FitCandidate candidates[] = {one, eight};
    std::size_t calls = 0;
    auto count = [&](const FitProgress& now) {
        CHECK(now.done == ++calls);
        CHECK(now.total == 6);
        return calls < 4;
    };
    CrossValidationOptions options;
    options.progress = count;
    CHECK_THROWS_AS(cross_validate(rows.view(), rows.labels, k_folds(100, 3), candidates, options),
                    FitCancelled);
    CHECK(calls == 4);
}

TEST_CASE("cross_validate: names what it cannot take", "[models]") {
    const Rows rows = ring(100, 7);
    const FitCandidate candidates[] = {one};
    const auto folds = k_folds(100, 3);
    CHECK_THROWS_AS(cross_validate(rows.view(), rows.labels, std::span{folds}.first(1), candidates),
                    std::invalid_argument);
    CHECK_THROWS_AS(cross_validate(rows.view(), rows.labels, folds, {}), std::invalid_argument);
    CHECK_THROWS_AS(cross_validate(rows.view(), std::span{rows.labels}.first(99), folds, candidates),
                    std::invalid_argument);
    CHECK_THROWS_AS(cross_validate(rows.view(), rows.labels, k_folds(101, 3), candidates),
                    std::invalid_argument);
    CHECK_THROWS_AS(cross_validate(rows.view(), rows.labels, std::vector<Fold>(3), candidates),
                    std::invalid_argument);
    auto labels = rows.labels;
    labels[17] = 2;
    CHECK_THROWS_WITH(cross_validate(rows.view(), labels, folds, candidates),
                      "cross_validate: label 17 is 2, must be 0 or 1");
}
