// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_svc.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

struct Data {
    std::vector<float> values;
    std::vector<std::uint8_t> labels;
    std::size_t dimension;
    [[nodiscard]] MatrixView view() const { return {values.data(), labels.size(), dimension}; }
};

/// Anomalies are shifted along every feature; each `spacing`-th row is one.
Data clouds(std::uint64_t seed, std::size_t count, std::size_t dimension, std::size_t spacing, double shift) {
    Rng rng{seed};
    Data data{{}, {}, dimension};
    for (std::size_t i = 0; i < count; ++i) {
        const bool anomaly = i % spacing == spacing - 1;
        data.labels.push_back(anomaly ? 1 : 0);
        for (std::size_t j = 0; j < dimension; ++j)
            data.values.push_back(static_cast<float>(rng.normal() + (anomaly ? shift : 0)));
    }
    return data;
}

}  // namespace

TEST_CASE("fit_svc: two rows have the separator of the closed form", "[models]") {
    const std::vector<float> values{-1, 1};
    const std::vector<std::uint8_t> labels{0, 1};
    const auto linear =
        fit_svc({values.data(), 2, 1}, labels,
                {.c = 100, .kernel = SvmKernel::linear, .tolerance = 1e-9, .probability = false});
    for (const float x : {-3.0F, -1.0F, 0.0F, 0.5F, 4.0F})
        CHECK(linear.decision(std::vector<float>{x}).value() == Approx(static_cast<double>(x)).margin(1e-9));
    // alpha = 1 / (1 - k(-1, 1)) makes the decision values 1 and -1.
    const auto rbf = fit_svc({values.data(), 2, 1}, labels, {.c = 100, .gamma = 0.3, .probability = false});
    CHECK(rbf.expansion().reach() == Approx(2 / (1 - std::exp(-1.2))).epsilon(1e-6));
    CHECK(rbf.decision(std::vector<float>{1}).value() == Approx(1).epsilon(1e-6));
    CHECK(rbf.decision(std::vector<float>{-1}).value() == Approx(-1).epsilon(1e-6));
}

TEST_CASE("fit_svc: coefficients keep to what their row's error costs, and sum to 0", "[models]") {
    const Data data = clouds(1, 200, 3, 4, 1);
    Rng rng{2};
    std::vector<double> weights;
    for (int i = 0; i < 200; ++i) weights.push_back(rng.uniform() + 0.1);
    const auto model = fit_svc(
        data.view(), data.labels,
        {.c = 2, .class_weights = {.ordinary = 0.5, .anomaly = 3}, .weights = weights, .probability = false});
    double sum = 0;
    for (const double coefficient : model.expansion().coefficients()) {
        sum += coefficient;
        CHECK(coefficient <= 2 * 3 * 1.1);
        CHECK(coefficient >= -2 * 0.5 * 1.1);
    }
    CHECK(sum == Approx(0).margin(1e-9));
    // Rows beyond the margin are no support vectors, rows within it cost all they may.
    std::size_t within = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        const double f = model.decision(data.view().row(i)).value();
        within += (data.labels[i] == 1 ? f : -f) < 1 + 1e-3 ? 1 : 0;
    }
    CHECK(model.expansion().coefficients().size() <= within);
}

TEST_CASE("fit_svc: scores rank anomalies first and are probabilities", "[models]") {
    const Data data = clouds(3, 600, 4, 10, 1.5), fresh = clouds(4, 4000, 4, 10, 1.5);
    const auto model = fit_svc(data.view(), data.labels);
    REQUIRE(model.probability().has_value());
    CHECK(model.probability()->slope < 0);
    double expected = 0, anomalies = 0, wins = 0, pairs = 0;
    std::vector<double> usual, odd;
    for (std::size_t i = 0; i < fresh.labels.size(); ++i) {
        const double p = model.score(fresh.view().row(i)).value;
        CHECK((p > 0 && p <= 1));
        expected += p;
        anomalies += fresh.labels[i];
        (fresh.labels[i] == 1 ? odd : usual).push_back(p);
    }
    for (const double high : odd)
        for (const double low : usual) {
            wins += high > low ? 1 : 0;
            pairs += 1;
        }
    CHECK(expected == Approx(anomalies).epsilon(0.25));
    CHECK(wins / pairs > 0.95);
}

TEST_CASE("fit_svc: about 1 % of new ordinary rows exceed the default threshold", "[models]") {
    const Data data = clouds(5, 1500, 4, 10, 1.5), fresh = clouds(6, 8000, 4, 8001, 0);
    for (const bool probability : {true, false}) {
        const auto model = fit_svc(data.view(), data.labels, {.probability = probability});
        double above = 0;
        for (std::size_t i = 0; i < fresh.labels.size(); ++i)
            above += model.score(fresh.view().row(i)).value > model.default_threshold() ? 1 : 0;
        CHECK(above / 8000 < 0.02);
    }
}

