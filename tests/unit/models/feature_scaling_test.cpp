// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/feature_scaling.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// Three features: normal around 1000, 0 to 1, and constant.
std::vector<float> mixed(std::size_t rows) {
    Rng rng{1};
    std::vector<float> values;
    for (std::size_t i = 0; i < rows; ++i) {
        values.push_back(static_cast<float>(1000 + 50 * rng.normal()));
        values.push_back(static_cast<float>(rng.uniform()));
        values.push_back(-7.3F);
    }
    return values;
}

struct Spread {
    double mean = 0, stddev = 0, least = 1e9, most = -1e9;
};
Spread spread(const std::vector<float>& values, std::size_t feature) {
    Spread s;
    const double n = static_cast<double>(values.size()) / 3;
    for (std::size_t i = feature; i < values.size(); i += 3) {
        const auto x = static_cast<double>(values[i]);
        s.mean += x / n;
        s.least = std::fmin(s.least, x);
        s.most = std::fmax(s.most, x);
    }
    for (std::size_t i = feature; i < values.size(); i += 3) {
        const double d = static_cast<double>(values[i]) - s.mean;
        s.stddev += d * d / n;
    }
    s.stddev = std::sqrt(s.stddev);
    return s;
}

const auto values = mixed(4000);
const MatrixView rows{values.data(), 4000, 3};

}  // namespace

TEST_CASE("FeatureScaling: standard gives mean 0 and deviation 1", "[models]") {
    const auto scaled = FeatureScaling{rows, Scaling::standard}.apply(rows);
    for (const std::size_t feature : {0U, 1U}) {
        CHECK(spread(scaled, feature).mean == Approx(0).margin(1e-6));
        CHECK(spread(scaled, feature).stddev == Approx(1));
    }
    CHECK(spread(scaled, 2).most == 0);
}

TEST_CASE("FeatureScaling: robust is about standard for normal data, and outliers do not move it",
          "[models]") {
    const FeatureScaling robust{rows, Scaling::robust};
    CHECK(robust.centre()[0] == Approx(1000).epsilon(0.01));
    CHECK(robust.scale()[0] == Approx(50).epsilon(0.05));
    auto spoilt = values;
    for (std::size_t i = 0; i < 100; ++i) spoilt[3 * i] = 1e30F;
    const FeatureScaling still{{spoilt.data(), 4000, 3}, Scaling::robust};
    CHECK(still.scale()[0] == Approx(robust.scale()[0]).epsilon(0.1));
}

TEST_CASE("FeatureScaling: robust takes the deviation where the quartiles are equal", "[models]") {
    std::vector<float> mostly_zero(100, 0.0F);
    for (std::size_t i = 0; i < 10; ++i) mostly_zero[i] = 10;
    const FeatureScaling scaling{{mostly_zero.data(), 100, 1}, Scaling::robust};
    CHECK(scaling.scale()[0] == Approx(3));
}

TEST_CASE("FeatureScaling: range gives 0 to 1", "[models]") {
    const auto scaled = FeatureScaling{rows, Scaling::range}.apply(rows);
    for (const std::size_t feature : {0U, 1U}) {
        CHECK(spread(scaled, feature).least == 0);
        CHECK(spread(scaled, feature).most == 1);
    }
}

TEST_CASE("FeatureScaling: robust_asinh is the asinh of robust", "[models]") {
    const FeatureScaling robust{rows, Scaling::robust}, asinh{rows, Scaling::robust_asinh};
    const std::vector<float> row{5000, 0.3F, 2};
    std::vector<float> a(3), b(3);
    robust.apply(row, a);
    asinh.apply(row, b);
    for (std::size_t i = 0; i < 3; ++i) CHECK(b[i] == Approx(std::asinh(a[i])));
}

TEST_CASE("FeatureScaling: a constant feature keeps its unit, and none leaves all as it is", "[models]") {
    for (const Scaling scaling : {Scaling::standard, Scaling::robust, Scaling::robust_asinh, Scaling::range})
        CHECK(FeatureScaling{rows, scaling}.scale()[2] == 1);
    CHECK(FeatureScaling{rows, Scaling::none}.apply(rows) == values);
}

TEST_CASE("FeatureScaling: rows far away stay finite", "[models]") {
    const std::vector<float> tiny{0, 1e-38F, 2e-38F}, row{3e38F};
    std::vector<float> out(1);
    FeatureScaling{{tiny.data(), 3, 1}, Scaling::standard}.apply(row, out);
    CHECK(out[0] == 1e18F);
}

TEST_CASE("FeatureScaling: refuses rows that it cannot learn from, or of another width", "[models]") {
    CHECK_THROWS_AS((FeatureScaling{{values.data(), 0, 3}, Scaling::standard}), std::invalid_argument);
    CHECK_THROWS_AS((FeatureScaling{{values.data(), 3, 0}, Scaling::standard}), std::invalid_argument);
    const FeatureScaling scaling{rows, Scaling::standard};
    CHECK_THROWS_AS(scaling.apply({values.data(), 10, 2}), std::invalid_argument);
}

TEST_CASE("FeatureScaling: what is read scales alike, and nothing else is read", "[models]") {
    const FeatureScaling scaling{rows, Scaling::robust_asinh};
    const auto bytes = to_bytes(scaling);
    const auto again = from_bytes<FeatureScaling>(bytes);
    CHECK(to_bytes(again) == bytes);
    CHECK(again.apply(rows) == scaling.apply(rows));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(from_bytes<FeatureScaling>({bytes.data(), size}), FormatError);
    ByteWriter writer;
    writer.u8(1);
    writer.f64s(std::vector<double>{1, 2});
    writer.f64s(std::vector<double>{1, 0});
    ByteReader reader{writer.bytes()};
    CHECK_THROWS_AS(FeatureScaling::read(reader, 1), FormatError);
}
