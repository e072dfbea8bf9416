// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/kmeans.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

KMeansModel model_of(Rng& rng, std::size_t clusters, std::size_t dimension, double offset = 0) {
    const auto centroids = noise(rng, clusters * dimension, 1, offset);
    return KMeansModel{{centroids.data(), clusters, dimension}};
}

double exact(Row row, Row centroid) {
    long double sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const long double difference =
            static_cast<long double>(row[i]) - static_cast<long double>(centroid[i]);
        sum += difference * difference;
    }
    return static_cast<double>(std::sqrt(sum));
}

double exact_least(const KMeansModel& model, Row row) {
    double least = exact(row, model.centroids().row(0));
    for (std::size_t c = 1; c < model.clusters(); ++c)
        least = std::min(least, exact(row, model.centroids().row(c)));
    return least;
}

const KMeansModel& triangle() {
    static const std::vector<float> centroids{0, 0, 10, 0, 0, 20};
    static const KMeansModel model{{centroids.data(), 3, 2},
                                   {.inertia = 1.5, .iterations = 4, .sizes = {3, 2, 1}}};
    return model;
}

}  // namespace

static_assert(BatchScorer<KMeansModel> && Explainer<KMeansModel> && Persistent<KMeansModel>);
static_assert(BatchDetector<KMeansDetector>);

TEST_CASE("KMeansModel: the score is the distance to the nearest centroid", "[models]") {
    CHECK(triangle().score(std::vector<float>{3, 4}) == Score{5, Status::ok});
    CHECK(triangle().score(std::vector<float>{13, -4}) == Score{5, Status::ok});
    CHECK(triangle().score(std::vector<float>{0, 20}) == Score{0, Status::ok});
    CHECK(triangle().assign(std::vector<float>{3, 4}) == 0U);
    CHECK(triangle().assign(std::vector<float>{13, -4}) == 1U);
    CHECK(triangle().assign(std::vector<float>{0, 11}) == 2U);
    CHECK(triangle().assign(std::vector<float>{5, 0}) == 0U);  // as near to 1: the first
}

TEST_CASE("KMeansModel: the score is that of brute force, at every offset", "[models]") {
    const double offset = GENERATE(0.0, 1e3, -1e4, 1e5, 1e6);
    const std::size_t clusters = GENERATE(3U, 37U), dimension = GENERATE(1U, 7U, 64U, 300U);
    Rng rng{1};
    const KMeansModel model = model_of(rng, clusters, dimension, offset);
    for (int i = 0; i < 30; ++i) {
        const auto row = noise(rng, dimension, 2, offset);
        const double score = model.score(row).value;
        CHECK(score == Approx(exact(row, model.centroids().row(*model.assign(row)))).epsilon(1e-13));
        CHECK(score == Approx(exact_least(model, row)).epsilon(1e-13));
    }
}

TEST_CASE("KMeansModel: a scaled score is the distance by the scale of the nearest cluster", "[models]") {
    const std::vector<float> centroids{0, 0, 10, 0};
    const KMeansModel model{{centroids.data(), 2, 2}, {.scales = {5, 0.5}}};
    CHECK(model.form() == KMeansForm::scaled);
    CHECK(model.score(std::vector<float>{3, 4}).value == 1);
    CHECK(model.score(std::vector<float>{10, 3}).value == 6);
    CHECK(model.score(std::vector<float>{6, 0}).value ==
          8);  // nearer to the second, though scores there are higher
    std::vector<double> shares(2);
    CHECK(model.attribute(std::vector<float>{13, 4}, shares).value == 10);
    CHECK(shares[0] == Approx(10 * 9.0 / 25));
    CHECK(shares[1] == Approx(10 * 16.0 / 25));
    const auto read = from_bytes<KMeansModel>(to_bytes(model));
    CHECK(read.score(std::vector<float>{10, 3}).value == 6);
    const KMeansModel tiny{{centroids.data(), 2, 2}, {.scales = {1e-100, 1e-100}}};
    CHECK(tiny.score(std::vector<float>{3, 4}).value == 1e18);
}

TEST_CASE("KMeansModel: values near the ends of float are scored right", "[models]") {
    const double scale = GENERATE(1e-36, 1e-30, 1e-20, 1e-14, 1e17, 1e19, 3e37);
    Rng rng{2};
    const auto centroids = noise(rng, 20 * 3, scale);
    const KMeansModel model{{centroids.data(), 20, 3}};
    for (int i = 0; i < 50; ++i) {
        const auto row = noise(rng, 3, scale);
        CHECK(model.score(row).value == Approx(exact_least(model, row)).epsilon(1e-6).margin(0));
    }
}

