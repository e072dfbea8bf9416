// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "models/neural/parameters.hpp"
#include "support/catch.hpp"

namespace sonde::testing {

/// How far gradients are from differences of fourth order, by the size of both, at most. Those of second order are off
/// by as much as is asked for.
/// \param loss  of `numbers` as they are
template <class LossNow>
double worst_difference(std::vector<detail::LayerNumbers<double>>& numbers,
                        std::vector<detail::LayerNumbers<double>> gradients, const LossNow& loss) {
    constexpr double step = 3e-5;
    double worst = 0;
    REQUIRE(gradients.size() == numbers.size());
    for (std::size_t layer = 0; layer < numbers.size(); ++layer)
        for (std::size_t part = 0; part < detail::LayerNumbers<double>::parts; ++part) {
            auto& values = *numbers[layer].all(part);
            const auto& found = *gradients[layer].all(part);
            REQUIRE(found.size() == values.size());
            for (std::size_t i = 0; i < values.size(); ++i) {
                const double before = values[i];
                const auto difference = [&](double by) {
                    values[i] = before + by;
                    const double above = loss();
                    values[i] = before - by;
                    return above - loss();
                };
                const double expected = (8 * difference(step) - difference(2 * step)) / (12 * step);
                values[i] = before;
                const double size = std::max({std::abs(expected), std::abs(found[i]), 1e-3});
                worst = std::max(worst, std::abs(found[i] - expected) / size);
            }
        }
    return worst;
}

}  // namespace sonde::testing
