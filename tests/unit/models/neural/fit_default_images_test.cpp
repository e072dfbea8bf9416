// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/fit_default_images.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/neural/fit_autoencoder.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

constexpr std::size_t side = 8, pixels = side * side;

/// Pictures of a soft bar, upright or lying, at a place of chance.
std::vector<float> bars(std::size_t count, bool upright, std::uint64_t seed) {
    Rng rng{seed};
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) {
        const double place = 1 + 5 * rng.uniform();
        for (std::size_t p = 0; p < pixels; ++p) {
            const double off = static_cast<double>(upright ? p % side : p / side) - place;
            values.push_back(static_cast<float>(std::exp(-off * off)));
        }
    }
    return values;
}

MatrixView view(const std::vector<float>& values) { return {values.data(), values.size() / pixels, pixels}; }

double share_above(const EnsembleModel& model, MatrixView rows) {
    double above = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i)
        above += model.score(rows.row(i)).value > model.default_threshold() ? 1 : 0;
    return above / static_cast<double>(rows.rows());
}

}  // namespace

TEST_CASE("fit_default_images: lying bars among upright ones stand out, new upright ones do not",
          "[models]") {
    const auto train = bars(400, true, 1), fresh = bars(300, true, 2), odd = bars(300, false, 3);
    std::vector<FitProgress> seen;
    const auto progress = [&](const FitProgress& now) {
        seen.push_back(now);
        return true;
    };
    const EnsembleModel model = fit_default_images(view(train), {.steps = 3000, .progress = progress});
    CHECK(model.members().size() == 2);
    CHECK(model.calibration().count() == 40);
    CHECK(share_above(model, view(odd)) > 0.99);
    CHECK(share_above(model, view(fresh)) <
          0.08);  // of 40 rows the threshold is the highest: 2.5 % are expected

    const std::size_t epochs = denoising_options(360, 1, 3000).training.epochs;
    CHECK(epochs * 12 >= 3000);
    CHECK((epochs - 1) * 12 < 3000);
    REQUIRE(seen.size() == epochs + 1);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        CHECK(seen[i].done == i + 1);
        CHECK(seen[i].total == seen.size());
    }
}

TEST_CASE("fit_default_images: what it cannot take is refused, and it can be stopped", "[models]") {
    auto values = bars(20, true, 1);
    CHECK_THROWS_AS(fit_default_images({values.data(), 9, pixels}), std::invalid_argument);
    for (const double held_out : {0.0, 1.0, -0.5})
        CHECK_THROWS_AS(fit_default_images(view(values), {.held_out = held_out}), std::invalid_argument);
    CHECK_THROWS_AS(fit_default_images(view(values), {.reference_rows = 1}), std::invalid_argument);
    CHECK_THROWS_AS(fit_default_images(view(values), {.steps = 0}), std::invalid_argument);
    const auto stop = [](const FitProgress& now) { return now.done < 3; };
    CHECK_THROWS_AS(fit_default_images(view(values), {.progress = stop}), FitCancelled);
    values[7] = 1.5F;
    CHECK_THROWS_AS(fit_default_images(view(values)), std::invalid_argument);
}
