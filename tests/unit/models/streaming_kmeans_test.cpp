// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/streaming_kmeans.hpp"

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

using namespace sonde;

namespace {

const float corners[3][2] = {{0, 0}, {100, 0}, {0, 200}};

/// A row near the corner i % 3.
std::vector<float> near_corner(Rng& rng, std::size_t i) {
    std::vector<float> row;
    for (const float x : corners[i % 3]) row.push_back(x + static_cast<float>(rng.normal()));
    return row;
}

StreamingKMeans taught(std::size_t rows, const StreamingKMeansOptions& options) {
    Rng rng{1};
    StreamingKMeans scorer{options};
    for (std::size_t i = 0; i < rows; ++i) scorer.learn(near_corner(rng, i));
    return scorer;
}

std::vector<std::byte> payload_of(const StreamingKMeans& scorer) {
    ByteWriter writer;
    write_object(writer, scorer);
    return {writer.bytes().begin(), writer.bytes().end()};
}

}  // namespace

static_assert(Learner<StreamingKMeans> && Explainer<StreamingKMeans> && Persistent<StreamingKMeans>);

TEST_CASE("StreamingKMeans: clouds get a centre each, from any seed", "[models]") {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        const auto scorer = taught(3000, {.dimension = 2, .clusters = 3, .warm_up = 90, .seed = seed});
        REQUIRE(scorer.clusters() == 3);
        for (const auto& corner : corners)
            CHECK(scorer.score(std::vector<float>(corner, corner + 2)).value < 0.3);
        CHECK(scorer.score(std::vector<float>{50, 100}).value == Approx(std::hypot(50, 100)).epsilon(0.2));
    }
}

TEST_CASE("StreamingKMeans: one centre is the mean of all rows", "[models]") {
    Rng rng{2};
    StreamingKMeans scorer{{.dimension = 2, .clusters = 1, .warm_up = 10}};
    double sum = 0;
    for (int i = 1; i <= 500; ++i) {
        const auto row = near_corner(rng, static_cast<std::size_t>(i));
        sum += static_cast<double>(row[1]);
        scorer.learn(row);
        if (i >= 10) CHECK(scorer.centre(0)[1] == Approx(sum / i));
    }
}

TEST_CASE("StreamingKMeans: with a half-life an old row weighs less, by two for each half-life", "[models]") {
    Rng rng{3};
    const double half_life = 25;
    StreamingKMeans scorer{{.dimension = 2, .clusters = 1, .warm_up = 10, .half_life = half_life}};
    double sum = 0, weight = 0;
    const double keep = std::exp2(-1 / half_life);
    for (int i = 1; i <= 300; ++i) {
        const auto row = near_corner(rng, static_cast<std::size_t>(i));
        const double kept = i <= 10 ? 1 : keep;  // those of the warm-up are of one age
        sum = kept * sum + static_cast<double>(row[0]);
        weight = kept * weight + 1;
        scorer.learn(row);
    }
    CHECK(scorer.centre(0)[0] == Approx(sum / weight));
}

TEST_CASE("StreamingKMeans: a centre follows its rows when old ones fade", "[models]") {
    auto fading = taught(600, {.dimension = 2, .clusters = 3, .warm_up = 90, .half_life = 50});
    auto steady = taught(600, {.dimension = 2, .clusters = 3, .warm_up = 90});
    for (int i = 0; i < 600; ++i)
        for (auto* scorer : {&fading, &steady}) scorer->learn(std::vector<float>{20, 10});
    CHECK(fading.score(std::vector<float>{20, 10}).value < 1);
    CHECK(steady.score(std::vector<float>{20, 10}).value > 3);
}

