// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/range.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "unit/core/special_values.hpp"

using namespace sonde;
using namespace sonde::testing;

TEST_CASE("in_range: takes finite numbers below the largest value", "[stats][boundary]") {
    using D = std::numeric_limits<double>;
    const double below = std::nextafter(detail::largest_value, 0.0);
    for (const double x : {0.0, -0.0, 1.0, D::min(), D::denorm_min(), below, -below})
        CHECK(detail::in_range(x));
    for (const double x : {detail::largest_value, -detail::largest_value, D::max(), D::lowest()})
        CHECK_FALSE(detail::in_range(x));
    for (const std::uint64_t bits : not_finite_bits) CHECK_FALSE(detail::in_range(from_bits(bits)));
}

TEST_CASE("rounded: is the same number, and not folded away", "[stats]") {
    CHECK(detail::rounded(0.1) == 0.1);
    const volatile double x = 1e9 + 0.5, shift = 1e9, mean = 0.1234567890123;
    CHECK(detail::rounded(x - shift) - mean == 0.5 - 0.1234567890123);
}

TEST_CASE("probability: clamps whatever it gets", "[stats][boundary]") {
    CHECK(detail::probability(0.25) == 0.25);
    CHECK(detail::probability(0) == 0);
    CHECK(detail::probability(1) == 1);
    CHECK(detail::probability(-1) == 0);
    CHECK(detail::probability(2) == 1);
    CHECK(detail::probability(nan()) == 0);
}