TEST_CASE("KMeansModel: the largest floats on opposite sides have a finite distance", "[models]") {
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    const std::vector<float> centroids{largest, largest, 0, 0}, row{-largest, -largest};
    const KMeansModel model{{centroids.data(), 2, 2}};
    CHECK(model.assign(row) == 1U);
    CHECK(model.score(row).value == Approx(std::sqrt(2.0) * static_cast<double>(largest)));
}

TEST_CASE("KMeansModel: a batch gives each row's score, to the bit, over strides and block ends",
          "[models]") {
    Rng rng{3};
    const std::size_t clusters = GENERATE(1U, 16U, 70U);
    const KMeansModel model = model_of(rng, clusters, 9);
    for (const std::size_t count : {0U, 1U, 3U, 4U, 63U, 64U, 65U, 130U, 200U}) {
        auto values = noise(rng, count * 12);
        if (count > 60) values[12 * 50 + 3] = std::bit_cast<float>(0x7fc0'0001U);
        const MatrixView rows{values.data(), count, 9, 12};
        std::vector<Score> scores(count);
        model.score_batch(rows, scores);
        for (std::size_t i = 0; i < count; ++i) {
#ifdef __FAST_MATH__
            CHECK(scores[i].value == Approx(model.score(rows.row(i)).value).epsilon(1e-9));
#else
            CHECK(scores[i] == model.score(rows.row(i)));
#endif
            CHECK((scores[i].status == Status::bad_input) == (count > 60 && i == 50));
        }
    }
}

TEST_CASE("KMeansModel: a batch writes no more than there is room for", "[models]") {
    Rng rng{4};
    const KMeansModel model = model_of(rng, 5, 3);
    const auto values = noise(rng, 10 * 3);
    std::vector<Score> scores(10, Score{-1, Status::ok});
    model.score_batch({values.data(), 10, 3}, std::span{scores}.first(6));
    CHECK(scores[5].value >= 0);
    CHECK(scores[6].value == -1);
    model.score_batch({values.data(), 2, 3}, scores);
    CHECK(scores[6].value == -1);
}

TEST_CASE("KMeansModel: NaN, infinity and another dimension are bad input", "[models]") {
    for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U, 0xff80'0000U}) {
        const std::vector<float> row{1, std::bit_cast<float>(bits)};
        std::vector<double> shares{7, 7};
        CHECK(triangle().score(row) == Score{0, Status::bad_input});
        CHECK_FALSE(triangle().assign(row).has_value());
        CHECK(triangle().attribute(row, shares) == Score{0, Status::bad_input});
        CHECK(shares == std::vector<double>{0, 0});
    }
    CHECK(triangle().score({}).status == Status::bad_input);
    CHECK(triangle().score(std::vector<float>{1, 2, 3}).status == Status::bad_input);
    const std::vector<float> wide(6);
    std::vector<Score> scores(2);
    triangle().score_batch({wide.data(), 2, 3}, scores);
    CHECK(scores == std::vector<Score>(2, {0, Status::bad_input}));
}

TEST_CASE("KMeansModel: shares are squared differences, scaled to sum to the score", "[models]") {
    std::vector<double> shares(2);
    CHECK(triangle().attribute(std::vector<float>{13, 4}, shares).value == 5);
    CHECK(shares[0] == Approx(5 * 9.0 / 25));
    CHECK(shares[1] == Approx(5 * 16.0 / 25));
    CHECK(triangle().attribute(std::vector<float>{10, 0}, shares) == Score{0, Status::ok});
    CHECK(shares == std::vector<double>{0, 0});
    std::vector<double> few{7};
    CHECK(triangle().attribute(std::vector<float>{13, 4}, few).status == Status::bad_input);
    CHECK(few[0] == 0);
}

