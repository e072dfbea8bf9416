// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_one_class_svm.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

struct Data {
    std::vector<float> values;
    std::size_t count, dimension;
    [[nodiscard]] MatrixView view() const { return {values.data(), count, dimension}; }
};

Data cloud(std::uint64_t seed, std::size_t count, std::size_t dimension, double scale = 1,
           double offset = 0) {
    Rng rng{seed};
    Data data{std::vector<float>(count * dimension), count, dimension};
    for (float& value : data.values) value = static_cast<float>(offset + scale * rng.normal());
    return data;
}

double sum_of(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
}

double share_outside(const OneClassSvmModel& model, MatrixView rows) {
    double outside = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i)
        outside += model.decision(rows.row(i)).value() < -1e-6 ? 1 : 0;
    return outside / static_cast<double>(rows.rows());
}

}  // namespace

TEST_CASE("fit_one_class_svm: nu bounds the share outside from above, that of support vectors from below",
          "[models]") {
    const Data data = cloud(1, 300, 3);
    for (const double nu : {0.02, 0.1, 0.5, 0.9}) {
        const auto model = fit_one_class_svm(data.view(), {.nu = nu, .tolerance = 1e-8});
        CHECK(model.converged());
        CHECK(share_outside(model, data.view()) <= nu);
        CHECK(static_cast<double>(model.expansion().coefficients().size()) >= nu * 300);
        CHECK(sum_of(model.expansion().coefficients()) == Approx(nu * 300));
        for (const double alpha : model.expansion().coefficients()) CHECK((alpha > 0 && alpha <= 1));
    }
}

TEST_CASE("fit_one_class_svm: two rows share the weight, by symmetry", "[models]") {
    const std::vector<float> values{0, 2};
    const auto model = fit_one_class_svm({values.data(), 2, 1}, {.nu = 0.6, .gamma = 0.5, .tolerance = 1e-9});
    REQUIRE(model.expansion().coefficients().size() == 2);
    CHECK(model.expansion().coefficients()[0] == Approx(0.6).epsilon(1e-7));
    const double k = std::exp(-2.0);
    CHECK(model.rho() == Approx(0.6 * (1 + k)).epsilon(1e-6));
    CHECK(model.decision(std::vector<float>{1}).value() ==
          Approx(1.2 * std::exp(-0.5) - 0.6 * (1 + k)).epsilon(1e-6));
}

TEST_CASE("fit_one_class_svm: linear, the nearest row to the origin is the normal of the plane", "[models]") {
    // With nu below 1 / rows the margin is hard: the plane through the point of the hull that is nearest to the origin.
    const std::vector<float> values{3, 4, 6, 8, 3, 9, 7, 3};
    const auto model = fit_one_class_svm({values.data(), 4, 2},
                                         {.nu = 0.2, .kernel = SvmKernel::linear, .tolerance = 1e-10});
    const auto w = model.expansion().weights();
    CHECK(w[1] / w[0] == Approx(4.0 / 3));
    CHECK(model.decision(std::vector<float>{3, 4}).value() == Approx(0).margin(1e-9));
    CHECK(model.score(std::vector<float>{0, 0}).value > model.score(std::vector<float>{3, 4}).value);
    CHECK(model.score(std::vector<float>{9, 9}).value < model.boundary());
}

TEST_CASE("fit_one_class_svm: a whole weight counts like as many rows", "[models]") {
    const Data data = cloud(2, 60, 2);
    Rng rng{3};
    std::vector<double> weights;
    Data repeated{{}, 0, 2};
    for (std::size_t i = 0; i < 60; ++i) {
        weights.push_back(static_cast<double>(rng.below(4)));
        for (double k = 0; k < weights[i]; ++k) {
            repeated.values.insert(repeated.values.end(), data.view().row(i).begin(),
                                   data.view().row(i).end());
            ++repeated.count;
        }
    }
    const OneClassSvmOptions options{.nu = 0.3, .gamma = 0.7, .tolerance = 1e-9};
    auto weighted_options = options;
    weighted_options.weights = weights;
    const auto weighted = fit_one_class_svm(data.view(), weighted_options);
    const auto plain = fit_one_class_svm(repeated.view(), options);
    for (std::size_t i = 0; i < 60; ++i)
        CHECK(weighted.decision(data.view().row(i)).value() ==
              Approx(plain.decision(data.view().row(i)).value()).margin(1e-5));
    CHECK(weighted.calibration().count() <= 60);
}

TEST_CASE("fit_one_class_svm: gamma is one over the summed variances when none is given", "[models]") {
    const std::vector<float> values{0, 7, 2, 7, 4, 7, 6, 7};
    CHECK(fit_one_class_svm({values.data(), 4, 2}).expansion().gamma() == Approx(1.0 / 5));
    const std::vector<float> equal(8, 3.0F);
    CHECK(fit_one_class_svm({equal.data(), 4, 2}).expansion().gamma() == 1);
}

TEST_CASE("fit_one_class_svm: the smallest cache gives the same model to the byte", "[models]") {
    const Data data = cloud(4, 200, 4);
    CHECK(to_bytes(fit_one_class_svm(data.view(), {.cache_bytes = 0})) ==
          to_bytes(fit_one_class_svm(data.view())));
}

