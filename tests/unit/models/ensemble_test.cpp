// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/ensemble.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_kmeans.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

std::vector<float> cloud(std::size_t count, std::uint64_t seed, std::size_t dimension = 3) {
    Rng rng{seed};
    std::vector<float> values(count * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

const std::vector<float> training = cloud(500, 1);
const MatrixView rows{training.data(), 500, 3};

std::vector<AnyModel> members() {
    return {fit_kmeans(rows, {.clusters = 1}), fit_kmeans(rows, {.clusters = 20}),
            fit_kmeans(rows, {.clusters = 5})};
}

}  // namespace

TEST_CASE("EnsembleModel: a score is the average, the maximum or the top half of the members' surprise",
          "[models]") {
    const auto all = members();
    const EnsembleModel average{all, Combination::average, rows}, maximum{all, Combination::maximum, rows},
        top_half{all, Combination::top_half, rows};
    const auto fresh = cloud(100, 2);
    const MatrixView view{fresh.data(), 100, 3};
    for (std::size_t i = 0; i < 100; ++i) {
        std::vector<double> surprise;
        for (const AnyModel& member : all)
            surprise.push_back(member.calibration().surprise(member.score(view.row(i)).value));
        CHECK(average.score(view.row(i)).value ==
              Approx(std::accumulate(surprise.begin(), surprise.end(), 0.0) / 3));
        CHECK(maximum.score(view.row(i)).value == *std::max_element(surprise.begin(), surprise.end()));
        std::sort(surprise.begin(), surprise.end());
        CHECK(top_half.score(view.row(i)).value == Approx((surprise[1] + surprise[2]) / 2));
    }
}

TEST_CASE("EnsembleModel: an ensemble of one ranks as its member does", "[models]") {
    const AnyModel member{fit_kmeans(rows, {.clusters = 5})};
    const EnsembleModel ensemble{{member}, Combination::average, rows};
    const auto fresh = cloud(200, 3);
    for (std::size_t i = 1; i < 200; ++i) {
        const Row a{fresh.data() + 3 * i, 3}, b{fresh.data() + 3 * (i - 1), 3};
        if (ensemble.score(a).value <= 0 || ensemble.score(b).value <= 0) continue;
        CHECK((ensemble.score(a).value < ensemble.score(b).value) ==
              (member.score(a).value < member.score(b).value));
    }
}

TEST_CASE("EnsembleModel: usual rows score about 1 on average", "[models]") {
    const EnsembleModel ensemble{members(), Combination::average, rows};
    double sum = 0;
    for (std::size_t i = 0; i < 500; ++i) sum += ensemble.score(rows.row(i)).value / 500;
    CHECK(sum == Approx(1).epsilon(0.05));
}

TEST_CASE("EnsembleModel: attribution works beyond the features that fit the stack", "[models]") {
    const auto wide = cloud(30, 4, 2000);
    const MatrixView view{wide.data(), 30, 2000};
    const EnsembleModel ensemble{
        {fit_kmeans(view, {.clusters = 1}), fit_kmeans(view, {.clusters = 2})}, Combination::average, view};
    std::vector<double> shares(2000);
    const Score score = ensemble.attribute(view.row(3), shares);
    CHECK(score == ensemble.score(view.row(3)));
    CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == Approx(score.value));
}

TEST_CASE("EnsembleModel: refuses members that it cannot compare", "[models]") {
    CHECK_THROWS_AS((EnsembleModel{{}, Combination::average, rows}), std::invalid_argument);
    const std::vector<float> centroid{0, 0, 0}, narrow{0, 0};
    const AnyModel uncalibrated{KMeansModel{{centroid.data(), 1, 3}}};
    CHECK_THROWS_WITH((EnsembleModel{{uncalibrated}, Combination::average, rows}),
                      Catch::Matchers::ContainsSubstring("member 0"));
    const MatrixView other{training.data(), 500, 2};
    CHECK_THROWS_WITH((EnsembleModel{{fit_kmeans(rows), fit_kmeans(other)}, Combination::average, rows}),
                      Catch::Matchers::ContainsSubstring("member 1"));
    CHECK_THROWS_AS((EnsembleModel{members(), Combination::average, other}), std::invalid_argument);
    CHECK_THROWS_AS((EnsembleModel{std::vector<AnyModel>(65, fit_kmeans(rows)), Combination::average, rows}),
                    std::invalid_argument);
}

TEST_CASE("EnsembleModel: an ensemble in a file's ensemble is not read, so no file can nest without end",
          "[models]") {
    const EnsembleModel inner{members(), Combination::average, rows};
    const EnsembleModel outer{{inner}, Combination::maximum, rows};
    CHECK(outer.score(rows.row(0)).status == Status::ok);
    CHECK_THROWS_AS(from_bytes<EnsembleModel>(to_bytes(outer)), FormatError);
    CHECK(to_bytes(from_bytes<EnsembleModel>(to_bytes(inner))) == to_bytes(inner));
}
