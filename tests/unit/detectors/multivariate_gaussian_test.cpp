// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/multivariate_gaussian.hpp"

#include <bit>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "detectors/cholesky.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

std::vector<float> noise(Rng& rng, std::size_t dimension) {
    std::vector<float> row(dimension);
    for (float& value : row) value = static_cast<float>(rng.normal());
    return row;
}

}  // namespace

TEST_CASE("Cholesky: rank-one updates leave the factor of the sum", "[detectors]") {
    constexpr std::size_t d = 6;
    const double keep = GENERATE(1.0, 0.9);
    Rng rng{1};
    std::vector<double> factor(detail::packed_size(d)), sum(d * d);
    for (int round = 0; round < 50; ++round) {
        std::vector<double> x(d);
        for (double& value : x) value = rng.normal();
        for (std::size_t i = 0; i < d; ++i)
            for (std::size_t j = 0; j < d; ++j) sum[i * d + j] = keep * keep * sum[i * d + j] + x[i] * x[j];
        detail::update_factor(factor.data(), d, keep, x.data());
    }
    for (std::size_t i = 0; i < d; ++i) {
        CHECK(factor[detail::packed_column(d, i)] > 0);
        for (std::size_t j = 0; j <= i; ++j) {
            double product = 0;
            for (std::size_t k = 0; k <= j; ++k)
                product +=
                    factor[detail::packed_column(d, k) + i - k] * factor[detail::packed_column(d, k) + j - k];
            CHECK(product == Approx(sum[i * d + j]).epsilon(1e-10).margin(1e-10));
        }
    }
}

TEST_CASE("MultivariateGaussianScorer: one feature is the univariate z-score", "[detectors]") {
    const auto covariance = GENERATE(Covariance::diagonal, Covariance::full);
    MultivariateGaussianScorer scorer{{.dimension = 1, .covariance = covariance, .warm_up = 8}};
    for (const float value : {1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F, 7.0F, 8.0F}) scorer.learn(Row{&value, 1});
    const float probe = 10;
    CHECK(scorer.score(Row{&probe, 1}).value == Approx(5.5 / std::sqrt(6.0)));
    CHECK(scorer.mean()[0] == Approx(4.5));
}

TEST_CASE("MultivariateGaussianScorer: a broken correlation is seen by full, not by diagonal",
          "[detectors]") {
    MultivariateGaussianScorer full{{.dimension = 2, .covariance = Covariance::full}},
        diagonal{{.dimension = 2}};
    Rng rng{2};
    for (int i = 0; i < 2000; ++i) {
        const double common = rng.normal();
        const std::vector<float> row{static_cast<float>(common),
                                     static_cast<float>(common + 0.1 * rng.normal())};
        full.learn(row);
        diagonal.learn(row);
    }
    const std::vector<float> odd{1.5F, -1.5F};
    CHECK(full.score(odd).value > 15);
    CHECK(diagonal.score(odd).value < 3);
}

TEST_CASE("MultivariateGaussianScorer: a copied feature does not break it, and must stay a copy",
          "[detectors]") {
    MultivariateGaussianScorer scorer{{.dimension = 3, .covariance = Covariance::full}};
    Rng rng{3};
    for (int i = 0; i < 1000; ++i) {
        auto row = noise(rng, 3);
        row[2] = row[0];
        scorer.learn(row);
    }
    CHECK(scorer.score(std::vector<float>{1, 0, 1}).value == Approx(1).epsilon(0.1));
    // With a ridge of 1e-6 the copy's own deviation is a thousandth of the original's.
    CHECK(scorer.score(std::vector<float>{1, 0, 1.01F}).value == Approx(10).epsilon(0.1));
}

TEST_CASE("MultivariateGaussianScorer: a constant feature counts when it moves", "[detectors]") {
    const auto covariance = GENERATE(Covariance::diagonal, Covariance::full);
    const float constant = GENERATE(0.0F, 0.1F, 1e6F);
    MultivariateGaussianScorer scorer{{.dimension = 2, .covariance = covariance}};
    MultivariateGaussianScorer floored{{.dimension = 2, .covariance = covariance, .min_stddev = 1.0}};
    Rng rng{4};
    for (int i = 0; i < 1000; ++i) {
        const std::vector<float> row{static_cast<float>(rng.normal()), constant};
        scorer.learn(row);
        floored.learn(row);
    }
    CHECK(scorer.score(std::vector<float>{1, constant}).value == Approx(1).epsilon(0.1));
    const Score moved = scorer.score(std::vector<float>{0, constant + 30});
    CHECK(moved.value > 20);
    CHECK(moved.value <= 1e18);
    CHECK(floored.score(std::vector<float>{0, constant + 5}).value == Approx(5).epsilon(0.05));
}

