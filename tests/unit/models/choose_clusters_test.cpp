// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/choose_clusters.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

std::vector<float> on_a_circle(std::size_t groups, std::size_t rows, double spread) {
    Rng rng{21};
    std::vector<float> values;
    for (std::size_t i = 0; i < rows; ++i) {
        const double angle =
            6.283185307179586 * static_cast<double>(i % groups) / static_cast<double>(groups);
        values.push_back(static_cast<float>(10 * std::cos(angle) + spread * rng.normal()));
        values.push_back(static_cast<float>(10 * std::sin(angle) + spread * rng.normal()));
    }
    return values;
}

MatrixView view(const std::vector<float>& values, std::size_t cols) {
    return {values.data(), values.size() / cols, cols};
}

}  // namespace

TEST_CASE("silhouette: four points on a line, by hand", "[models]") {
    const std::vector<float> values{0, 1, 10, 12};
    const std::vector<std::uint32_t> labels{0, 0, 7, 7};
    const double expected = ((11.0 - 1) / 11 + (10.0 - 1) / 10 + (9.5 - 2) / 9.5 + (11.5 - 2) / 11.5) / 4;
    CHECK(silhouette(view(values, 1), labels) == Approx(expected).epsilon(1e-14));
}

TEST_CASE("silhouette: a row alone in its cluster counts 0, as do rows that are all the same", "[models]") {
    const std::vector<float> values{0, 1, 10}, same{5, 5, 5, 5};
    CHECK(silhouette(view(values, 1), std::vector<std::uint32_t>{0, 0, 1}) ==
          Approx((9.0 / 10 + 8.0 / 9 + 0) / 3).epsilon(1e-14));
    CHECK(silhouette(view(same, 1), std::vector<std::uint32_t>{0, 0, 1, 1}) == 0);
}

TEST_CASE("silhouette: rows in the wrong clusters are below 0", "[models]") {
    const std::vector<float> values{0, 10, 0.1F, 10.1F};
    CHECK(silhouette(view(values, 1), std::vector<std::uint32_t>{0, 0, 1, 1}) < -0.4);
}

TEST_CASE("silhouette: labels that cannot be are refused", "[models]") {
    const std::vector<float> values{0, 1, 2};
    const auto of = [&](std::vector<std::uint32_t> labels) { return silhouette(view(values, 1), labels); };
    CHECK_THROWS_AS(of({0, 1}), std::invalid_argument);
    CHECK_THROWS_AS(of({3, 3, 3}), std::invalid_argument);
    CHECK_THROWS_AS(of({0, 1, 2}), std::invalid_argument);
    CHECK_THROWS_AS(of({0, 0, 0xffff'ffffU}), std::invalid_argument);
}

TEST_CASE("choose_clusters: the silhouette counts clouds that are far apart", "[models]") {
    const std::size_t groups = GENERATE(3U, 5U, 7U);
    const auto values = on_a_circle(groups, 420, 0.4);
    const auto by_silhouette = choose_clusters(view(values, 2));
    CHECK(by_silhouette.clusters == groups);
    CHECK(by_silhouette.trials.size() == 9);
    CHECK(by_silhouette.trials[groups - 2].silhouette > 0.8);
    CHECK(choose_clusters(view(values, 2), {.sample = 100}).clusters == groups);
}

TEST_CASE("choose_clusters: the knee of the inertia counts clouds that are equally far from each other",
          "[models]") {
    const std::size_t groups = GENERATE(3U, 5U, 7U);
    Rng rng{22};
    std::vector<float> values;
    for (std::size_t i = 0; i < 420; ++i)
        for (std::size_t j = 0; j < 7; ++j)
            values.push_back(static_cast<float>((i % groups == j ? 10 : 0) + 0.4 * rng.normal()));
    const auto choice = choose_clusters(view(values, 7), {.criterion = ClusterCriterion::elbow});
    CHECK(choice.clusters == groups);
    CHECK(choice.trials[0].silhouette == 0);
}

TEST_CASE("choose_clusters: the silhouette of a trial is that of the model's clusters", "[models]") {
    const auto values = on_a_circle(4, 200, 3);
    const auto choice = choose_clusters(view(values, 2), {.from = 3, .to = 3});
    const KMeansModel model = fit_kmeans(view(values, 2), {.clusters = 3});
    std::vector<std::uint32_t> labels;
    for (std::size_t i = 0; i < 200; ++i)
        labels.push_back(static_cast<std::uint32_t>(*model.assign(view(values, 2).row(i))));
    CHECK(choice.trials[0].silhouette == silhouette(view(values, 2), labels));
    CHECK(choice.trials[0].inertia == model.inertia());
}

TEST_CASE("choose_clusters: one distinct row is one cluster, and no error", "[models]") {
    const std::vector<float> values(40, 3);
    CHECK(choose_clusters(view(values, 2), {.to = 4}).clusters == 2);  // as good as any: silhouettes are 0
    CHECK(choose_clusters(view(values, 2), {.from = 1, .to = 4, .criterion = ClusterCriterion::elbow})
              .clusters == 1);
}

TEST_CASE("choose_clusters: options that cannot be are refused", "[models]") {
    auto values = on_a_circle(3, 30, 1);
    const MatrixView rows = view(values, 2);
    CHECK_THROWS_WITH(choose_clusters(rows, {.from = 1}), "choose_clusters: from is 1, must be at least 2");
    CHECK_THROWS_AS(choose_clusters(rows, {.from = 5, .to = 4}), std::invalid_argument);
    CHECK_THROWS_AS(choose_clusters(rows, {.to = 31}), std::invalid_argument);
    CHECK_THROWS_AS(choose_clusters(rows, {.sample = 9}), std::invalid_argument);
    CHECK_THROWS_AS(choose_clusters({}), std::invalid_argument);
    values[3] = std::bit_cast<float>(0x7fc0'0001U);
    CHECK_THROWS_AS(choose_clusters(rows), std::invalid_argument);
}
