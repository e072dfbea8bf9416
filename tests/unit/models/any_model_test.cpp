// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/any_model.hpp"

#include <utility>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/models/fit_decision_tree.hpp"
#include "sonde/models/fit_kmeans.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

const std::vector<float> values{0, 0, 1, 1, 10, 10, 11, 12};
const MatrixView rows{values.data(), 4, 2};

KMeansModel kmeans() { return fit_kmeans(rows, {.clusters = 2}); }

/// A model of somebody else.
struct Constant {
    using Input = Row;
    static constexpr Format format{"CNST", 1};
    ScoreCalibration usual{std::vector<double>{1.0}};

    [[nodiscard]] Score score(const Row&) const noexcept { return {1, Status::ok}; }
    void score_batch(MatrixView all, std::span<Score> out) const noexcept {
        for (std::size_t i = 0; i < all.rows() && i < out.size(); ++i) out[i] = {1, Status::ok};
    }
    Score attribute(const Row&, std::span<double> shares) const noexcept {
        for (double& share : shares) share = 1 / static_cast<double>(shares.size());
        return {1, Status::ok};
    }
    [[nodiscard]] std::size_t dimension() const noexcept { return 2; }
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return usual; }
    void write(ByteWriter&) const {}
    [[nodiscard]] static Constant read(ByteReader&, std::uint16_t) { return {}; }
};

}  // namespace

TEST_CASE("AnyModel: says what the model inside says", "[models]") {
    const KMeansModel model = kmeans();
    const AnyModel any{model};
    STATIC_REQUIRE(FittedModel<AnyModel>);
    CHECK(any.tag() == "KMNS");
    CHECK(any.dimension() == 2);
    CHECK(any.default_threshold() == model.default_threshold());
    std::vector<Score> scores(4);
    any.score_batch(rows, scores);
    std::vector<double> shares(2), expected(2);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(any.score(rows.row(i)) == model.score(rows.row(i)));
        CHECK(scores[i] == model.score(rows.row(i)));
        CHECK(any.attribute(rows.row(i), shares) == model.attribute(rows.row(i), expected));
        CHECK(shares == expected);
    }
}

TEST_CASE("AnyModel: has the model's own default threshold, or that of its calibration", "[models]") {
    const std::vector<std::uint8_t> labels{0, 0, 1, 1};
    const DecisionTreeModel tree = fit_decision_tree(rows, labels);
    CHECK(tree.default_threshold() != tree.calibration().threshold());
    CHECK(AnyModel{tree}.default_threshold() == tree.default_threshold());
    CHECK(AnyModel{Constant{}}.default_threshold() == 1);
}

TEST_CASE("AnyModel: copies share the model, and the last one frees it", "[models]") {
    const sonde::testing::AllocationCount count;
    {
        AnyModel any{kmeans()};
        const auto made = count.held_since_start();
        AnyModel copy{any}, another{kmeans()};
        another = copy;
        const AnyModel moved{std::move(copy)};
        copy = moved;
        CHECK(count.held_since_start() == made);
        CHECK(copy.score(rows.row(0)) == any.score(rows.row(0)));
    }
    CHECK(count.held_since_start() == 0);
}

TEST_CASE("AnyModel: a model of one's own is taken, but not read by us", "[models]") {
    const AnyModel any{Constant{}};
    CHECK(any.score(rows.row(0)) == Score{1, Status::ok});
    CHECK(any.tag() == "CNST");
    CHECK_THROWS_WITH(from_bytes<AnyModel>(to_bytes(any)), Catch::Matchers::ContainsSubstring("not known"));
}

TEST_CASE("AnyModel: a file says which model it holds", "[models]") {
    const AnyModel any{kmeans()};
    const auto again = from_bytes<AnyModel>(to_bytes(any));
    CHECK(again.tag() == "KMNS");
    CHECK(again.score(rows.row(3)) == any.score(rows.row(3)));
    CHECK_THROWS_AS(from_bytes<AnyModel>(to_bytes(ScoreCalibration{std::vector<double>{1.0}})), FormatError);
}