TEST_CASE("MultivariateGaussianScorer: an offset of a million costs no digits that a float has",
          "[detectors]") {
    MultivariateGaussianScorer plain{{.dimension = 3, .covariance = Covariance::full}}, shifted = plain;
    Rng rng{5};
    for (int i = 0; i < 500; ++i) {
        std::vector<float> row = noise(rng, 3), moved(3);
        for (std::size_t j = 0; j < 3; ++j) {
            row[j] = std::round(row[j] * 64) / 64 * 16;  // exact after the shift too
            moved[j] = row[j] + 1e6F;
        }
        plain.learn(row);
        shifted.learn(moved);
    }
    const Score a = plain.score(std::vector<float>{16, -32, 48});
    const Score b = shifted.score(std::vector<float>{1000016, 999968, 1000048});
    CHECK(a.value == Approx(b.value).epsilon(1e-8));
}

TEST_CASE("MultivariateGaussianScorer: full takes 1024 features and warms up for twice as many rows",
          "[detectors]") {
    MultivariateGaussianScorer scorer{{.dimension = 1024, .covariance = Covariance::full}};
    CHECK(scorer.options().warm_up == 2048);
    CHECK(MultivariateGaussianScorer{{.dimension = 1024}}.options().warm_up == 30);
    CHECK(scorer.score(std::vector<float>(1024)).status == Status::warming_up);
    CHECK_THROWS_AS((MultivariateGaussianScorer{{.dimension = 1025, .covariance = Covariance::full}}),
                    std::invalid_argument);
    CHECK_NOTHROW(MultivariateGaussianScorer{{.dimension = 1025}});
}

TEST_CASE("MultivariateGaussianScorer: the score of many features is near the root of their number",
          "[detectors]") {
    constexpr std::size_t d = 200;
    MultivariateGaussianScorer scorer{{.dimension = d, .covariance = Covariance::full}};
    Rng rng{6};
    for (int i = 0; i < 4000; ++i) scorer.learn(noise(rng, d));
    CHECK(scorer.score(noise(rng, d)).value == Approx(std::sqrt(200.0)).epsilon(0.15));
    std::vector<double> shares(d);
    auto odd = noise(rng, d);
    odd[77] += 40;
    scorer.attribute(odd, shares);
    for (std::size_t i = 0; i < d; ++i)
        if (i != 77) CHECK(shares[i] < shares[77]);
}

TEST_CASE("MultivariateGaussianDetector: the threshold is the chi quantile of its dimension", "[detectors]") {
    CHECK(MultivariateGaussianDetector{{.dimension = 1}}.threshold().value() == Approx(3.0).epsilon(1e-4));
    // scipy.stats.chi.ppf(1 - 0.0027, [2, 10])
    CHECK(MultivariateGaussianDetector{{.dimension = 2}}.threshold().value() ==
          Approx(3.43933235).epsilon(1e-6));
    CHECK(MultivariateGaussianDetector{{.dimension = 10}}.threshold().value() ==
          Approx(5.18660889).epsilon(1e-6));
}

TEST_CASE("MultivariateGaussianScorer: options outside their range are refused", "[detectors]") {
    const double nan = std::bit_cast<double>(0x7ff8'0000'0000'0000U);
    const auto full = Covariance::full;
    for (const MultivariateGaussianOptions& wrong :
         std::vector<MultivariateGaussianOptions>{{.dimension = 0},
                                                  {.dimension = (std::size_t{1} << 20) + 1},
                                                  {.dimension = 2, .warm_up = 1},
                                                  {.dimension = 2, .half_life = 0.5},
                                                  {.dimension = 2, .half_life = nan},
                                                  {.dimension = 20, .covariance = full, .half_life = 10},
                                                  {.dimension = 2, .ridge = -1},
                                                  {.dimension = 2, .ridge = 1},
                                                  {.dimension = 2, .ridge = nan},
                                                  {.dimension = 2, .min_stddev = -1},
                                                  {.dimension = 2, .min_stddev = nan}})
        CHECK_THROWS_AS(MultivariateGaussianScorer{wrong}, std::invalid_argument);
}
