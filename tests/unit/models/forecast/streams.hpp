// SPDX-License-Identifier: Apache-2.0
#pragma once

// Streams with known habits, and what a forecaster leaves over of them.

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/forecast/forecaster.hpp"

namespace sonde::testing {

/// A sine of amplitude 1 with normal noise; from `jump` on a third of a period ahead.
inline std::vector<double> noisy_sine(std::size_t size, double period, double noise, std::uint64_t seed,
                                      std::size_t jump = ~std::size_t{0}) {
    Rng rng{seed};
    std::vector<double> values(size);
    for (std::size_t i = 0; i < size; ++i) {
        const double turns = static_cast<double>(i) / period + (i >= jump ? 1.0 / 3 : 0);
        values[i] = std::sin(2 * std::numbers::pi * turns) + noise * rng.normal();
    }
    return values;
}

/// The root of the mean squared error of one-step forecasts, from value `first` on.
template <Forecaster F>
double forecast_error(F forecaster, const std::vector<double>& values, std::size_t first) {
    double squares = 0, count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        double expected = 0;
        if (i >= first && forecaster.forecast({&expected, 1})) {
            squares += (values[i] - expected) * (values[i] - expected);
            ++count;
        }
        if constexpr (std::same_as<typename F::Input, double>) {
            forecaster.learn(values[i]);
        } else {
            const auto feature = static_cast<float>(values[i]);
            forecaster.learn(Row{&feature, 1});
        }
    }
    return count > 0 ? std::sqrt(squares / count) : -1;
}

}  // namespace sonde::testing
