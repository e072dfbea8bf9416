// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/knn.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_knn.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

std::vector<double> sorted_distances(MatrixView points, Row row) {
    std::vector<double> all;
    for (std::size_t i = 0; i < points.rows(); ++i) {
        long double squares = 0;
        for (std::size_t j = 0; j < row.size(); ++j) {
            const auto difference =
                static_cast<long double>(points.row(i)[j]) - static_cast<long double>(row[j]);
            squares += difference * difference;
        }
        all.push_back(static_cast<double>(std::sqrt(squares)));
    }
    std::sort(all.begin(), all.end());
    return all;
}

/// Three points on a line, and one far off.
KnnModel small(KnnAggregate aggregate) {
    const std::vector<float> values{0, 0, 3, 0, 7, 0, 0, 100};
    return KnnModel{{values.data(), 4, 2}, 2, aggregate, ScoreCalibration{std::vector<double>{1, 2, 3}}};
}

}  // namespace

static_assert(BatchScorer<KnnModel> && Explainer<KnnModel> && Persistent<KnnModel>);

TEST_CASE("KnnModel: without copies, neighbours are the other rows, each of them once", "[models]") {
    auto values = noise(60, 77);
    for (std::size_t i = 0; i < 30; ++i) values.push_back(values[i]);  // 10 rows of 3 features again
    const MatrixView points{values.data(), 30, 3}, different{values.data(), 20, 3};
    const auto fresh = noise(30, 78);
    for (const std::size_t k : {1U, 2U, 5U, 19U}) {
        const KnnModel model{points, k, KnnAggregate::farthest, {}, KnnCopies::leave_out};
        CHECK(model.size() == 20);
        for (std::size_t i = 0; i < 10; ++i) {
            const Row row{fresh.data() + 3 * i, 3};
            CHECK(model.score(row).value == Approx(sorted_distances(different, row)[k - 1]));
            // A row of its own: the first of the sorted distances is the row itself.
            CHECK(model.score(points.row(i)).value == Approx(sorted_distances(different, points.row(i))[k]));
        }
    }
}

TEST_CASE("KnnModel: without copies, of fewer other rows all count, and of none the score is 0", "[models]") {
    const std::vector<float> pair{0, 0, 0, 0, 3, 4}, single{1, 1, 1, 1};
    const KnnModel two{{pair.data(), 3, 2}, 3, KnnAggregate::farthest, {}, KnnCopies::leave_out};
    CHECK(two.score(std::vector<float>{0, 0}).value == 5);
    CHECK(two.score(std::vector<float>{6, 8}).value == 10);
    const KnnModel one{{single.data(), 2, 2}, 1, KnnAggregate::mean, {}, KnnCopies::leave_out};
    CHECK(one.score(std::vector<float>{1, 1}) == Score{0, Status::ok});
    CHECK(one.score(std::vector<float>{1, 3}).value == 2);
    CHECK_THROWS_AS((KnnModel{{pair.data(), 3, 2}, 1024, KnnAggregate::mean, {}, KnnCopies::leave_out}),
                    std::invalid_argument);
}

TEST_CASE("KnnModel: the score is the distance to the kth nearest row, or the mean", "[models]") {
    const KnnModel farthest = small(KnnAggregate::farthest), mean = small(KnnAggregate::mean);
    CHECK(farthest.score(std::vector<float>{0, 0}) == Score{3, Status::ok});
    CHECK(mean.score(std::vector<float>{0, 0}) == Score{1.5, Status::ok});
    CHECK(farthest.score(std::vector<float>{3, 4}) == Score{5, Status::ok});
    CHECK(mean.score(std::vector<float>{3, 4}) == Score{4.5, Status::ok});
    CHECK(farthest.size() == 4);
    CHECK(farthest.dimension() == 2);
    CHECK(farthest.neighbours() == 2);
    CHECK(mean.aggregate() == KnnAggregate::mean);
}

TEST_CASE("KnnModel: scores are those of comparing all", "[models]") {
    const std::size_t dimension = GENERATE(1U, 3U, 30U), k = GENERATE(1U, 6U, 300U);
    const auto values = noise(300 * dimension, 1), asked = noise(40 * dimension, 2, 2);
    const MatrixView rows{values.data(), 300, dimension}, queries{asked.data(), 40, dimension};
    const KnnModel farthest{rows, k}, mean{rows, k, KnnAggregate::mean};
    for (std::size_t i = 0; i < 40; ++i) {
        const auto all = sorted_distances(rows, queries.row(i));
        double sum = 0;
        for (std::size_t j = 0; j < k; ++j) sum += all[j];
        CHECK(farthest.score(queries.row(i)).value == Approx(all[k - 1]).epsilon(1e-13));
        CHECK(mean.score(queries.row(i)).value == Approx(sum / static_cast<double>(k)).epsilon(1e-13));
    }
}

