// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_mahalanobis.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// Correlated rows of two features, deviations 2 and 1, mean (5, -3); the last `far` are at (50, 50).
std::vector<float> cloud(std::size_t rows, std::size_t far = 0) {
    Rng rng{11};
    std::vector<float> values;
    for (std::size_t i = 0; i < rows; ++i) {
        const double a = rng.normal(), b = rng.normal();
        const bool is_far = i >= rows - far;
        values.push_back(static_cast<float>(is_far ? 50 + a / 10 : 5 + 2 * a));
        values.push_back(static_cast<float>(is_far ? 50 + b / 10 : -3 + 0.6 * a + 0.8 * b));
    }
    return values;
}

MatrixView view(const std::vector<float>& values, std::size_t cols) {
    return {values.data(), values.size() / cols, cols};
}

MahalanobisModel robust(MatrixView rows, std::uint64_t seed = 1) {
    return fit_mahalanobis(rows, {.estimate = CovarianceEstimate::robust, .seed = seed});
}

}  // namespace

TEST_CASE("fit_mahalanobis: mean and covariance are those of two passes", "[models]") {
    const auto values = cloud(500);
    const auto model =
        fit_mahalanobis(view(values, 2), {.estimate = CovarianceEstimate::fixed, .shrinkage = 0.25});
    double mean[2] = {}, c[3] = {};
    for (std::size_t i = 0; i < 1000; ++i) mean[i % 2] += static_cast<double>(values[i]) / 500;
    for (std::size_t i = 0; i < 1000; i += 2) {
        const double x = static_cast<double>(values[i]) - mean[0],
                     y = static_cast<double>(values[i + 1]) - mean[1];
        c[0] += x * x / 499;
        c[1] += x * y / 499;
        c[2] += y * y / 499;
    }
    const double share = 0.25 * (c[0] + c[2]) / 2;
    CHECK(model.mean()[0] == Approx(mean[0]).epsilon(1e-12));
    CHECK(model.mean()[1] == Approx(mean[1]).epsilon(1e-12));
    CHECK(model.covariance()[0] == Approx(0.75 * c[0] + share).epsilon(1e-12));
    CHECK(model.covariance()[1] == Approx(0.75 * c[1]).epsilon(1e-12));
    CHECK(model.covariance()[2] == Approx(0.75 * c[2] + share).epsilon(1e-12));
    CHECK(model.shrinkage() == 0.25);
    CHECK(model.support() == 500);
    CHECK(model.calibration().count() == 500);
}

TEST_CASE("fit_mahalanobis: Ledoit and Wolf's shrinkage is that of the definition", "[models]") {
    // Few rows of many features: much is shrunk.
    Rng rng{2};
    constexpr std::size_t n = 12, d = 6;
    std::vector<float> values(n * d);
    for (float& value : values) value = static_cast<float>(rng.normal());
    std::vector<double> x(n * d), s(d * d);
    for (std::size_t j = 0; j < d; ++j) {
        double mean = 0;
        for (std::size_t i = 0; i < n; ++i) mean += static_cast<double>(values[i * d + j]) / n;
        for (std::size_t i = 0; i < n; ++i) x[i * d + j] = static_cast<double>(values[i * d + j]) - mean;
    }
    double trace = 0, spread = 0, noise = 0;
    for (std::size_t a = 0; a < d * d; ++a)
        for (std::size_t i = 0; i < n; ++i) s[a] += x[i * d + a / d] * x[i * d + a % d] / n;
    for (std::size_t j = 0; j < d; ++j) trace += s[j * d + j];
    for (std::size_t a = 0; a < d * d; ++a) {
        const double target = a / d == a % d ? trace / d : 0;
        spread += (s[a] - target) * (s[a] - target);
        for (std::size_t i = 0; i < n; ++i)
            noise += std::pow(x[i * d + a / d] * x[i * d + a % d] - s[a], 2) / (n * n);
    }
    const auto model = fit_mahalanobis(view(values, d));
    CHECK(model.shrinkage() == Approx(std::fmin(noise, spread) / spread).epsilon(1e-10));
    CHECK(model.shrinkage() > 0.3);
    CHECK(model.covariance()[0] ==
          Approx((1 - model.shrinkage()) * s[0] + model.shrinkage() * trace / d).epsilon(1e-12));
}

