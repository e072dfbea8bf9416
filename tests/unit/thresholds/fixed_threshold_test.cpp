// SPDX-License-Identifier: Apache-2.0
#include "sonde/thresholds/fixed_threshold.hpp"

#include <bit>
#include <cmath>
#include <stdexcept>

#include "sonde/core/concepts.hpp"
#include "sonde/core/error.hpp"
#include "support/catch.hpp"

using namespace sonde;

TEST_CASE("FixedThreshold: an anomaly is strictly above it", "[thresholds]") {
    STATIC_REQUIRE(Threshold<FixedThreshold>);
    const double bound = GENERATE(3.0, 0.1, 1e-9, 1e12, 1.9999999);
    const FixedThreshold threshold{bound};
    CHECK_FALSE(threshold.judge({bound, Status::ok}).anomalous);
    CHECK(threshold.judge({bound, Status::ok}).level() == 1);
    const Verdict above = threshold.judge({std::nextafter(bound, 2 * bound), Status::ok});
    CHECK(above.anomalous);
    CHECK(above.level() > 1);
    CHECK(above.threshold == bound);
    CHECK_FALSE(threshold.judge({std::nextafter(bound, 0.0), Status::ok}).anomalous);
}

TEST_CASE("FixedThreshold: a score that is not usable is never an anomaly", "[thresholds]") {
    const FixedThreshold threshold{1.0};
    for (const Status status : {Status::warming_up, Status::bad_input}) {
        const Verdict verdict = threshold.judge({5, status});
        CHECK_FALSE(verdict.anomalous);
        CHECK(verdict.level() == 0);
        CHECK(verdict.score.status == status);
    }
}

TEST_CASE("FixedThreshold: must be finite and above 0", "[thresholds]") {
    CHECK_THROWS_AS(FixedThreshold{0.0}, std::invalid_argument);
    CHECK_THROWS_AS(FixedThreshold{-1.0}, std::invalid_argument);
    CHECK_THROWS_AS(FixedThreshold{std::bit_cast<double>(0x7ff8'0000'0000'0000U)}, std::invalid_argument);
    CHECK_THROWS_AS(FixedThreshold{std::bit_cast<double>(0x7ff0'0000'0000'0000U)}, std::invalid_argument);
    CHECK_THROWS_WITH(FixedThreshold{-1.0}, "FixedThreshold: value is -1, must be finite and above 0");
}

TEST_CASE("FixedThreshold: is read back as it was written, and refused when it is none", "[thresholds]") {
    CHECK(from_bytes<FixedThreshold>(to_bytes(FixedThreshold{2.5})).value() == 2.5);
    ByteWriter writer;
    writer.format(FixedThreshold::format);
    writer.f64(-2.5);
    CHECK_THROWS_AS(from_bytes<FixedThreshold>(detail::seal(writer.bytes())), FormatError);
}
