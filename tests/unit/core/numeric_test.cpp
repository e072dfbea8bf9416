// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/numeric.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "unit/core/quantile_table.hpp"
#include "unit/core/special_values.hpp"

using namespace sonde;
using namespace sonde::testing;

TEST_CASE("is_finite: false for NaN and the infinities, whatever the flags", "[core][law]") {
    for (const std::uint64_t bits : not_finite_bits) {
        CAPTURE(bits);
        CHECK_FALSE(is_finite(from_bits(bits)));
    }
    for (const std::uint32_t bits :
         {0x7f80'0000U, 0xff80'0000U, 0x7fc0'0000U, 0xffc0'0000U, 0x7f80'0001U, ~0U}) {
        CAPTURE(bits);
        CHECK_FALSE(is_finite(float_from_bits(bits)));
    }
}

TEST_CASE("is_finite: true for every other kind of number", "[core]") {
    using D = std::numeric_limits<double>;
    using F = std::numeric_limits<float>;
    for (const double x :
         {0.0, -0.0, 1.0, -1.0, D::min(), D::denorm_min(), -D::denorm_min(), D::max(), D::lowest()})
        CHECK(is_finite(x));
    for (const float x : {0.0F, -0.0F, 1.0F, -1.0F, F::min(), F::denorm_min(), F::max(), F::lowest()})
        CHECK(is_finite(x));
}

TEST_CASE("all_finite: finds one bad element at any place", "[core]") {
    CHECK(all_finite({}));
    std::vector<float> row(67, 1.5F);
    CHECK(all_finite(row));
    for (std::size_t i = 0; i < row.size(); ++i) {
        for (const std::uint32_t bits : {0x7f80'0000U, 0xff80'0000U, 0x7fc0'0000U}) {
            row[i] = float_from_bits(bits);
            CAPTURE(i, bits);
            CHECK_FALSE(all_finite(row));
        }
        row[i] = std::numeric_limits<float>::max();
    }
    CHECK(all_finite(row));
}

TEST_CASE("normal_quantile: agrees with SciPy to 1e-14", "[core][golden]") {
    for (const auto& known : normal_quantiles) {
        CAPTURE(known.p);
        CHECK(std::abs(normal_quantile(known.p) - known.z) <= 1e-14 * std::abs(known.z));
    }
}

TEST_CASE("normal_quantile: inverts the distribution function", "[core][law]") {
    for (double p = 0.0005; p < 1; p += 0.001) {
        const double back = 0.5 * std::erfc(-normal_quantile(p) / std::sqrt(2.0));
        CAPTURE(p);
        CHECK(std::abs(back - p) <= 1e-14);
    }
}

TEST_CASE("Quantile functions: a probability that has no finite quantile counts as the nearest that has",
          "[core]") {
    CHECK(normal_quantile(0) == normal_quantile(1e-300));
    CHECK(normal_quantile(-0.1) == normal_quantile(1e-300));
    CHECK(normal_quantile(1) == normal_quantile(1 - 0x1p-53));
    CHECK(normal_quantile(1.1) == normal_quantile(1 - 0x1p-53));
    CHECK(is_finite(normal_quantile(1)));
    CHECK(chi_squared_quantile(1, 3) == chi_squared_quantile(1 - 0x1p-53, 3));
    CHECK(is_finite(chi_squared_quantile(1, 3)));
}

TEST_CASE("chi_squared_quantile: agrees with SciPy to 1e-10", "[core][golden]") {
    for (const auto& known : chi_squared_quantiles) {
        CAPTURE(known.p, known.degrees);
        CHECK(std::abs(chi_squared_quantile(known.p, known.degrees) - known.x) <= 1e-10 * known.x);
    }
}
