// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/score.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace sonde;

namespace {

Verdict verdict(double value, double threshold, Status status = Status::ok) {
    Verdict result;
    result.score = {value, status};
    result.threshold = threshold;
    return result;
}

}  // namespace

TEST_CASE("Verdict: level is the score in units of its threshold", "[core]") {
    CHECK(verdict(6, 3).level() == 2);
    CHECK(verdict(1.5, 3).level() == 0.5);
    CHECK(verdict(0, 3).level() == 0);
}

TEST_CASE("Verdict: a score on its threshold has level 1", "[core][boundary]") {
    for (const double threshold : {1e-300, 0.1, 1.0 / 3, 3.0, 1e300})
        CHECK(verdict(threshold, threshold).level() == 1);
}

TEST_CASE("Verdict: a score that is not usable has level 0", "[core]") {
    CHECK(verdict(100, 3, Status::warming_up).level() == 0);
    CHECK(verdict(100, 3, Status::bad_input).level() == 0);
}

TEST_CASE("Verdict: without a threshold every score above 0 is as high as it gets, and finite", "[core]") {
    CHECK(verdict(1e-9, 0).level() == std::numeric_limits<double>::max());
    CHECK(verdict(0, 0).level() == 0);
}

TEST_CASE("Verdict: as it comes it is ordinary", "[core]") {
    CHECK(Verdict{}.level() == 0);
    CHECK_FALSE(Verdict{}.anomalous);
    CHECK(Verdict{} == Verdict{});
    CHECK(verdict(1, 2) != verdict(1, 3));
    CHECK(Score{1, Status::ok} != Score{1, Status::warming_up});
}
