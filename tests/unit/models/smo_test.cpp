// SPDX-License-Identifier: Apache-2.0
#include "models/smo.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "models/kernel_cache.hpp"
#include "models/svm_training.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::detail;

namespace {

std::vector<float> noise(Rng& rng, std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

double kernel_between(SvmKernel kernel, double gamma, Row x, Row y) {
    double squares = 0, product = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
        const double difference = static_cast<double>(x[j]) - static_cast<double>(y[j]);
        squares += difference * difference;
        product += static_cast<double>(x[j]) * static_cast<double>(y[j]);
    }
    return kernel == SvmKernel::rbf ? std::exp(-gamma * squares) : product;
}

}  // namespace

TEST_CASE("SvmMatrix: its rows are the kernel's values", "[models]") {
    Rng rng{1};
    const auto kernel = GENERATE(SvmKernel::rbf, SvmKernel::linear);
    const std::size_t count = GENERATE(1U, 16U, 37U);
    const double gamma = GENERATE(0.3, 1e-30);
    const auto values = noise(rng, count * 5);
    const MatrixView rows{values.data(), count, 5};
    const SvmMatrix matrix{kernel, gamma, rows};
    std::vector<float> row(matrix.padded());
    for (std::size_t i = 0; i < count; ++i) {
        matrix.fill(i, row.data());
        for (std::size_t j = 0; j < count; ++j)
            CHECK(static_cast<double>(row[j]) ==
                  Approx(kernel_between(kernel, gamma, rows.row(i), rows.row(j))).epsilon(1e-5).margin(1e-6));
        CHECK(matrix.diagonal(i) == Approx(kernel_between(kernel, gamma, rows.row(i), rows.row(i))));
    }
}

TEST_CASE("KernelCache: rows are right however few it holds, and the last two asked for stay", "[models]") {
    Rng rng{2};
    const auto values = noise(rng, 40 * 3);
    const SvmMatrix matrix{SvmKernel::rbf, 0.5, {values.data(), 40, 3}};
    std::vector<float> wanted(matrix.padded());
    KernelCache cache{matrix, GENERATE(0U, 1000U, 100'000U)};
    const float* before = cache.row(0);
    std::size_t last = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto now = static_cast<std::size_t>(rng.below(40));
        const float* row = cache.row(now);
        matrix.fill(now, wanted.data());
        REQUIRE(std::equal(wanted.begin(), wanted.end(), row));
        matrix.fill(last, wanted.data());
        REQUIRE(std::equal(wanted.begin(), wanted.end(), before));
        before = row;
        last = now;
    }
}

TEST_CASE("solve_smo: no pair of coefficients violates the optimum (Karush, Kuhn, Tucker)", "[models]") {
    Rng rng{3};
    const auto kernel = GENERATE(SvmKernel::rbf, SvmKernel::linear);
    const std::size_t count = GENERATE(1U, 2U, 30U, 200U);
    const double tolerance = GENERATE(1e-3, 1e-6);
    const auto values = noise(rng, count * 4);
    const MatrixView rows{values.data(), count, 4};
    const SvmMatrix matrix{kernel, 0.4, rows};
    KernelCache cache{matrix, 10'000};
    SmoProblem problem{std::vector<double>(count), std::vector<double>(count), std::vector<double>(count),
                       std::vector<double>(count)};
    double start = 0;
    for (std::size_t i = 0; i < count; ++i) {
        problem.low[i] = -rng.uniform();
        problem.high[i] = rng.uniform();
        problem.start[i] = i % 3 == 0 ? problem.high[i] : 0;
        problem.linear[i] = rng.normal();
        start += problem.start[i];
    }
    const auto solution = solve_smo(cache, problem, {tolerance, 1'000'000, "test", {}, 0, 1'000'000});
    CHECK(solution.converged);
    double sum = 0, up = 1e300, down = -1e300;
    for (std::size_t i = 0; i < count; ++i) {
        const double b = solution.coefficients[i];
        CHECK((b >= problem.low[i] && b <= problem.high[i]));
        sum += b;
        double gradient = problem.linear[i];
        for (std::size_t k = 0; k < count; ++k)
            gradient += solution.coefficients[k] * kernel_between(kernel, 0.4, rows.row(i), rows.row(k));
        if (b < problem.high[i]) up = std::min(up, gradient);
        if (b > problem.low[i]) down = std::max(down, gradient);
    }
    CHECK(sum == Approx(start).margin(1e-10));
    if (up < 1e300 && down > -1e300) {
        CHECK(down - up <= tolerance + 1e-4 * (kernel == SvmKernel::linear ? 1 : 0.1));
        CHECK((solution.rho >= up - 1e-4 && solution.rho <= down + 1e-4));
    }
}

TEST_CASE("solve_smo: stops when it is told to, and says so", "[models]") {
    Rng rng{4};
    const auto values = noise(rng, 100 * 4);
    const SvmMatrix matrix{SvmKernel::rbf, 0.4, {values.data(), 100, 4}};
    KernelCache cache{matrix, 10'000};
    SmoProblem problem{std::vector<double>(100, 0.5), std::vector<double>(100), std::vector<double>(100, 1.0),
                       std::vector<double>(100)};
    const auto solution = solve_smo(cache, problem, {1e-6, 3, "test", {}, 0, 3});
    CHECK(solution.iterations == 3);
    CHECK_FALSE(solution.converged);
}
