// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/concepts.hpp"

#include "sonde/stats/moments.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

struct Distance {
    using Input = double;
    Score score(const double& x) const noexcept { return {x * x, Status::ok}; }
};

struct Mutating {
    using Input = double;
    Score score(const double&) noexcept { return {}; }
};

struct Throwing {
    using Input = double;
    Score score(const double&) const { return {}; }
};

struct Learning : Distance {
    void learn(const double&) noexcept {}
};

struct Rows {
    using Input = Row;
    Score score(const Row&) const noexcept { return {}; }
    void score_batch(MatrixView, std::span<Score>) const noexcept {}
    Verdict observe(const Row&) noexcept { return {}; }
    void observe_batch(MatrixView, std::span<Verdict>) noexcept {}
    Score attribute(const Row&, std::span<double>) const { return {}; }
};

struct Limit {
    Verdict judge(Score) const noexcept { return {}; }
    void learn(Score) noexcept {}
};

static_assert(Scorer<Distance> && !Scorer<Mutating> && !Scorer<Throwing> && !Scorer<int>);
static_assert(Learner<Learning> && !Learner<Distance>);
static_assert(Scorer<Rows> && BatchScorer<Rows> && !BatchScorer<Distance>);
static_assert(Detector<Rows> && BatchDetector<Rows> && !Detector<Distance>);
static_assert(Explainer<Rows> && !Explainer<Distance>);
static_assert(Threshold<Limit> && !Threshold<Distance>);
static_assert(Metric<Moments> && Observer<Moments, double> && !Observer<Distance, double>);

}  // namespace

TEST_CASE("concepts: a scorer is any class that judges without changing", "[core]") {
    CHECK(Distance{}.score(3).value == 9);
}
