// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <vector>

#include "golden/gaussian_mahalanobis.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/detectors/gaussian.hpp"
#include "sonde/detectors/multivariate_gaussian.hpp"
#include "support/catch.hpp"

using namespace sonde;
namespace golden = sonde::testing::golden;

namespace {

constexpr std::size_t features = 4, probes = 6;

MultivariateGaussianScorer fitted(Covariance covariance, double half_life) {
    MultivariateGaussianScorer scorer{
        {.dimension = features, .covariance = covariance, .half_life = half_life}};
    for (const auto& row : golden::rows) scorer.learn(row);
    return scorer;
}

void check_distances(const MultivariateGaussianScorer& scorer, const double (&expected)[probes]) {
    for (std::size_t i = 0; i < probes; ++i)
        CHECK(scorer.score(golden::probes[i]).value == Approx(expected[i]).epsilon(1e-9));
}

/// The share of `count` normal values, or rows of `dimension`, that a detector calls anomalous.
double false_alarm_rate(GaussianDetector detector, std::uint64_t count) {
    Rng rng{2024};
    for (std::uint64_t i = 0; i < count; ++i) detector.observe(rng.normal());
    return static_cast<double>(detector.counts().anomalous) / static_cast<double>(count);
}

double false_alarm_rate(MultivariateGaussianDetector detector, std::uint64_t count) {
    Rng rng{2025};
    std::vector<float> row(detector.scorer().dimension());
    for (std::uint64_t i = 0; i < count; ++i) {
        for (float& value : row) value = static_cast<float>(rng.normal());
        detector.observe(row);
    }
    return static_cast<double>(detector.counts().anomalous) / static_cast<double>(count);
}

double three_standard_errors(double rate, double count) { return 3 * std::sqrt(rate * (1 - rate) / count); }

}  // namespace

TEST_CASE("MultivariateGaussianScorer: the full distance is SciPy's", "[detectors][golden]") {
    check_distances(fitted(Covariance::full, 0), golden::full);
}

TEST_CASE("MultivariateGaussianScorer: the diagonal distance is SciPy's", "[detectors][golden]") {
    check_distances(fitted(Covariance::diagonal, 0), golden::diagonal);
}

TEST_CASE("MultivariateGaussianScorer: with a half-life it is SciPy's with exponential weights",
          "[detectors][golden]") {
    check_distances(fitted(Covariance::full, golden::half_life), golden::full_faded);
    check_distances(fitted(Covariance::diagonal, golden::half_life), golden::diagonal_faded);
}

TEST_CASE("MultivariateGaussianScorer: shares are what the squared distance loses without a feature",
          "[detectors][golden]") {
    const auto scorer = fitted(Covariance::full, 0);
    std::vector<double> shares(features);
    for (std::size_t i = 0; i < probes; ++i) {
        const Score score = scorer.attribute(golden::probes[i], shares);
        double sum = 0;
        for (const double part : golden::parts[i]) sum += part;
        for (std::size_t j = 0; j < features; ++j)
            CHECK(shares[j] == Approx(golden::parts[i][j] / sum * score.value).epsilon(1e-6).margin(1e-9));
    }
}

TEST_CASE("GaussianDetector: 0.27 % of a million normal values lie beyond three standard deviations",
          "[detectors][golden]") {
    const double margin = three_standard_errors(0.0027, 1e6);
    CHECK(false_alarm_rate(GaussianDetector{}, 1'000'000) == Approx(0.0027).margin(margin));
    CHECK(false_alarm_rate(GaussianDetector{{.form = GaussianForm::density}}, 1'000'000) ==
          Approx(0.0027).margin(margin));
}

TEST_CASE("GaussianDetector: 0.135 % of a million normal values lie beyond them on one side",
          "[detectors][golden]") {
    const Side side = GENERATE(Side::above, Side::below);
    CHECK(false_alarm_rate(GaussianDetector{{.side = side}}, 1'000'000) ==
          Approx(0.00135).margin(three_standard_errors(0.00135, 1e6)));
}

TEST_CASE("GaussianDetector: the robust estimate gives nearly the same rate", "[detectors][golden]") {
    const GaussianDetector detector{{.estimate = GaussianEstimate::median_mad, .reservoir = 8192}};
    CHECK(false_alarm_rate(detector, 1'000'000) == Approx(0.0027).margin(0.0008));
}

TEST_CASE("MultivariateGaussianDetector: 0.27 % of independent normal rows exceed its threshold",
          "[detectors][golden]") {
    const auto covariance = GENERATE(Covariance::diagonal, Covariance::full);
    const std::size_t dimension = GENERATE(1U, 2U, 8U);
    const MultivariateGaussianDetector detector{{.dimension = dimension, .covariance = covariance}};
    CHECK(false_alarm_rate(detector, 300'000) == Approx(0.0027).margin(three_standard_errors(0.0027, 3e5)));
}