TEST_CASE("fit_mahalanobis: the robust estimate does not see a third of the rows far away", "[models]") {
    const auto values = cloud(900, 300);
    const auto plain = fit_mahalanobis(view(values, 2)), model = robust(view(values, 2));
    CHECK(plain.mean()[0] > 15);
    CHECK(model.mean()[0] == Approx(5).margin(0.3));
    CHECK(model.mean()[1] == Approx(-3).margin(0.15));
    CHECK(model.support() <= 600);
    CHECK(model.support() > 540);
    const std::vector<float> far{50, 50};
    CHECK(plain.score(far).value < 2);
    CHECK(model.score(far).value > 20);
}

TEST_CASE("fit_mahalanobis: the robust covariance of normal rows is near theirs", "[models]") {
    const auto values = cloud(4000);  // in groups
    const auto model = robust(view(values, 2));
    CHECK(model.covariance()[0] == Approx(4).epsilon(0.15));
    CHECK(model.covariance()[1] == Approx(1.2).epsilon(0.15));
    CHECK(model.covariance()[2] == Approx(1).epsilon(0.15));
    CHECK(model.support() > 3700);
}

TEST_CASE("fit_mahalanobis: a robust fit repeats for a seed, with and without an executor", "[models]") {
    const auto values = cloud(700, 100);
    const auto model = robust(view(values, 2), 5);
    CHECK(to_bytes(model) == to_bytes(robust(view(values, 2), 5)));
    auto backwards = [](std::size_t count, const Task& task) {
        for (std::size_t i = count; i-- > 0;) task(i);
    };
    CHECK(to_bytes(model) ==
          to_bytes(fit_mahalanobis(
              view(values, 2),
              {.estimate = CovarianceEstimate::robust, .seed = 5, .executor = Executor{backwards}})));
}

TEST_CASE("fit_mahalanobis: one row, identical rows and fewer rows than features have a model", "[models]") {
    const auto estimate =
        GENERATE(CovarianceEstimate::ledoit_wolf, CovarianceEstimate::fixed, CovarianceEstimate::robust);
    const std::vector<float> row{3, 4, 5};
    for (const std::size_t count : {1U, 2U, 50U}) {
        std::vector<float> values;
        for (std::size_t i = 0; i < count; ++i) values.insert(values.end(), row.begin(), row.end());
        const auto model = fit_mahalanobis(view(values, 3), {.estimate = estimate});
        CHECK(model.score(row) == Score{0, Status::ok});
        CHECK(model.score(std::vector<float>{3, 4, 6}).value > 1e4);
    }
    const std::vector<float> few{1, 2, 3, 4, 4, 1, 2, 0};
    const auto model = fit_mahalanobis(view(few, 4), {.estimate = estimate});
    CHECK(model.score({few.data(), 4}).value < 3);
    CHECK(model.score(std::vector<float>{1, 2, 3, 400}).value > 10);
}

TEST_CASE("fit_mahalanobis: constant, repeated and summed features are no trouble", "[models]") {
    const auto estimate =
        GENERATE(CovarianceEstimate::ledoit_wolf, CovarianceEstimate::fixed, CovarianceEstimate::robust);
    const auto pairs = cloud(400);
    std::vector<float> values;
    for (std::size_t i = 0; i < pairs.size(); i += 2)
        values.insert(values.end(), {pairs[i], pairs[i + 1], 7, pairs[i], pairs[i] + pairs[i + 1]});
    const auto model = fit_mahalanobis(view(values, 5), {.estimate = estimate});
    CHECK(model.score(std::vector<float>{5, -3, 7, 5, 2}).value < 1);
    CHECK(model.score(std::vector<float>{5, -3, 7, 9, 2}).value > 10);
    CHECK(model.default_threshold() < 10);
}

