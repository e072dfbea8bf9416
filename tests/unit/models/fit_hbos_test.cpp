// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_hbos.hpp"

#include <bit>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

HbosModel of(const std::vector<float>& values, const HbosOptions& options) {
    return fit_hbos({values.data(), values.size(), 1}, options);
}

std::vector<std::uint64_t> counts(const HbosModel& model) { return model.histogram(0).counts; }

}  // namespace

TEST_CASE("fit_hbos: static bins are equally wide, and the highest value is in the last", "[models]") {
    const auto model = of({0, 1, 2, 3, 9, 10}, {.bins = 5});
    CHECK(model.histogram(0).edges == std::vector<float>{0, 2, 4, 6, 8, 10});
    CHECK(counts(model) == std::vector<std::uint64_t>{2, 2, 0, 0, 2});
}

TEST_CASE("fit_hbos: dynamic bins hold equally many rows, and equal values share one", "[models]") {
    const HbosOptions options{.form = HbosForm::dynamic_width, .bins = 3};
    const auto model = of({0, 1, 2, 4, 5, 9}, options);
    CHECK(model.histogram(0).edges == std::vector<float>{0, 1.5F, 4.5F, 9});
    CHECK(counts(model) == std::vector<std::uint64_t>{2, 2, 2});
    const auto ties = of({1, 1, 1, 1, 2, 3}, options);
    CHECK(ties.histogram(0).edges == std::vector<float>{1, 1.5F, 3});
    CHECK(counts(ties) == std::vector<std::uint64_t>{4, 2});
    const auto binary = of({0, 0, 0, 0, 0, 0, 0, 0, 1}, options);
    CHECK(counts(binary) == std::vector<std::uint64_t>{8, 1});
}

TEST_CASE("fit_hbos: without a number there are as many bins as the root of the rows", "[models]") {
    Rng rng{1};
    std::vector<float> values(900);
    for (float& value : values) value = static_cast<float>(rng.normal());
    CHECK(counts(of(values, {})).size() == 30);
    const auto dynamic = counts(of(values, {.form = HbosForm::dynamic_width}));
    CHECK(dynamic == std::vector<std::uint64_t>(30, 30));
}

TEST_CASE("fit_hbos: floats that are neighbours are told apart, and none is lost", "[models]") {
    const float one = 1, next = std::bit_cast<float>(0x3f80'0001U),
                third = std::bit_cast<float>(0x3f80'0002U);
    for (const auto form : {HbosForm::static_width, HbosForm::dynamic_width}) {
        const auto model = of({one, one, next, third}, {.form = form, .bins = 100});
        std::uint64_t sum = 0;
        for (const auto count : counts(model)) sum += count;
        CHECK(sum == 4);
        CHECK(model.score(std::vector<float>{one}) == Score{0, Status::ok});
    }
}

TEST_CASE("fit_hbos: one row and identical rows score nothing but what differs", "[models]") {
    for (const std::size_t count : {1U, 7U}) {
        const auto model = of(std::vector<float>(count, 3), {});
        CHECK(model.score(std::vector<float>{3}) == Score{0, Status::ok});
        CHECK(model.score(std::vector<float>{4}).value == Approx(std::log(2.0 * static_cast<double>(count))));
    }
}

TEST_CASE("fit_hbos: values at the ends of float are counted", "[models]") {
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    for (const auto form : {HbosForm::static_width, HbosForm::dynamic_width}) {
        const auto model = of({-largest, 0, 1, largest}, {.form = form, .bins = 4});
        CHECK(model.score(std::vector<float>{largest}).value < 100);
    }
}

TEST_CASE("fit_hbos: the default threshold calls about 1 % of the rows anomalous", "[models]") {
    Rng rng{2};
    std::vector<float> values(2000 * 3);
    for (float& value : values) value = static_cast<float>(rng.normal());
    const auto model = fit_hbos({values.data(), 2000, 3});
    int above = 0;
    for (std::size_t i = 0; i < 2000; ++i)
        above += model.score({values.data() + 3 * i, 3}).value > model.default_threshold() ? 1 : 0;
    CHECK(above <= 20);
    CHECK(above >= 15);
}

TEST_CASE("fit_hbos: rows and options that cannot be are refused, and false cancels", "[models]") {
    CHECK_THROWS_AS(fit_hbos({}), std::invalid_argument);
    CHECK_THROWS_WITH(of({1, std::bit_cast<float>(0x7fc0'0001U)}, {}),
                      "fit_hbos: row 1 is not finite, must be finite in every feature");
    CHECK_THROWS_WITH(of({1}, {.bins = 70'000}), "fit_hbos: bins is 70000, must be in [0, 65536]");
    CHECK_THROWS_AS(of({1}, {.form = static_cast<HbosForm>(2)}), std::invalid_argument);
    auto stop = [](const FitProgress&) { return false; };
    CHECK_THROWS_AS(of({1}, {.progress = stop}), FitCancelled);
}
