// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/lof.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_lof.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

/// Scores by the definition, in long double: all distances, sorted.
class Definition {
public:
    Definition(MatrixView rows, std::size_t neighbours) : rows_{rows}, k_{neighbours} {
        for (std::size_t i = 0; i < rows.rows(); ++i)
            k_distances_.push_back(nearest(rows.row(i), i).back().first);
        for (std::size_t i = 0; i < rows.rows(); ++i) densities_.push_back(density(nearest(rows.row(i), i)));
    }
    /// \param excluded  a row that does not count; rows() for none
    [[nodiscard]] double score(Row row, std::size_t excluded) const {
        const auto found = nearest(row, excluded);
        long double sum = 0;
        for (const auto& [distance, other] : found) sum += densities_[other];
        return static_cast<double>(sum / static_cast<long double>(k_) / density(found));
    }

private:
    using Found = std::vector<std::pair<long double, std::size_t>>;
    [[nodiscard]] Found nearest(Row row, std::size_t excluded) const {
        Found all;
        for (std::size_t i = 0; i < rows_.rows(); ++i) {
            long double squares = 0;
            for (std::size_t j = 0; j < row.size(); ++j) {
                const auto difference =
                    static_cast<long double>(rows_.row(i)[j]) - static_cast<long double>(row[j]);
                squares += difference * difference;
            }
            if (i != excluded) all.emplace_back(std::sqrt(squares), i);
        }
        std::sort(all.begin(), all.end());
        all.resize(k_);
        return all;
    }
    [[nodiscard]] long double density(const Found& found) const {
        long double reach = 0;
        for (const auto& [distance, other] : found) reach += std::max(distance, k_distances_[other]);
        return 1 / (reach / static_cast<long double>(k_) + 1e-10L);
    }

    MatrixView rows_;
    std::size_t k_;
    std::vector<long double> k_distances_, densities_;
};

/// Four points of which one is far off, with numbers that nobody computed.
LofModel small() {
    const std::vector<float> values{0, 0, 3, 0, 7, 0, 0, 100};
    return LofModel{{values.data(), 4, 2},
                    2,
                    {{4, 0.5}, {3, 0.25}, {7, 0.125}, {100, 0.01}},
                    ScoreCalibration{std::vector<double>{1, 2, 3}}};
}

}  // namespace

static_assert(BatchScorer<LofModel> && Explainer<LofModel> && Persistent<LofModel>);

TEST_CASE("LofModel: the score is the neighbours' density in units of the row's own", "[models]") {
    // Nearest are (0, 0), 1 away, and (3, 0), 2 away: both reach farther, 4 and 3.
    CHECK(small().score(std::vector<float>{1, 0}).value == Approx(0.375 * 3.5));
    // Nearest are (3, 0) and (7, 0), farther away than they reach.
    CHECK(small().score(std::vector<float>{4, -20}).value ==
          Approx(0.1875 * (std::sqrt(401.0) + std::sqrt(409.0)) / 2));
    CHECK(small().size() == 4);
    CHECK(small().dimension() == 2);
    CHECK(small().neighbours() == 2);
    CHECK(small().known()[1].k_distance == 3);
    CHECK(small().known()[1].density == 0.25);
}

TEST_CASE("LofModel: scores are those of the definition", "[models]") {
    const std::size_t dimension = GENERATE(1U, 3U, 30U), k = GENERATE(1U, 6U, 199U);
    const auto values = noise(200 * dimension, 1), asked = noise(20 * dimension, 2, 2);
    const MatrixView rows{values.data(), 200, dimension}, queries{asked.data(), 20, dimension};
    const LofModel model = fit_lof(rows, {.neighbours = k});
    const Definition definition{rows, k};
    for (std::size_t i = 0; i < 20; ++i)
        CHECK(model.score(queries.row(i)).value ==
              Approx(definition.score(queries.row(i), 200)).epsilon(1e-12));
}

TEST_CASE("LofModel: a batch gives each row's score, to the bit, over strides and group ends", "[models]") {
    const std::size_t dimension = GENERATE(2U, 25U);
    const auto values = noise(500 * dimension, 3);
    const LofModel model = fit_lof({values.data(), 500, dimension}, {.neighbours = 5});
    for (const std::size_t count : {0U, 1U, 3U, 4U, 15U, 16U, 17U, 70U}) {
        auto asked = noise(count * (dimension + 3), 4);
        if (count > 60) asked[(dimension + 3) * 50 + 1] = std::bit_cast<float>(0x7fc0'0001U);
        const MatrixView rows{asked.data(), count, dimension, dimension + 3};
        std::vector<Score> scores(count + 1, Score{-1, Status::ok});
        model.score_batch(rows, scores);
        CHECK(scores[count].value == -1);
        for (std::size_t i = 0; i < count; ++i) {
#ifdef __FAST_MATH__
            CHECK(scores[i].value == Approx(model.score(rows.row(i)).value).epsilon(1e-9));
#else
            CHECK(scores[i] == model.score(rows.row(i)));
#endif
            CHECK((scores[i].status == Status::bad_input) == (count > 60 && i == 50));
        }
        if (count < 2) continue;
        std::fill(scores.begin(), scores.end(), Score{-1, Status::ok});
        model.score_batch(rows, std::span{scores}.first(count - 1));
        CHECK(scores[count - 2].value >= 0);
        CHECK(scores[count - 1].value == -1);
    }
}

TEST_CASE("LofModel: NaN, infinity and another dimension are bad input", "[models]") {
    const LofModel model = small();
    for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U, 0xff80'0000U}) {
        const std::vector<float> row{1, std::bit_cast<float>(bits)};
        std::vector<double> shares{7, 7};
        CHECK(model.score(row) == Score{0, Status::bad_input});
        CHECK(model.attribute(row, shares) == Score{0, Status::bad_input});
        CHECK(shares == std::vector<double>{0, 0});
    }
    CHECK(model.score({}).status == Status::bad_input);
    CHECK(model.score(std::vector<float>{1, 2, 3}).status == Status::bad_input);
    std::vector<double> few{7};
    CHECK(model.attribute(std::vector<float>{1, 2}, few).status == Status::bad_input);
    CHECK(few[0] == 0);
}

