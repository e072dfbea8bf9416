// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/svc.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "models/svm_platt.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// An anomaly at (2, 0), an ordinary row at the origin.
SvcModel pair(std::optional<PlattScaling> probability = {}) {
    static const std::vector<float> vectors{2, 0, 0, 0};
    static const std::vector<double> coefficients{3, -1};
    return {SvmExpansion::rbf(0.5, {vectors.data(), 2, 2}, coefficients), 0.25, {.probability = probability}};
}

SvcModel plane() { return {SvmExpansion::linear(std::vector<double>{2, -1, 0}), 4.0}; }

SvcModel random_model(Rng& rng, std::size_t vectors, std::size_t dimension) {
    std::vector<float> values(vectors * dimension);
    for (float& value : values) value = static_cast<float>(rng.normal());
    std::vector<double> coefficients(vectors);
    for (double& coefficient : coefficients) coefficient = rng.normal();
    return {SvmExpansion::rbf(0.1, {values.data(), vectors, dimension}, coefficients),
            0.1,
            {.probability = PlattScaling{-1.5, 0.3}}};
}

double logistic(double f) { return 1 / (1 + std::exp(-f)); }

}  // namespace

static_assert(BatchScorer<SvcModel> && Explainer<SvcModel> && Persistent<SvcModel>);

TEST_CASE("SvcModel: the score is the probability that its scaling gives the decision value", "[models]") {
    const std::vector<float> row{1, 1};
    const double f = 3 * std::exp(-1.0) - std::exp(-1.0) - 0.25;
    CHECK(pair().decision(row).value() == Approx(f).epsilon(1e-14));
    CHECK(pair().score(row).value == Approx(logistic(f)).epsilon(1e-6));
    CHECK(pair(PlattScaling{-2, 1}).score(row).value == Approx(logistic(2 * f - 1)).epsilon(1e-6));
    CHECK(plane().decision(std::vector<float>{5, 1, 7}).value() == 5);
    CHECK(plane().score(std::vector<float>{5, 1, 7}).value == Approx(logistic(5)));
}

TEST_CASE("SvcModel: scores are finite and above 0, however far the row", "[models]") {
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    CHECK(pair().score(std::vector<float>{largest, -largest}).value == Approx(logistic(-0.25)));
    CHECK(plane().score(std::vector<float>{largest, -largest, 0}).value == 1);
    const double least = plane().score(std::vector<float>{-largest, largest, 0}).value;
    CHECK((least > 0 && least < 1e-290));
    std::vector<double> shares(3);
    CHECK(plane().attribute(std::vector<float>{largest, largest, 1}, shares).value == 1);
    CHECK(shares[0] == Approx(1));
}

