// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/error.hpp"

#include <stdexcept>

#include "support/catch.hpp"

using namespace sonde;

TEST_CASE("fail: says where, what, the value and what is allowed", "[core]") {
    CHECK_THROWS_WITH(fail("GaussianScorer", "decay", 1.5, "in (0, 1]"),
                      "GaussianScorer: decay is 1.5, must be in (0, 1]");
    CHECK_THROWS_WITH(fail("Registry", "name", "a b", "made of letters"),
                      "Registry: name is a b, must be made of letters");
    CHECK_THROWS_AS(fail("A", "b", 0, "c"), std::invalid_argument);
    CHECK_THROWS_AS(fail("A", "b", "x", "c"), std::invalid_argument);
}

TEST_CASE("fail: writes numbers as a reader would", "[core]") {
    CHECK_THROWS_WITH(fail("A", "b", 0.1, "c"), "A: b is 0.1, must be c");
    CHECK_THROWS_WITH(fail("A", "b", -3, "c"), "A: b is -3, must be c");
    CHECK_THROWS_WITH(fail("A", "b", 1048577, "c"), "A: b is 1048577, must be c");
}

TEST_CASE("fail_format: is a FormatError, which is not an invalid argument", "[core]") {
    CHECK_THROWS_WITH(fail_format("Moments", "truncated"), "Moments: truncated");
    CHECK_THROWS_AS(fail_format("Moments", "truncated"), FormatError);
    static_assert(std::is_base_of_v<std::runtime_error, FormatError>);
    static_assert(!std::is_base_of_v<std::invalid_argument, FormatError>);
}