TEST_CASE("LofModel: the largest floats on opposite sides have a finite score", "[models]") {
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    const std::vector<float> values{largest, largest, largest, largest}, row{-largest, -largest};
    const LofModel model = fit_lof({values.data(), 2, 2});
    CHECK(model.score(row) == Score{LofModel::highest_score, Status::ok});
    std::vector<double> shares(2);
    CHECK(model.attribute(row, shares).value == LofModel::highest_score);
    CHECK(shares[0] == Approx(shares[1]));
    CHECK(shares[0] + shares[1] == Approx(LofModel::highest_score));
}

TEST_CASE("LofModel: shares are squared differences from the mean of the neighbours", "[models]") {
    std::vector<double> shares(2);
    const Score score = small().attribute(std::vector<float>{4.5F, 4}, shares);  // (3, 0) and (7, 0): (5, 0)
    CHECK(score == small().score(std::vector<float>{4.5F, 4}));
    CHECK(shares[0] == Approx(score.value * 0.25 / 16.25));
    CHECK(shares[1] == Approx(score.value * 16 / 16.25));
    const Score there = small().attribute(std::vector<float>{5, 0}, shares);
    CHECK(there.value > 0);
    CHECK(shares == std::vector<double>{there.value / 2, there.value / 2});
}

TEST_CASE("LofModel: scoring allocates nothing", "[models]") {
    const std::size_t dimension = GENERATE(2U, 33U), k = GENERATE(5U, 1000U);
    const auto values = noise(1100 * dimension, 5);
    const MatrixView rows{values.data(), 1100, dimension};
    const LofModel model = fit_lof(rows, {.neighbours = k});
    std::vector<Score> scores(20);
    std::vector<double> shares(dimension);
    const testing::AllocationCount count;
    model.score_batch(rows, scores);
    static_cast<void>(model.score(rows.row(0)));
    static_cast<void>(model.attribute(rows.row(0), shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("LofModel: what was written is read back", "[models]") {
    const auto bytes = to_bytes(small());
    const auto read = from_bytes<LofModel>(bytes);
    CHECK(to_bytes(read) == bytes);
    CHECK(read.size() == 4);
    CHECK(read.neighbours() == 2);
    CHECK(read.known()[3].k_distance == 100);
    CHECK(read.known()[3].density == 0.01);
    CHECK(read.calibration().count() == 3);
    CHECK(read.score(std::vector<float>{3, 4}) == small().score(std::vector<float>{3, 4}));
}

TEST_CASE("LofModel: truncated bytes and flipped bits are refused", "[models]") {
    auto bytes = to_bytes(small());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(from_bytes<LofModel>({bytes.data(), size}), FormatError);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
        CHECK_THROWS_AS(from_bytes<LofModel>(bytes), FormatError);
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
}

TEST_CASE("LofModel: under a right checksum forged bytes are refused or harmless", "[models]") {
    ByteWriter writer;
    write_object(writer, small());
    const std::vector<std::byte> payload{writer.bytes().begin(), writer.bytes().end()};
    int refused = 0;
    for (std::size_t at = 0; at < payload.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            auto forged = payload;
            forged[at] = static_cast<std::byte>(value);
            try {
                const auto model = from_bytes<LofModel>(detail::seal(forged));
                if (!is_finite(model.score(std::vector<float>{3, 4}).value)) FAIL("at " << at);
            } catch (const FormatError&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 100);
}

TEST_CASE("LofModel: what cannot be is refused", "[models]") {
    const double nan = std::bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0001});
    const std::vector<float> good{1, 2};
    const MatrixView rows{good.data(), 2, 1};
    CHECK_NOTHROW(LofModel{rows, 1, {{0, 0}, {1e50, 1e10}}});
    CHECK_THROWS_WITH((LofModel{rows, 3, {{}, {}}}), "LofModel: neighbours is 3, must be in [1, 2]");
    CHECK_THROWS_WITH((LofModel{rows, 1, {{}}}), "LofModel: number of known is 1, must be one per row");
    CHECK_THROWS_WITH((LofModel{rows, 1, {{}, {-1, 0}}}),
                      "LofModel: k_distance of row 1 is -1, must be in [0, 1e50]");
    CHECK_THROWS_AS((LofModel{rows, 1, {{}, {nan, 0}}}), std::invalid_argument);
    CHECK_THROWS_AS((LofModel{rows, 1, {{}, {1, nan}}}), std::invalid_argument);
    CHECK_THROWS_AS((LofModel{rows, 1, {{}, {1, 2e10}}}), std::invalid_argument);
    CHECK_THROWS_AS((LofModel{MatrixView{}, 1, {}}), std::invalid_argument);
}