TEST_CASE("KMeansModel: scoring allocates nothing", "[models]") {
    Rng rng{5};
    const KMeansModel model = model_of(rng, 70, 33);
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

TEST_CASE("KMeansModel: what was written is read back", "[models]") {
    const auto bytes = to_bytes(triangle());
    const auto read = from_bytes<KMeansModel>(bytes);
    CHECK(to_bytes(read) == bytes);
    CHECK(read.clusters() == 3);
    CHECK(read.dimension() == 2);
    CHECK(read.inertia() == 1.5);
    CHECK(read.iterations() == 4);
    CHECK(std::vector<std::uint64_t>(read.sizes().begin(), read.sizes().end()) ==
          std::vector<std::uint64_t>{3, 2, 1});
    CHECK(read.score(std::vector<float>{3, 4}).value == 5);
}

TEST_CASE("KMeansModel: truncated bytes and flipped bits are refused", "[models]") {
    auto bytes = to_bytes(triangle());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(from_bytes<KMeansModel>({bytes.data(), size}), FormatError);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
        CHECK_THROWS_AS(from_bytes<KMeansModel>(bytes), FormatError);
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
}

TEST_CASE("KMeansModel: under a right checksum forged bytes are refused or harmless", "[models]") {
    ByteWriter writer;
    write_object(writer, triangle());
    const std::vector<std::byte> payload{writer.bytes().begin(), writer.bytes().end()};
    const std::vector<float> row{3, 4};
    int refused = 0;
    for (std::size_t at = 0; at < payload.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            auto forged = payload;
            forged[at] = static_cast<std::byte>(value);
            try {
                const auto model = from_bytes<KMeansModel>(detail::seal(forged));
                if (!is_finite(model.score(row).value)) FAIL("at " << at);
            } catch (const FormatError&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 100);
}

TEST_CASE("KMeansModel: reading takes no more than a few times the memory of the file", "[models]") {
    const std::size_t clusters = GENERATE(1U, 8U, 17U);
    Rng rng{6};
    const auto bytes = to_bytes(model_of(rng, clusters, 20'000));
    const testing::LargestAllocation largest;
    CHECK(from_bytes<KMeansModel>(bytes).clusters() == clusters);
    CHECK(largest.since_start() <= 2 * bytes.size());
}

TEST_CASE("KMeansModel: centroids that cannot be are refused", "[models]") {
    const std::vector<float> nan{1, std::bit_cast<float>(0x7fc0'0001U)}, good{1, 2};
    const MatrixView one{good.data(), 1, 2};
    CHECK_THROWS_WITH((KMeansModel{MatrixView{nan.data(), 2, 1}}),
                      "KMeansModel: centroid 1 is not finite, must be finite in every feature");
    CHECK_THROWS_AS((KMeansModel{MatrixView{}}), std::invalid_argument);
    CHECK_THROWS_AS((KMeansModel{MatrixView{good.data(), 2, 0}}), std::invalid_argument);
    CHECK_THROWS_AS((KMeansModel{one, {.inertia = -1}}), std::invalid_argument);
    CHECK_THROWS_AS((KMeansModel{one, {.sizes = {1, 2}}}), std::invalid_argument);
    CHECK_THROWS_AS((KMeansModel{one, {.scales = {1, 2}}}), std::invalid_argument);
    CHECK_THROWS_AS((KMeansModel{one, {.scales = {0}}}), std::invalid_argument);
    CHECK_THROWS_AS(KMeansModel{one}.default_threshold(), std::invalid_argument);
    CHECK_NOTHROW(KMeansModel{one, {.inertia = 0, .iterations = 1, .sizes = {2}}});
}

TEST_CASE("KMeansModel: a row far from all centroids gets the same cluster and score alone and in a batch",
          "[models]") {
    Rng rng{31};
    constexpr std::size_t k = 16, d = 2, count = 60;
    const auto centroids = noise(rng, k * d);
    std::vector<double> scales(k);
    for (std::size_t c = 0; c < k; ++c) scales[c] = 1 + static_cast<double>(c);
    const KMeansModel distance{{centroids.data(), k, d}},
        relative{{centroids.data(), k, d}, {.scales = scales}};
    for (int power = 10; power <= 18; ++power) {
        auto values = noise(rng, count * d);
        for (std::size_t i = 1; i < values.size(); i += 2)
            values[i] = static_cast<float>(std::pow(10, power));
        const MatrixView rows{values.data(), count, d};
        std::vector<Score> distances(count), relatives(count);
        distance.score_batch(rows, distances);
        relative.score_batch(rows, relatives);
        for (std::size_t i = 0; i < count; ++i) {
            CHECK(distances[i] == distance.score(rows.row(i)));
            CHECK(relatives[i] == relative.score(rows.row(i)));
            const std::size_t cluster = distance.assign(rows.row(i)).value();
            CHECK(relative.assign(rows.row(i)).value() == cluster);
            CHECK(relatives[i].value == std::min(distances[i].value / scales[cluster], 1e18));
        }
    }
}
