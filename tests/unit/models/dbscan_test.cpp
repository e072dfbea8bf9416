// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/dbscan.hpp"

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
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

DbscanModel model_of(Rng& rng, std::size_t rows, std::size_t dimension, double eps = 0.5, double offset = 0) {
    const auto values = noise(rng, rows * dimension, 1, offset);
    std::vector<std::uint32_t> clusters(rows);
    for (std::size_t i = 0; i < rows; ++i) clusters[i] = static_cast<std::uint32_t>(i % 3 % rows);
    return {{values.data(), rows, dimension}, std::move(clusters), eps};
}

double exact(Row a, Row b) {
    long double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const long double difference = static_cast<long double>(a[i]) - static_cast<long double>(b[i]);
        sum += difference * difference;
    }
    return static_cast<double>(std::sqrt(sum));
}

double exact_least(const DbscanModel& model, Row row) {
    const auto values = model.core_rows();
    const MatrixView core_rows{values.data(), model.size(), model.dimension()};
    double least = exact(row, core_rows.row(0));
    for (std::size_t i = 1; i < core_rows.rows(); ++i) least = std::min(least, exact(row, core_rows.row(i)));
    return least;
}

/// Clusters 0 and 1 about 0 and 10, eps 2.
const DbscanModel& two_spots() {
    static const std::vector<float> core_rows{0, 0, 10, 0, 0, 1};
    static const DbscanModel model{
        {core_rows.data(), 3, 2}, {0, 1, 0}, 2, ScoreCalibration{std::vector<double>{0.5, 0.5, 4, 7}}};
    return model;
}

}  // namespace

static_assert(BatchScorer<DbscanModel> && Explainer<DbscanModel> && Persistent<DbscanModel>);

TEST_CASE("DbscanModel: the score is the distance to the nearest core row, in units of eps", "[models]") {
    CHECK(two_spots().score(std::vector<float>{3, -4}) == Score{2.5, Status::ok});
    CHECK(two_spots().score(std::vector<float>{10, 2}) == Score{1, Status::ok});
    CHECK(two_spots().score(std::vector<float>{0, 1}) == Score{0, Status::ok});
    CHECK(two_spots().assign(std::vector<float>{10, 2}) == 1U);
    CHECK(two_spots().assign(std::vector<float>{1, 1}) == 0U);
    CHECK_FALSE(two_spots().assign(std::vector<float>{10, 2.001F}).has_value());
}

TEST_CASE("DbscanModel: the score is that of brute force, at every offset", "[models]") {
    const double offset = GENERATE(0.0, 1e3, -1e5);
    const std::size_t dimension = GENERATE(1U, 2U, 7U, 40U);
    const std::size_t core_rows = GENERATE(1U, 64U, 700U);
    Rng rng{1};
    const DbscanModel model = model_of(rng, core_rows, dimension, 0.5, offset);
    for (int i = 0; i < 30; ++i) {
        const auto row = noise(rng, dimension, 2, offset);
        const double least = exact_least(model, row), score = model.score(row).value;
        CHECK(score == Approx(least / 0.5).epsilon(1e-6));
        CHECK(score * 0.5 >= least * (1 - 1e-12));
    }
}

TEST_CASE("DbscanModel: values near the ends of float are scored right", "[models]") {
    const double scale = GENERATE(1e-36, 1e-30, 1e-20, 1e-14, 1e17, 1e19, 3e37);
    Rng rng{2};
    const auto core_rows = noise(rng, 100 * 3, scale);
    const DbscanModel model{{core_rows.data(), 100, 3}, std::vector<std::uint32_t>(100), scale};
    for (int i = 0; i < 50; ++i) {
        const auto row = noise(rng, 3, scale);
        CHECK(model.score(row).value == Approx(exact_least(model, row) / scale).epsilon(1e-5).margin(0));
    }
}

