// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/minibatch_kmeans.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_kmeans.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// Clouds around random places; row i is of cloud i % groups.
std::vector<float> clouds(std::size_t groups, std::size_t rows, std::size_t dimension, double apart) {
    Rng rng{11};
    std::vector<float> places(groups * dimension), values;
    for (float& x : places) x = static_cast<float>(apart * rng.normal());
    values.reserve(rows * dimension);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < dimension; ++j)
            values.push_back(places[i % groups * dimension + j] + static_cast<float>(rng.normal()));
    return values;
}

MatrixView view(const std::vector<float>& values, std::size_t cols) {
    return {values.data(), values.size() / cols, cols};
}

}  // namespace

TEST_CASE("fit_minibatch_kmeans: clouds far apart get a centroid each", "[models]") {
    const auto values = clouds(6, 3000, 4, 40);
    const KMeansModel model = fit_minibatch_kmeans(view(values, 4), {.clusters = 6, .batch = 100});
    REQUIRE(model.clusters() == 6);
    for (const std::uint64_t size : model.sizes()) CHECK(size == 500);
    CHECK(model.inertia() == Approx(fit_kmeans(view(values, 4), {.clusters = 6}).inertia()).epsilon(0.05));
}

TEST_CASE(
    "fit_minibatch_kmeans: where clusters overlap its inertia is on average a tenth above that of k-means at "
    "most",
    "[models]") {
    const auto values = clouds(10, 4000, 8, 1.5);
    const double full = fit_kmeans(view(values, 8), {.clusters = 10, .restarts = 3}).inertia();
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed)
        sum += fit_minibatch_kmeans(view(values, 8), {.clusters = 10, .batch = 256, .seed = seed}).inertia();
    CHECK(sum / 8 < full * 1.1);
}

TEST_CASE("fit_minibatch_kmeans: inertia, sizes and calibration are of all rows", "[models]") {
    const auto values = clouds(3, 700, 2, 5);
    const MatrixView rows = view(values, 2);
    const KMeansModel model = fit_minibatch_kmeans(rows, {.clusters = 5, .batch = 64});
    double inertia = 0;
    std::vector<std::uint64_t> sizes(model.clusters());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        inertia += std::pow(model.score(rows.row(i)).value, 2);
        ++sizes[*model.assign(rows.row(i))];
    }
    CHECK(model.inertia() == Approx(inertia).epsilon(1e-12));
    CHECK(std::equal(sizes.begin(), sizes.end(), model.sizes().begin(), model.sizes().end()));
    CHECK(model.calibration().count() == 700);
}

TEST_CASE("fit_minibatch_kmeans: the same seed gives the same model", "[models]") {
    const auto values = clouds(5, 1000, 3, 3);
    const MiniBatchKMeansOptions options{.clusters = 7, .batch = 50, .seed = 9};
    CHECK(to_bytes(fit_minibatch_kmeans(view(values, 3), options)) ==
          to_bytes(fit_minibatch_kmeans(view(values, 3), options)));
}

TEST_CASE("fit_minibatch_kmeans: rows of weight 0 do not count", "[models]") {
    auto values = clouds(2, 400, 2, 30);
    values.insert(values.end(), {1e6F, 1e6F});
    std::vector<double> weights(401, 2);
    weights.back() = 0;
    const KMeansModel model =
        fit_minibatch_kmeans(view(values, 2), {.clusters = 3, .batch = 50, .weights = weights});
    CHECK(model.score(std::vector<float>{1e6F, 1e6F}).value > 1e6);
    CHECK(model.calibration().count() == 400);
}

TEST_CASE("fit_minibatch_kmeans: of fewer distinct rows than clusters there are fewer clusters", "[models]") {
    std::vector<float> values(300, 4);
    std::fill_n(values.begin(), 100, 1.0F);
    CHECK(fit_minibatch_kmeans(view(values, 1), {.clusters = 8}).clusters() == 2);
    CHECK(fit_minibatch_kmeans({values.data(), 1, 3}, {.clusters = 8}).clusters() == 1);
}

TEST_CASE("fit_minibatch_kmeans: says how far it is and can be cancelled", "[models]") {
    const auto values = clouds(3, 500, 2, 3);
    std::size_t last = 0;
    const auto count = [&](const FitProgress& now) {
        CHECK(now.done == ++last);
        CHECK(now.total == 100 * 10);
        return true;
    };
    const KMeansModel model = fit_minibatch_kmeans(view(values, 2), {.batch = 50, .progress = count});
    CHECK(model.iterations() == last);
    const auto stop = [](const FitProgress& now) { return now.done < 2; };
    CHECK_THROWS_AS(fit_minibatch_kmeans(view(values, 2), {.batch = 50, .progress = stop}), FitCancelled);
}

TEST_CASE("fit_minibatch_kmeans: rows and options that cannot be are refused", "[models]") {
    auto values = clouds(3, 20, 2, 3);
    CHECK_THROWS_AS(fit_minibatch_kmeans({}), std::invalid_argument);
    CHECK_THROWS_AS(fit_minibatch_kmeans(view(values, 2), {.clusters = 0}), std::invalid_argument);
    CHECK_THROWS_AS(fit_minibatch_kmeans(view(values, 2), {.batch = 0}), std::invalid_argument);
    CHECK_THROWS_AS(fit_minibatch_kmeans(view(values, 2), {.restarts = 0}), std::invalid_argument);
    CHECK_THROWS_AS(fit_minibatch_kmeans(view(values, 2), {.max_epochs = 0}), std::invalid_argument);
    CHECK_THROWS_AS(fit_minibatch_kmeans(view(values, 2), {.patience = 0}), std::invalid_argument);
    values[7] = std::bit_cast<float>(0x7fc0'0001U);
    CHECK_THROWS_WITH(fit_minibatch_kmeans(view(values, 2)),
                      "fit_minibatch_kmeans: row 3 is not finite, must be finite in every feature");
}