TEST_CASE("fit_one_class_svm: training rows are judged without their own term", "[models]") {
    const Data data = cloud(5, 40, 2);
    const auto model = fit_one_class_svm(data.view(), {.nu = 0.5, .gamma = GENERATE(0.5, 200.0)});
    const SvmExpansion& e = model.expansion();
    double highest = 0;
    for (std::size_t i = 0; i < e.coefficients().size(); ++i) {
        long double sum = 0, all = 0;
        for (std::size_t k = 0; k < e.coefficients().size(); ++k) {
            if (k == i) continue;
            long double squares = 0;
            for (std::size_t j = 0; j < 2; ++j) {
                const auto x = static_cast<long double>(e.vectors().row(i)[j]),
                           y = static_cast<long double>(e.vectors().row(k)[j]);
                squares += (x - y) * (x - y);
            }
            sum += static_cast<long double>(e.coefficients()[k]) *
                   std::exp(-static_cast<long double>(e.gamma()) * squares);
            all += static_cast<long double>(e.coefficients()[k]);
        }
        highest = std::max(highest, static_cast<double>(-std::log(sum / all)));
    }
    // Of 40 rows none may exceed the threshold: the highest is a support vector.
    CHECK(model.default_threshold() == Approx(highest).epsilon(1e-3));
}

TEST_CASE("fit_one_class_svm: about 1 % of new rows exceed the default threshold", "[models]") {
    const Data data = cloud(6, 2000, 4), fresh = cloud(7, 10'000, 4);
    const auto model = fit_one_class_svm(data.view(), {.nu = 0.2});
    double above = 0;
    for (std::size_t i = 0; i < fresh.count; ++i)
        above += model.score(fresh.view().row(i)).value > model.default_threshold() ? 1 : 0;
    CHECK(above / 10'000 > 0.005);
    CHECK(above / 10'000 < 0.02);
}

TEST_CASE("fit_one_class_svm: one row, equal rows and a nu of 1 give sound models", "[models]") {
    const std::vector<float> one{1, 2, 3}, other{1, 2, 4};
    const auto single = fit_one_class_svm({one.data(), 1, 3});
    CHECK(single.score(one).value == Approx(0).margin(1e-7));
    CHECK(single.score(other).value == Approx(1).epsilon(1e-5));
    std::vector<float> equal;
    for (int i = 0; i < 100; ++i) equal.insert(equal.end(), one.begin(), one.end());
    const auto same = fit_one_class_svm({equal.data(), 100, 3});
    CHECK(same.score(one).value <= same.default_threshold());
    CHECK(same.score(other).value > same.default_threshold());
    const Data data = cloud(8, 30, 2);
    const auto all = fit_one_class_svm(data.view(), {.nu = 1});
    CHECK(all.expansion().coefficients().size() == 30);
    CHECK(is_finite(all.rho()));
}

TEST_CASE("fit_one_class_svm: rows near the ends of float are taken", "[models]") {
    const double scale = GENERATE(1e-30, 1e-15, 1e15, 1e30, 1e37);
    const Data data = cloud(9, 50, 3, scale), unit = cloud(9, 50, 3);
    const auto model = fit_one_class_svm(data.view(), {.nu = 0.2}),
               usual = fit_one_class_svm(unit.view(), {.nu = 0.2});
    for (std::size_t i = 0; i < 50; ++i)
        CHECK(model.score(data.view().row(i)).value ==
              Approx(usual.score(unit.view().row(i)).value).epsilon(1e-2).margin(1e-3));
}

TEST_CASE("fit_one_class_svm: tells how far it is, and ends when it is told to", "[models]") {
    const Data data = cloud(10, 300, 3);
    std::size_t calls = 0, last = 0;
    bool rising = true;
    auto count = [&](const FitProgress& now) {
        ++calls;
        rising = rising && now.done >= last && now.done >= 1 && now.done <= now.total;
        last = now.done;
        return true;
    };
    static_cast<void>(fit_one_class_svm(data.view(), {.progress = count}));
    CHECK(calls >= 2);
    CHECK(rising);
    const auto stop = [](const FitProgress&) { return false; };
    CHECK_THROWS_AS(fit_one_class_svm(data.view(), {.progress = stop}), FitCancelled);
}

TEST_CASE("fit_one_class_svm: the solver stops after as many iterations as allowed", "[models]") {
    const Data data = cloud(11, 300, 3);
    const auto model = fit_one_class_svm(data.view(), {.max_iterations = 2});
    CHECK(model.iterations() == 2);
    CHECK_FALSE(model.converged());
    CHECK(sum_of(model.expansion().coefficients()) == Approx(150));
}

TEST_CASE("fit_one_class_svm: what is out of range is refused with its name", "[models]") {
    const Data data = cloud(12, 5, 2);
    const auto refused = [&](const OneClassSvmOptions& options, const std::string& name) {
        CHECK_THROWS_WITH(fit_one_class_svm(data.view(), options), Catch::Matchers::ContainsSubstring(name));
    };
    const double none = std::bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0001U});
    for (const double nu : {0.0, -1.0, 1.1, none}) refused({.nu = nu}, "nu");
    for (const double gamma : {-1.0, 1e101, none}) refused({.gamma = gamma}, "gamma");
    for (const double tolerance : {0.0, 2.0, none}) refused({.tolerance = tolerance}, "tolerance");
    const std::vector<double> few{1, 2}, negative{1, 1, 1, 1, -1}, zeros(5), huge{1, 1, 1, 1, 1e7};
    for (const auto* weights : {&few, &negative, &zeros, &huge}) refused({.weights = *weights}, "weight");
    CHECK_THROWS_AS(fit_one_class_svm({}), std::invalid_argument);
    Data broken = data;
    broken.values[7] = std::bit_cast<float>(0x7fc0'0001U);
    CHECK_THROWS_WITH(fit_one_class_svm(broken.view()), Catch::Matchers::ContainsSubstring("row 3"));
    const std::vector<float> far{1e20F, 1e20F};
    CHECK_THROWS_WITH(fit_one_class_svm({far.data(), 1, 2}, {.kernel = SvmKernel::linear}),
                      Catch::Matchers::ContainsSubstring("row 0"));
}