TEST_CASE("KnnModel: a batch gives each row's score, to the bit, over strides and group ends", "[models]") {
    const std::size_t dimension = GENERATE(2U, 25U);
    const auto values = noise(500 * dimension, 3);
    const KnnModel model{{values.data(), 500, dimension}, 5};
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

TEST_CASE("KnnModel: NaN, infinity and another dimension are bad input", "[models]") {
    const KnnModel model = small(KnnAggregate::farthest);
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

TEST_CASE("KnnModel: the largest floats on opposite sides have a finite distance", "[models]") {
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    const std::vector<float> values{largest, largest}, row{-largest, -largest};
    const KnnModel model{{values.data(), 1, 2}, 1};
    CHECK(model.score(row).value == Approx(std::sqrt(8.0) * static_cast<double>(largest)));
    std::vector<double> shares(2);
    const double score = model.attribute(row, shares).value;
    CHECK(shares[0] + shares[1] == Approx(score));
}

TEST_CASE("KnnModel: shares are squared differences, scaled to sum to each distance", "[models]") {
    std::vector<double> shares(2);
    CHECK(small(KnnAggregate::farthest).attribute(std::vector<float>{3, 4}, shares).value == 5);
    CHECK(shares[0] == Approx(9.0 / 5));
    CHECK(shares[1] == Approx(16.0 / 5));
    CHECK(small(KnnAggregate::mean).attribute(std::vector<float>{3, 4}, shares).value == 4.5);
    CHECK(shares[0] == Approx(9.0 / 5 / 2));
    CHECK(shares[1] == Approx((16.0 / 5 + 4) / 2));
    const std::vector<float> same{1, 1, 1, 1};
    CHECK(KnnModel{{same.data(), 2, 2}, 2}.attribute(std::vector<float>{1, 1}, shares) ==
          Score{0, Status::ok});
    CHECK(shares == std::vector<double>{0, 0});
}

TEST_CASE("KnnModel: scoring allocates nothing", "[models]") {
    const std::size_t dimension = GENERATE(2U, 33U), k = GENERATE(5U, 1000U);
    const auto values = noise(1100 * dimension, 5);
    const MatrixView rows{values.data(), 1100, dimension};
    const KnnModel model{rows, k};
    std::vector<Score> scores(20);
    std::vector<double> shares(dimension);
    const testing::AllocationCount count;
    model.score_batch(rows, scores);
    static_cast<void>(model.score(rows.row(0)));
    static_cast<void>(model.attribute(rows.row(0), shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("KnnModel: copies share their rows and outlive the first", "[models]") {
    auto model = std::make_unique<KnnModel>(small(KnnAggregate::farthest));
    KnnModel copy = *model, other = small(KnnAggregate::mean);
    other = copy;
    const KnnModel moved = std::move(copy);
    model.reset();
    CHECK(moved.score(std::vector<float>{0, 0}).value == 3);
    CHECK(other.score(std::vector<float>{0, 0}).value == 3);
}

TEST_CASE("KnnModel: what was written is read back", "[models]") {
    const auto bytes = to_bytes(small(KnnAggregate::mean));
    const auto read = from_bytes<KnnModel>(bytes);
    CHECK(to_bytes(read) == bytes);
    CHECK(read.size() == 4);
    CHECK(read.neighbours() == 2);
    CHECK(read.aggregate() == KnnAggregate::mean);
    CHECK(read.calibration().count() == 3);
    CHECK(read.score(std::vector<float>{0, 0}).value == 1.5);
}

TEST_CASE("KnnModel: truncated bytes and flipped bits are refused", "[models]") {
    auto bytes = to_bytes(small(KnnAggregate::mean));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(from_bytes<KnnModel>({bytes.data(), size}), FormatError);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
        CHECK_THROWS_AS(from_bytes<KnnModel>(bytes), FormatError);
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
}

TEST_CASE("KnnModel: under a right checksum forged bytes are refused or harmless", "[models]") {
    ByteWriter writer;
    write_object(writer, small(KnnAggregate::farthest));
    const std::vector<std::byte> payload{writer.bytes().begin(), writer.bytes().end()};
    int refused = 0;
    for (std::size_t at = 0; at < payload.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            auto forged = payload;
            forged[at] = static_cast<std::byte>(value);
            try {
                const auto model = from_bytes<KnnModel>(detail::seal(forged));
                if (!is_finite(model.score(std::vector<float>{3, 4}).value)) FAIL("at " << at);
            } catch (const FormatError&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 100);
}

TEST_CASE("KnnModel: what cannot be is refused", "[models]") {
    const std::vector<float> nan{1, std::bit_cast<float>(0x7fc0'0001U)}, good{1, 2};
    const MatrixView rows{good.data(), 2, 1};
    CHECK_THROWS_WITH((KnnModel{MatrixView{nan.data(), 2, 1}, 1}),
                      "KnnModel: row 1 is not finite, must be finite in every feature");
    CHECK_THROWS_WITH((KnnModel{rows, 3}), "KnnModel: neighbours is 3, must be in [1, 2]");
    CHECK_THROWS_AS((KnnModel{rows, 0}), std::invalid_argument);
    CHECK_THROWS_AS((KnnModel{MatrixView{}, 1}), std::invalid_argument);
    CHECK_THROWS_AS((KnnModel{MatrixView{good.data(), 2, 0}, 1}), std::invalid_argument);
    const std::vector<float> many(2000);
    CHECK_THROWS_AS((KnnModel{MatrixView{many.data(), 2000, 1}, 1025}), std::invalid_argument);
    CHECK_NOTHROW(KnnModel{{many.data(), 2000, 1}, 1024});
}