TEST_CASE("SvcModel: a batch gives each row's score, to the bit", "[models]") {
    Rng rng{1};
    const SvcModel model = random_model(rng, GENERATE(2U, 40U, 300U), 5);
    std::vector<float> values(130 * 7);
    for (float& value : values) value = static_cast<float>(2 * rng.normal());
    values[7 * 50 + 2] = std::bit_cast<float>(0x7f80'0000U);
    values[7 * 51 + 2] = -1e35F;
    const MatrixView rows{values.data(), 130, 5, 7};
    std::vector<Score> scores(130, Score{-1, Status::ok});
    model.score_batch(rows, std::span{scores}.first(128));
    for (std::size_t i = 0; i < 128; ++i) {
        CHECK(scores[i] == model.score(rows.row(i)));
        CHECK((scores[i].status == Status::bad_input) == (i == 50));
    }
    CHECK(scores[128].value == -1);
}

TEST_CASE("SvcModel: shares are slope times distance from the ordinary rows around", "[models]") {
    // To the right of the middle only the first feature leads from the ordinary row to the anomaly.
    const std::vector<float> row{1, 0};
    std::vector<double> shares(2);
    const double score = pair().attribute(row, shares).value;
    CHECK(shares[0] == Approx(score));
    CHECK(shares[1] == 0);
    // By hand at (1, 0.5): kernels are equal, so slopes are those of 3 (x - (2, 0)) - 1 (x - (0, 0)), turned round,
    // and the displacement is the row itself. The second feature lowers f.
    pair().attribute(std::vector<float>{1, 0.5F}, shares);
    CHECK(shares[0] == Approx(pair().score(std::vector<float>{1, 0.5F}).value));
    const double inside = plane().attribute(std::vector<float>{-1, 3, 5}, shares = {0, 0, 0}).value;
    CHECK(shares[0] == Approx(inside * 2 / 5));
    CHECK(shares[1] == Approx(inside * 3 / 5));
    const double outside = plane().attribute(std::vector<float>{4, 3, 5}, shares).value;
    CHECK(shares[0] == Approx(outside));
}

TEST_CASE("SvcModel: bad rows are bad input, and shares of another size", "[models]") {
    const std::vector<float> row{1, std::bit_cast<float>(0x7fc0'0001U)}, good{1, 2};
    std::vector<double> shares{7, 7}, few{7};
    CHECK(pair().score(row) == Score{0, Status::bad_input});
    CHECK_FALSE(pair().decision(row).has_value());
    CHECK(pair().attribute(row, shares) == Score{0, Status::bad_input});
    CHECK(shares == std::vector<double>{0, 0});
    CHECK(pair().attribute(good, few).status == Status::bad_input);
    CHECK(few[0] == 0);
    CHECK(pair().score({}).status == Status::bad_input);
}

TEST_CASE("SvcModel: scoring allocates nothing", "[models]") {
    Rng rng{2};
    const SvcModel model = random_model(rng, 100, 70);
    const std::vector<float> values(100 * 70, 0.5F);
    std::vector<Score> scores(100);
    std::vector<double> shares(70);
    const MatrixView rows{values.data(), 100, 70};
    const testing::AllocationCount count;
    model.score_batch(rows, scores);
    static_cast<void>(model.decision(rows.row(0)));
    static_cast<void>(model.attribute(rows.row(0), shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("SvcModel: what was written is read back; truncated and flipped it is refused", "[models]") {
    for (const SvcModel& model : {pair(), pair(PlattScaling{-2, 1}), plane()}) {
        auto bytes = to_bytes(model);
        const auto read = from_bytes<SvcModel>(bytes);
        CHECK(to_bytes(read) == bytes);
        CHECK(read.probability() == model.probability());
        CHECK(read.rho() == model.rho());
        for (std::size_t size = 0; size < bytes.size(); ++size)
            CHECK_THROWS_AS(from_bytes<SvcModel>({bytes.data(), size}), FormatError);
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            bytes[bit / 8] ^= std::byte{1} << (bit % 8);
            CHECK_THROWS_AS(from_bytes<SvcModel>(bytes), FormatError);
            bytes[bit / 8] ^= std::byte{1} << (bit % 8);
        }
    }
}

TEST_CASE("SvcModel: numbers beyond their range are refused", "[models]") {
    CHECK_THROWS_AS(pair(PlattScaling{1e200, 0}), std::invalid_argument);
    CHECK_THROWS_AS(pair(PlattScaling{0, std::bit_cast<double>(std::uint64_t{0x7ff0'0000'0000'0000U})}),
                    std::invalid_argument);
    CHECK_THROWS_AS((SvcModel{SvmExpansion::linear(std::vector<double>{1}), -1e151}), std::invalid_argument);
}

TEST_CASE("fit_platt: no other scaling makes the labels likelier", "[models]") {
    Rng rng{3};
    std::vector<double> decisions;
    std::vector<std::uint8_t> labels;
    for (int i = 0; i < 400; ++i) {
        decisions.push_back(2 * rng.normal());
        labels.push_back(rng.uniform() < logistic(1.7 * decisions.back() - 0.8) ? 1 : 0);
    }
    double ones = 0;
    for (const auto label : labels) ones += label;
    const auto loss = [&](double slope, double offset) {
        double sum = 0;
        for (std::size_t i = 0; i < labels.size(); ++i) {
            const double p = logistic(-(slope * decisions[i] + offset));
            const double wanted = labels[i] == 1 ? (ones + 1) / (ones + 2) : 1 / (400 - ones + 2);
            sum -= wanted * std::log(p) + (1 - wanted) * std::log(1 - p);
        }
        return sum;
    };
    const PlattScaling found = detail::fit_platt(decisions, labels);
    CHECK(found.slope == Approx(-1.7).margin(0.5));
    CHECK(found.offset == Approx(0.8).margin(0.6));
    for (const double by : {-1e-2, 1e-2}) {
        CHECK(loss(found.slope + by, found.offset) > loss(found.slope, found.offset));
        CHECK(loss(found.slope, found.offset + by) > loss(found.slope, found.offset));
    }
}

TEST_CASE("fit_platt: classes that do not overlap, and decisions that are all equal, give finite scalings",
          "[models]") {
    const std::vector<double> apart{-1e6, -2, 2, 3e6}, equal(4, -1.0);
    const std::vector<std::uint8_t> labels{0, 0, 1, 1};
    const auto steep = detail::fit_platt(apart, labels), flat = detail::fit_platt(equal, labels);
    CHECK(is_finite(steep.slope));
    CHECK(detail::probability_of(steep, 2) > detail::probability_of(steep, -2));
    CHECK(detail::probability_of(flat, -1) == Approx(0.5));
}
