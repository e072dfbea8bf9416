// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_ecod.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

TEST_CASE("fit_ecod: columns are kept sorted, and the rows calibrate", "[models]") {
    Rng rng{1};
    std::vector<float> values(1000 * 2);
    for (float& value : values) value = static_cast<float>(rng.normal());
    const EcodModel model = fit_ecod({values.data(), 1000, 2});
    CHECK(model.rows() == 1000);
    CHECK(std::is_sorted(model.values(1).begin(), model.values(1).end()));
    int above = 0;
    for (std::size_t i = 0; i < 1000; ++i)
        above += model.score({values.data() + 2 * i, 2}).value > model.default_threshold() ? 1 : 0;
    CHECK(above <= 10);
    CHECK(above >= 8);
    CHECK(model.score(std::vector<float>{9, 9}).value == Approx(2 * std::log(1000)));
}

TEST_CASE("fit_ecod: one row and identical rows score nothing but what differs", "[models]") {
    const std::vector<float> same{1, 2, 1, 2, 1, 2};
    for (const std::size_t count : {1U, 3U}) {
        const EcodModel model = fit_ecod({same.data(), count, 2});
        CHECK(model.score({same.data(), 2}) == Score{0, Status::ok});
        CHECK(model.score(std::vector<float>{1, 3}).value == Approx(std::log(static_cast<double>(count))));
        CHECK(model.default_threshold() == ScoreCalibration::floor);
    }
}

TEST_CASE("fit_ecod: rows that cannot be are refused, and false cancels", "[models]") {
    const std::vector<float> bad{1, std::bit_cast<float>(0x7fc0'0001U)};
    CHECK_THROWS_AS(fit_ecod({}), std::invalid_argument);
    CHECK_THROWS_WITH(fit_ecod({bad.data(), 2, 1}),
                      "fit_ecod: row 1 is not finite, must be finite in every feature");
    auto stop = [](const FitProgress&) { return false; };
    CHECK_THROWS_AS(fit_ecod({bad.data(), 1, 1}, {.progress = stop}), FitCancelled);
}