TEST_CASE("DbscanModel: no score is higher than 1e18", "[models]") {
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    const std::vector<float> core_row{largest, largest}, row{-largest, -largest};
    const DbscanModel wide{{core_row.data(), 1, 2}, {0}, 1e30}, narrow{{core_row.data(), 1, 2}, {0}, 1e-100};
    CHECK(wide.score(row).value == Approx(2 * std::sqrt(2.0) * static_cast<double>(largest) / 1e30));
    CHECK(narrow.score(row) == Score{1e18, Status::ok});
    std::vector<double> shares(2);
    CHECK(narrow.attribute(row, shares).value == 1e18);
    CHECK(shares[0] == Approx(5e17));
    CHECK(shares[1] == Approx(5e17));
}

TEST_CASE("DbscanModel: a batch gives each row's score, to the bit, over strides", "[models]") {
    Rng rng{3};
    const std::size_t core_rows = GENERATE(1U, 70U, 500U);
    const DbscanModel model = model_of(rng, core_rows, 9);
    for (const std::size_t count : {0U, 1U, 3U, 64U, 65U, 130U}) {
        auto values = noise(rng, count * 12);
        if (count > 60) values[12 * 50 + 3] = std::bit_cast<float>(0x7fc0'0001U);
        const MatrixView rows{values.data(), count, 9, 12};
        std::vector<Score> scores(count);
        model.score_batch(rows, scores);
        for (std::size_t i = 0; i < count; ++i) {
            CHECK(scores[i].value == model.score(rows.row(i)).value);
            CHECK((scores[i].status == Status::bad_input) == (count > 60 && i == 50));
        }
    }
}

TEST_CASE("DbscanModel: a batch writes no more than there is room for", "[models]") {
    Rng rng{4};
    const DbscanModel model = model_of(rng, 5, 3);
    const auto values = noise(rng, 10 * 3);
    std::vector<Score> scores(10, Score{-1, Status::ok});
    model.score_batch({values.data(), 10, 3}, std::span{scores}.first(6));
    CHECK(scores[5].value >= 0);
    CHECK(scores[6].value == -1);
    model.score_batch({values.data(), 2, 3}, scores);
    CHECK(scores[6].value == -1);
}

TEST_CASE("DbscanModel: NaN, infinity and another dimension are bad input", "[models]") {
    for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U, 0xff80'0000U}) {
        const std::vector<float> row{1, std::bit_cast<float>(bits)};
        std::vector<double> shares{7, 7};
        CHECK(two_spots().score(row) == Score{0, Status::bad_input});
        CHECK_FALSE(two_spots().assign(row).has_value());
        CHECK(two_spots().attribute(row, shares) == Score{0, Status::bad_input});
        CHECK(shares == std::vector<double>{0, 0});
    }
    CHECK(two_spots().score({}).status == Status::bad_input);
    CHECK(two_spots().score(std::vector<float>{1, 2, 3}).status == Status::bad_input);
    const std::vector<float> wide(6);
    std::vector<Score> scores(2);
    two_spots().score_batch({wide.data(), 2, 3}, scores);
    CHECK(scores == std::vector<Score>(2, {0, Status::bad_input}));
}

TEST_CASE("DbscanModel: shares are squared differences, scaled to sum to the score", "[models]") {
    std::vector<double> shares(2);
    CHECK(two_spots().attribute(std::vector<float>{13, -4}, shares).value == 2.5);
    CHECK(shares[0] == Approx(2.5 * 9 / 25));
    CHECK(shares[1] == Approx(2.5 * 16 / 25));
    CHECK(two_spots().attribute(std::vector<float>{10, 0}, shares) == Score{0, Status::ok});
    CHECK(shares == std::vector<double>{0, 0});
    std::vector<double> few{7};
    CHECK(two_spots().attribute(std::vector<float>{13, 4}, few).status == Status::bad_input);
    CHECK(few[0] == 0);
}