TEST_CASE("fit_mahalanobis: the scale of the features does not matter to a robust estimate", "[models]") {
    auto values = cloud(300, 60);
    const auto model = robust(view(values, 2));
    for (std::size_t i = 0; i < values.size(); i += 2) values[i] *= 1024;
    const auto scaled = robust(view(values, 2));
    CHECK(scaled.support() == model.support());
    CHECK(scaled.score(std::vector<float>{1024 * 8, 1}).value ==
          Approx(model.score(std::vector<float>{8, 1}).value).epsilon(1e-4));
}

TEST_CASE("fit_mahalanobis: values at the ends of float are fitted", "[models]") {
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    const std::vector<float> values{largest, 1, -largest, 2, largest, 3, -largest, 5};
    for (const auto estimate : {CovarianceEstimate::ledoit_wolf, CovarianceEstimate::robust}) {
        const auto model = fit_mahalanobis(view(values, 2), {.estimate = estimate});
        CHECK(model.score({values.data(), 2}).value < 1e4);
    }
}

TEST_CASE("fit_mahalanobis: the default threshold calls 1 % of the rows anomalous", "[models]") {
    const auto values = cloud(1000);
    const auto model = fit_mahalanobis(view(values, 2));
    int above = 0;
    for (std::size_t i = 0; i < 1000; ++i)
        above += model.score({values.data() + 2 * i, 2}).value > model.default_threshold() ? 1 : 0;
    CHECK(above >= 9);
    CHECK(above <= 10);
}

TEST_CASE("fit_mahalanobis: rows and options that cannot be are refused", "[models]") {
    auto values = cloud(10);
    const MatrixView rows = view(values, 2);
    CHECK_THROWS_AS(fit_mahalanobis({}), std::invalid_argument);
    CHECK_THROWS_AS(fit_mahalanobis(rows, {.shrinkage = 1.5}), std::invalid_argument);
    CHECK_THROWS_WITH(fit_mahalanobis(rows, {.support = 0.2}),
                      "fit_mahalanobis: support is 0.2, must be 0 or in [0.5, 1]");
    CHECK_THROWS_AS(fit_mahalanobis(rows, {.estimate = static_cast<CovarianceEstimate>(9)}),
                    std::invalid_argument);
    const std::vector<float> wide(2049);
    CHECK_THROWS_AS(fit_mahalanobis({wide.data(), 1, 2049}), std::invalid_argument);
    values[7] = std::bit_cast<float>(0x7fc0'0001U);
    CHECK_THROWS_WITH(fit_mahalanobis(rows),
                      "fit_mahalanobis: row 3 is not finite, must be finite in every feature");
}

TEST_CASE("fit_mahalanobis: progress counts to its end, and false cancels", "[models]") {
    const auto values = cloud(1300);
    std::size_t last = 0, total = 0;
    auto watch = [&](const FitProgress& now) {
        last = now.done;
        total = now.total;
        return true;
    };
    static_cast<void>(
        fit_mahalanobis(view(values, 2), {.estimate = CovarianceEstimate::robust, .progress = watch}));
    CHECK(last == total);
    CHECK(total > 100);
    auto stop = [](const FitProgress& now) { return now.done < 20; };
    CHECK_THROWS_AS(
        fit_mahalanobis(view(values, 2), {.estimate = CovarianceEstimate::robust, .progress = stop}),
        FitCancelled);
}

TEST_CASE("fit_mahalanobis: a robust fit that runs out of memory throws", "[models]") {
    const auto values = cloud(60, 5);
    const testing::AllocationCount count;
    static_cast<void>(robust(view(values, 2)));
    const std::uint64_t all = count.since_start();
    REQUIRE(all > 1000);
    for (std::uint64_t first = 1; first < all; first *= 2) {
        bool thrown = false;
        try {
            const testing::FailingAllocations failing{first};
            static_cast<void>(robust(view(values, 2)));
        } catch (const std::bad_alloc&) {
            thrown = true;
        }
        CHECK(thrown);
    }
}
