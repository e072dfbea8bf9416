// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/any_detector.hpp"

#include <bit>
#include <utility>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/detectors/gaussian.hpp"
#include "sonde/detectors/multivariate_gaussian.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// A user's own detector: no counts, no bytes.
struct AboveTwo {
    using Input = double;
    [[nodiscard]] Score score(const double& x) const noexcept {
        return is_finite(x) ? Score{x > 0 ? x : 0, Status::ok} : Score{0, Status::bad_input};
    }
    Verdict observe(const double& x) noexcept { return detail::judge(score(x), 2.0); }
};

/// Says what number it was given.
struct Echo {
    using Input = double;
    [[nodiscard]] Score score(const double& x) const noexcept { return {x, Status::ok}; }
    Verdict observe(const double& x) noexcept { return {score(x), 1, false}; }
};

MultivariateGaussianDetector of_rows(std::size_t dimension) {
    MultivariateGaussianDetector detector{{.dimension = dimension}};
    Rng rng{1};
    std::vector<float> row(dimension);
    for (int i = 0; i < 100; ++i) {
        for (float& value : row) value = static_cast<float>(rng.normal());
        detector.observe(row);
    }
    return detector;
}

}  // namespace

TEST_CASE("AnyDetector: a number keeps all its digits", "[detectors]") {
    const AnyDetector any{Echo{}};
    CHECK(any.score(16777217.0).value == 16777217.0);  // 2^24 + 1 is no float
}

TEST_CASE("AnyDetector: a row of one feature is a number to a detector of numbers", "[detectors]") {
    AnyDetector any{GaussianDetector{}};
    const std::vector<float> one{7}, two{1, 2}, none, bad{detail::no_float()};
    CHECK(any.observe(Row{one}).score.status == Status::warming_up);
    for (const auto* const row : {&two, &none, &bad}) {
        CHECK(any.observe(Row{*row}).score.status == Status::bad_input);
        CHECK(any.score(Row{*row}).status == Status::bad_input);
    }
    CHECK(any.counts().bad_input == 3);
    CHECK(any.counts().observed == 4);
}

TEST_CASE("AnyDetector: a number is a row of one feature to a detector of rows", "[detectors]") {
    AnyDetector one{of_rows(1)}, two{of_rows(2)};
    const float feature = 1.5F;
    CHECK(one.score(1.5) == one.score(Row{&feature, 1}));
    CHECK(one.observe(1.5).score.status == Status::ok);
    CHECK(two.observe(1.5).score.status == Status::bad_input);
    for (const double wrong :
         {1e300, -1e300, detail::no_number(), std::bit_cast<double>(0x7ff0'0000'0000'0000U)})
        CHECK(one.observe(wrong).score.status == Status::bad_input);
    CHECK(one.counts().bad_input == 4);
}

TEST_CASE("AnyDetector: rows given to a detector of numbers are a stream", "[detectors]") {
    AnyDetector batch{GaussianDetector{{.warm_up = 3}}}, stream = batch;
    const std::vector<float> values{1, 2, 3, 4, 50};
    std::vector<Verdict> verdicts(5);
    batch.observe_batch({values.data(), 5, 1}, verdicts);
    for (std::size_t i = 0; i < 5; ++i) CHECK(verdicts[i] == stream.observe(static_cast<double>(values[i])));
    CHECK(verdicts[4].anomalous);
    batch.observe_batch({values.data(), 2, 2}, verdicts);
    CHECK(verdicts[1].score.status == Status::bad_input);
}

TEST_CASE("AnyDetector: copies are deep, a move takes what there is", "[detectors]") {
    AnyDetector original{GaussianDetector{}};
    for (int i = 0; i < 50; ++i) original.observe(i % 5);
    AnyDetector copy{original};
    copy.observe(100.0);
    CHECK(original.counts().observed == 50);
    CHECK(copy.counts().observed == 51);
    CHECK(original.score(10.0) != copy.score(10.0));
    copy = original;
    CHECK(original.score(10.0) == copy.score(10.0));
    const AnyDetector moved{std::move(copy)};
    CHECK(moved.counts().observed == 50);
    copy = moved;
    CHECK(copy.counts().observed == 50);
    AnyDetector& self = copy;
    copy = self;
    CHECK(copy.counts().observed == 50);
}

TEST_CASE("AnyDetector: counts for a detector that does not", "[detectors]") {
    AnyDetector any{AboveTwo{}};
    any.observe(1.0);
    any.observe(3.0);
    any.observe(detail::no_number());
    CHECK(any.counts() == DetectorCounts{3, 1, 0, 1});
    CHECK_FALSE(any.explains());
}

TEST_CASE("AnyDetector: passes on who explains, and zeros from who does not", "[detectors]") {
    const AnyDetector rows{of_rows(3)}, numbers{GaussianDetector{}};
    const std::vector<float> row{5, 0, 0}, one{1};
    std::vector<double> shares(3, 9.0), share(1, 9.0);
    CHECK(rows.explains());
    CHECK(rows.attribute(row, shares) == rows.score(Row{row}));
    CHECK(shares[0] > shares[1] + shares[2]);
    CHECK_FALSE(numbers.explains());
    CHECK(numbers.attribute(one, share) == numbers.score(1.0));
    CHECK(share[0] == 0);
}