TEST_CASE("DbscanModel: scoring allocates nothing", "[models]") {
    Rng rng{5};
    const DbscanModel model = model_of(rng, 500, 33);
    const auto values = noise(rng, 100 * 33);
    const MatrixView rows{values.data(), 100, 33};
    std::vector<Score> scores(100);
    std::vector<double> shares(33);
    const testing::AllocationCount count;
    model.score_batch(rows, scores);
    static_cast<void>(model.score(rows.row(0)));
    static_cast<void>(model.assign(rows.row(0)));
    static_cast<void>(model.attribute(rows.row(0), shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("DbscanModel: a copy is a model of its own", "[models]") {
    std::vector<DbscanModel> models(2, two_spots());
    const DbscanModel copy = models.front();
    models.clear();
    CHECK(copy.score(std::vector<float>{3, -4}).value == 2.5);
}

TEST_CASE("DbscanModel: the default threshold needs a calibration", "[models]") {
    CHECK(two_spots().default_threshold() == 7);
    CHECK(DbscanDetector{two_spots()}.threshold().value() == 7);
    Rng rng{6};
    CHECK_THROWS_AS(model_of(rng, 5, 2).default_threshold(), std::invalid_argument);
}

TEST_CASE("DbscanModel: what was written is read back", "[models]") {
    const auto bytes = to_bytes(two_spots());
    const auto read = from_bytes<DbscanModel>(bytes);
    CHECK(to_bytes(read) == bytes);
    CHECK(read.dimension() == 2);
    CHECK(read.eps() == 2);
    CHECK(read.default_threshold() == 7);
    CHECK(read.core_rows() == std::vector<float>{0, 0, 10, 0, 0, 1});
    CHECK(std::vector<std::uint32_t>(read.clusters().begin(), read.clusters().end()) ==
          std::vector<std::uint32_t>{0, 1, 0});
    CHECK(read.score(std::vector<float>{3, -4}).value == 2.5);
}

TEST_CASE("DbscanModel: truncated bytes and flipped bits are refused", "[models]") {
    auto bytes = to_bytes(two_spots());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(from_bytes<DbscanModel>({bytes.data(), size}), FormatError);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
        CHECK_THROWS_AS(from_bytes<DbscanModel>(bytes), FormatError);
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
}

TEST_CASE("DbscanModel: under a right checksum forged bytes are refused or harmless", "[models]") {
    ByteWriter writer;
    write_object(writer, two_spots());
    const std::vector<std::byte> payload{writer.bytes().begin(), writer.bytes().end()};
    const std::vector<float> row{3, 4};
    int refused = 0;
    for (std::size_t at = 0; at < payload.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            auto forged = payload;
            forged[at] = static_cast<std::byte>(value);
            try {
                const auto model = from_bytes<DbscanModel>(detail::seal(forged));
                if (model.score(row).value > 1e18) FAIL("at " << at);
                if (model.assign(row).value_or(0) > 2) FAIL("at " << at);
            } catch (const FormatError&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 100);
}

TEST_CASE("DbscanModel: core rows and clusters that cannot be are refused", "[models]") {
    const std::vector<float> values{1, 2, 3, std::bit_cast<float>(0x7fc0'0001U)};
    const MatrixView good{values.data(), 3, 1};
    CHECK_THROWS_WITH((DbscanModel{{values.data(), 4, 1}, {0, 0, 0, 0}, 1}),
                      "DbscanModel: row 3 is not finite, must be finite in every feature");
    CHECK_THROWS_AS((DbscanModel{{}, {}, 1}), std::invalid_argument);
    CHECK_THROWS_AS((DbscanModel{MatrixView{values.data(), 2, 0}, {0, 0}, 1}), std::invalid_argument);
    CHECK_THROWS_AS((DbscanModel{good, {0, 0}, 1}), std::invalid_argument);
    CHECK_THROWS_AS((DbscanModel{good, {0, 0, 3}, 1}), std::invalid_argument);
    CHECK_THROWS_AS((DbscanModel{good, {0, 0, 0}, 0}), std::invalid_argument);
    CHECK_THROWS_AS((DbscanModel{good, {0, 0, 0}, 1e101}), std::invalid_argument);
    CHECK_NOTHROW(DbscanModel{good, {2, 0, 1}, 1});
}