TEST_CASE("fit_svc: without probability the score is the logistic function of the decision value",
          "[models]") {
    const Data data = clouds(7, 100, 2, 3, 2);
    const auto model = fit_svc(data.view(), data.labels, {.probability = false});
    CHECK_FALSE(model.probability().has_value());
    const Row row = data.view().row(3);
    CHECK(model.score(row).value == Approx(1 / (1 + std::exp(-model.decision(row).value()))).epsilon(1e-5));
}

TEST_CASE("fit_svc: repeats to the byte for a seed; the seed changes the probability alone", "[models]") {
    const Data data = clouds(8, 200, 3, 5, 1);
    const auto model = fit_svc(data.view(), data.labels), again = fit_svc(data.view(), data.labels),
               other = fit_svc(data.view(), data.labels, {.seed = 2});
    CHECK(to_bytes(model) == to_bytes(again));
    CHECK(model.rho() == other.rho());
    CHECK_FALSE(model.probability() == other.probability());
}

TEST_CASE("fit_svc: few rows, equal rows and a single anomaly give sound models", "[models]") {
    for (const std::size_t count : {2U, 3U, 5U, 20U}) {
        Data data = clouds(9, count, 2, count, 3);
        const auto model = fit_svc(data.view(), data.labels);
        for (std::size_t i = 0; i < count; ++i) CHECK(is_finite(model.score(data.view().row(i)).value));
        CHECK(model.default_threshold() > 0);
        data.values.assign(count * 2, 1.0F);
        const auto equal = fit_svc(data.view(), data.labels);
        CHECK(equal.score(data.view().row(0)).value <= equal.default_threshold());
    }
}

TEST_CASE("fit_svc: a row of weight 0 is not there", "[models]") {
    Data data = clouds(10, 60, 2, 4, 2), without = data;
    std::vector<double> weights(60, 1);
    data.values.insert(data.values.end(), {50, 50});
    data.labels.push_back(0);
    weights.push_back(0);
    CHECK(to_bytes(fit_svc(data.view(), data.labels, {.weights = weights})) ==
          to_bytes(fit_svc(without.view(), without.labels)));
}

TEST_CASE("fit_svc: tells how far it is, and ends when it is told to", "[models]") {
    const Data data = clouds(11, 300, 3, 4, 1);
    std::size_t last = 0;
    bool sound = true;
    auto count = [&](const FitProgress& now) {
        sound = sound && now.done >= 1 && now.done >= last && now.done <= now.total;
        last = now.done;
        return true;
    };
    static_cast<void>(fit_svc(data.view(), data.labels, {.progress = count}));
    CHECK(last > 1);
    CHECK(sound);
    const auto stop = [](const FitProgress&) { return false; };
    CHECK_THROWS_AS(fit_svc(data.view(), data.labels, {.progress = stop}), FitCancelled);
}

TEST_CASE("fit_svc: what is out of range is refused with its name", "[models]") {
    const Data data = clouds(12, 6, 2, 2, 1);
    const auto refused = [&](const Data& wrong, const SvcOptions& options, const std::string& name) {
        CHECK_THROWS_WITH(fit_svc(wrong.view(), wrong.labels, options),
                          Catch::Matchers::ContainsSubstring(name));
    };
    for (const double c : {0.0, -1.0, 1e10}) refused(data, {.c = c}, "c is");
    refused(data, {.gamma = -1}, "gamma");
    refused(data, {.tolerance = 0}, "tolerance");
    refused(data, {.class_weights = {.anomaly = 0}}, "class_weights.anomaly");
    refused(data, {.class_weights = {.ordinary = 1e7}}, "class_weights.ordinary");
    const std::vector<double> only_ordinary{1, 0, 1, 0, 1, 0}, few{1};
    refused(data, {.weights = few}, "weights");
    refused(data, {.weights = only_ordinary}, "label");
    Data wrong = data;
    wrong.labels[4] = 2;
    refused(wrong, {}, "label 4");
    CHECK_THROWS_WITH(fit_svc(data.view(), std::span{data.labels}.first(3)),
                      Catch::Matchers::ContainsSubstring("number of labels"));
    CHECK_THROWS_AS(fit_svc({}, {}), std::invalid_argument);
    wrong = data;
    wrong.values[9] = std::bit_cast<float>(0x7fc0'0001U);
    refused(wrong, {}, "row 4");
}
