// SPDX-License-Identifier: Apache-2.0
#include "models/nelder_mead.hpp"

#include <cstddef>

#include "support/catch.hpp"

using namespace sonde;
using detail::SmallPoint;

TEST_CASE("nelder_mead: finds the least of a bowl, whatever its coordinates are", "[models]") {
    for (std::size_t n = 1; n <= 4; ++n) {
        const auto bowl = [&](const SmallPoint& x) {
            double sum = 0;
            for (std::size_t i = 0; i < n; ++i) {
                const double away = x[i] - static_cast<double>(i) - 1;
                sum += static_cast<double>(i + 1) * away * away;
            }
            return sum;
        };
        const SmallPoint found = detail::nelder_mead(bowl, n, {}, 1, 1000);
        for (std::size_t i = 0; i < n; ++i)
            CHECK(found[i] == Approx(static_cast<double>(i) + 1).epsilon(1e-4));
    }
}

TEST_CASE("nelder_mead: finds its way through Rosenbrock's valley", "[models]") {
    const auto valley = [](const SmallPoint& x) {
        const double a = 1 - x[0], b = x[1] - x[0] * x[0];
        return a * a + 100 * b * b;
    };
    const SmallPoint found = detail::nelder_mead(valley, 2, {-1.2, 1}, 1, 1000);
    CHECK(found[0] == Approx(1).epsilon(1e-4));
    CHECK(found[1] == Approx(1).epsilon(1e-4));
}

TEST_CASE("nelder_mead: asks about as often as it may", "[models]") {
    std::size_t asked = 0;
    const auto count = [&](const SmallPoint& x) { return static_cast<double>(++asked) + x[0]; };
    static_cast<void>(detail::nelder_mead(count, 3, {}, 1, 100));
    CHECK(asked >= 100);
    CHECK(asked <= 105);
}