TEST_CASE("StreamingKMeans: says nothing before its warm-up is over, and nothing of bad input", "[models]") {
    StreamingKMeans scorer{{.dimension = 1, .clusters = 2, .warm_up = 4}};
    const std::vector<float> one{1}, nan{std::bit_cast<float>(0x7fc0'0001U)}, wide{1, 2};
    for (int i = 0; i < 4; ++i) {
        CHECK(scorer.score(one) == Score{0, Status::warming_up});
        CHECK(scorer.score(nan) == Score{0, Status::bad_input});
        scorer.learn(nan);
        scorer.learn(wide);
        scorer.learn(one);
    }
    CHECK(scorer.learned() == 4);
    CHECK(scorer.score(one) == Score{0, Status::ok});
    CHECK(scorer.score(wide) == Score{0, Status::bad_input});
    std::vector<double> shares(1, 7);
    CHECK(scorer.attribute(nan, shares) == Score{0, Status::bad_input});
    CHECK(shares[0] == 0);
}

TEST_CASE("StreamingKMeans: of fewer distinct rows than clusters there are fewer centres", "[models]") {
    StreamingKMeans scorer{{.dimension = 1, .clusters = 5, .warm_up = 20}};
    for (int i = 0; i < 20; ++i) scorer.learn(std::vector<float>{static_cast<float>(i % 2)});
    CHECK(scorer.clusters() == 2);
    CHECK(scorer.score(std::vector<float>{1}).value == 0);
    CHECK(scorer.score(std::vector<float>{4}).value == 3);
}

TEST_CASE("StreamingKMeans: the largest floats have finite scores and leave it usable", "[models]") {
    StreamingKMeans scorer{{.dimension = 2, .clusters = 2, .warm_up = 4}};
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    for (int i = 0; i < 50; ++i) {
        const float x = i % 2 == 0 ? largest : -largest;
        scorer.learn(std::vector<float>{x, -x});
        CHECK(is_finite(scorer.score(std::vector<float>{-x, -x}).value));
    }
    CHECK(scorer.score(std::vector<float>{largest, -largest}).value <= 1e33);
}

TEST_CASE("StreamingKMeans: shares are squared differences, scaled to sum to the score", "[models]") {
    StreamingKMeans scorer{{.dimension = 2, .clusters = 1, .warm_up = 1}};
    scorer.learn(std::vector<float>{10, 0});
    std::vector<double> shares(2);
    CHECK(scorer.attribute(std::vector<float>{13, 4}, shares).value == 5);
    CHECK(shares[0] == Approx(5 * 9.0 / 25));
    CHECK(shares[1] == Approx(5 * 16.0 / 25));
}

TEST_CASE("StreamingKMeans: learning and scoring allocate nothing, the end of the warm-up included",
          "[models]") {
    Rng rng{4};
    StreamingKMeans scorer{{.dimension = 2, .clusters = 3, .warm_up = 50}};
    std::vector<std::vector<float>> rows;
    for (std::size_t i = 0; i < 100; ++i) rows.push_back(near_corner(rng, i));
    const testing::AllocationCount count;
    for (const auto& row : rows) {
        scorer.learn(row);
        static_cast<void>(scorer.score(row));
    }
    CHECK(count.since_start() == 0);
}

TEST_CASE("StreamingKMeans: goes on from its bytes as if nothing had been, in the warm-up too", "[models]") {
    for (const std::size_t rows : {0U, 20U, 50U, 300U}) {
        auto scorer =
            taught(rows, {.dimension = 2, .clusters = 3, .warm_up = 50, .half_life = 100, .seed = 7});
        const auto bytes = to_bytes(scorer);
        auto read = from_bytes<StreamingKMeans>(bytes);
        CHECK(to_bytes(read) == bytes);
        Rng rng{5};
        for (std::size_t i = 0; i < 100; ++i) {
            const auto row = near_corner(rng, i);
            CHECK(read.score(row) == scorer.score(row));
            read.learn(row);
            scorer.learn(row);
        }
        CHECK(to_bytes(read) == to_bytes(scorer));
    }
}

TEST_CASE("StreamingKMeans: broken bytes are refused, forged ones refused or harmless", "[models]") {
    for (const std::size_t rows : {4U, 30U}) {
        const auto scorer = taught(rows, {.dimension = 2, .clusters = 3, .warm_up = 10});
        auto bytes = to_bytes(scorer);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            CHECK_THROWS_AS(from_bytes<StreamingKMeans>({bytes.data(), size}), FormatError);
        const auto payload = payload_of(scorer);
        const testing::LargestAllocation largest;
        for (std::size_t at = 0; at < payload.size(); ++at) {
            for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
                auto forged = payload;
                forged[at] = static_cast<std::byte>(value);
                try {
                    auto read = from_bytes<StreamingKMeans>(detail::seal(forged));
                    const std::vector<float> row(read.dimension(), 1);
                    for (int i = 0; i < 12; ++i) read.learn(row);
                    if (!is_finite(read.score(row).value)) FAIL("at " << at);
                } catch (const FormatError&) {}
            }
        }
        CHECK(largest.since_start() < 10 * payload.size());
    }
}

TEST_CASE("StreamingKMeans: options outside their ranges are refused", "[models]") {
    CHECK_THROWS_WITH((StreamingKMeans{{.dimension = 0}}),
                      "StreamingKMeans: dimension is 0, must be in [1, 1048576]");
    CHECK_THROWS_AS((StreamingKMeans{{.dimension = 2, .clusters = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((StreamingKMeans{{.dimension = 2, .clusters = 8, .warm_up = 7}}), std::invalid_argument);
    CHECK_THROWS_AS((StreamingKMeans{{.dimension = 2, .half_life = 0.5}}), std::invalid_argument);
    CHECK_THROWS_AS((StreamingKMeans{{.dimension = 1 << 20, .clusters = 1 << 10}}), std::invalid_argument);
}

TEST_CASE("StreamingKMeansDetector: about one row in a thousand of a steady stream is anomalous",
          "[models]") {
    Rng rng{6};
    StreamingKMeansDetector detector{{.dimension = 2, .clusters = 3}};
    for (std::size_t i = 0; i < 30'000; ++i) static_cast<void>(detector.observe(near_corner(rng, i)));
    CHECK(detector.counts().anomalous >= 5);
    CHECK(detector.counts().anomalous <= 80);
    CHECK(detector.judge(std::vector<float>{50, 100}).anomalous);
}
