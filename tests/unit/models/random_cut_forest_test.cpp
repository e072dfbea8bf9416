// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/random_cut_forest.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

using Values = std::vector<float>;

Values usual(Rng& rng, float level = 0) {
    return {level + static_cast<float>(rng.normal()), 50 + 10 * static_cast<float>(rng.normal()),
            static_cast<float>(rng.normal()) / 1024};
}

RandomCutForestOptions small() { return {.dimension = 3, .trees = 10, .sample_size = 32, .warm_up = 32}; }

RandomCutForest taught(const RandomCutForestOptions& options, std::size_t rows) {
    Rng rng{1};
    RandomCutForest forest{options};
    for (std::size_t i = 0; i < rows; ++i) forest.learn(usual(rng));
    return forest;
}

std::vector<std::byte> payload_of(const RandomCutForest& forest) {
    ByteWriter writer;
    write_object(writer, forest);
    return {writer.bytes().begin(), writer.bytes().end()};
}

}  // namespace

static_assert(Learner<RandomCutForest> && BatchScorer<RandomCutForest> && Explainer<RandomCutForest> &&
              Persistent<RandomCutForest> && BatchDetector<RandomCutForestDetector>);

TEST_CASE("RandomCutForest: options out of range are refused", "[models]") {
    const auto refused = [](auto change) {
        RandomCutForestOptions options = small();
        change(options);
        CHECK_THROWS_AS(RandomCutForest{options}, std::invalid_argument);
    };
    refused([](auto& o) { o.dimension = 0; });
    refused([](auto& o) { o.dimension = (std::size_t{1} << 20) + 1; });
    refused([](auto& o) { o.trees = 0; });
    refused([](auto& o) { o.trees = 1025; });
    refused([](auto& o) { o.sample_size = 1; });
    refused([](auto& o) { o.sample_size = 65537; });
    refused([](auto& o) { o.warm_up = 1; });
    refused([](auto& o) { o.half_life = 0.5; });
    refused([](auto& o) { o.half_life = std::bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0000}); });
    refused([](auto& o) { o.trees = 1024, o.sample_size = 65536, o.dimension = 2; });
    CHECK_NOTHROW(
        RandomCutForest{{.dimension = 1, .trees = 1, .sample_size = 2, .warm_up = 2, .half_life = 1}});
}

TEST_CASE("RandomCutForest: a row beyond all others scores near 1, an ordinary one a few rows", "[models]") {
    const auto forest = taught({.dimension = 3}, 3000);
    CHECK(forest.score(Values{1e6F, 1e6F, 1e6F}).value > 0.99);
    CHECK(forest.score(Values{0, 50, 0}).value < 0.05);
    CHECK(forest.score(Values{8, 50, 0}).value > 5 * forest.score(Values{0, 50, 0}).value);
    double last = 0;
    for (const float x : {4.0F, 8.0F, 16.0F, 64.0F, 1e4F}) {
        const double score = forest.score(Values{x, 50, 0}).value;
        CHECK(score > last);
        CHECK(score <= 1);
        last = score;
    }
}

TEST_CASE("RandomCutForest: warm-up and bad input are told", "[models]") {
    const float infinity = std::bit_cast<float>(0x7f80'0000U);
    RandomCutForest forest{small()};
    Rng rng{2};
    for (std::uint64_t i = 0; i < 32; ++i) {
        CHECK(forest.score(usual(rng)) == Score{0, Status::warming_up});
        forest.learn(Values{1, infinity, 2});
        forest.learn(Values{1, 2});
        CHECK(forest.learned() == i);
        forest.learn(usual(rng));
    }
    CHECK(forest.score(usual(rng)).status == Status::ok);
    CHECK(forest.score(Values{1, 2}) == Score{0, Status::bad_input});
    CHECK(forest.score(Values{1, 2, infinity}) == Score{0, Status::bad_input});
}

TEST_CASE("RandomCutForest: what never varied scores 0, any change of it 1", "[models]") {
    RandomCutForest forest{small()};
    for (int i = 0; i < 100; ++i) forest.learn(Values{7, 0, -3e38F});
    CHECK(forest.score(Values{7, 0, -3e38F}).value == 0);
    CHECK(forest.score(Values{7.001F, 0, -3e38F}).value == 1);
    std::vector<double> shares(3);
    CHECK(forest.attribute(Values{7, 1e-3F, -3e38F}, shares).value == 1);
    CHECK(shares == std::vector<double>{0, 1, 0});
}

TEST_CASE("RandomCutForest: units of the features do not matter", "[models]") {
    auto plain = RandomCutForest{small()}, scaled = plain;
    Rng rng{3};
    const auto in_other_units = [](Values row) {
        row[0] *= 4096;
        row[1] /= 1024;
        row[2] *= 2;
        return row;
    };
    for (int i = 0; i < 1000; ++i) {
        const Values row = usual(rng);
        // Powers of two: not even rounding differs, but for the first rows' 1e-6 of a value.
        REQUIRE(scaled.score(in_other_units(row)).value == Approx(plain.score(row).value).margin(1e-12));
        plain.learn(row);
        scaled.learn(in_other_units(row));
    }
}

TEST_CASE("RandomCutForest: follows a change of level, faster with a half-life", "[models]") {
    auto options = small();
    options.half_life = 100;
    auto fading = taught(options, 5000);
    options.half_life = 0;
    auto uniform = taught(options, 5000);
    Rng rng{4};
    const Values there{20, 50, 0};
    const double before = fading.score(there).value;
    for (int i = 0; i < 500; ++i) {
        const Values row = usual(rng, 20);
        fading.learn(row);
        uniform.learn(row);
    }
    CHECK(fading.score(there).value < 0.1 * before);
    CHECK(fading.score(there).value < uniform.score(there).value);
    CHECK(fading.score(Values{0, 50, 0}).value > uniform.score(Values{0, 50, 0}).value);
}

TEST_CASE(
    "RandomCutForest: uniform samples hold rows of all ages alike, fading ones half as many per half-life",
    "[models]") {
    // Rows count up: how far down the sample of a tree reaches tells its oldest, its median the half-life.
    const double half_life = GENERATE(0.0, 400.0);
    RandomCutForest forest{
        {.dimension = 1, .trees = 200, .sample_size = 64, .warm_up = 64, .half_life = half_life}};
    for (int i = 0; i < 4000; ++i) forest.learn(Values{static_cast<float>(i)});
    const auto payload = payload_of(forest);
    ByteReader reader{std::span{payload}.last(200 * detail::CutTree::written_size(64, 1))};
    double recent = 0;
    for (int tree = 0; tree < 200; ++tree) {
        for (int i = 0; i < 2 + 64 * 3 + 63 * 4; ++i) static_cast<void>(reader.u32());
        for (int i = 0; i < 64; ++i) recent += reader.f32() >= 3600 ? 1 : 0;
    }
    // Uniform: 400 of 4000 rows. Fading: not quite a half, as none is drawn twice.
    const double share = recent / (200 * 64);
    if (half_life <= 0)
        CHECK(share == Approx(0.1).epsilon(0.1));
    else
        CHECK((share > 0.44 && share < 0.51));
}

TEST_CASE("RandomCutForest: score_batch is score to the bit, and neither allocates", "[models]") {
    auto forest = taught(small(), 500);
    Rng rng{5};
    constexpr std::size_t count = 150;
    Values values;
    for (std::size_t i = 0; i < count; ++i)
        for (const float value : usual(rng)) values.push_back(value);
    values[3 * 70] = std::bit_cast<float>(0x7fc0'0000U);
    const MatrixView rows{values.data(), count, 3};
    std::vector<Score> scores(count);
    std::vector<double> shares(3);
    bool equal = true;
    const testing::AllocationCount allocations;
    forest.score_batch(rows, scores);
    for (std::size_t i = 0; i < count; ++i) {
        equal &= scores[i] == forest.score(rows.row(i));
        static_cast<void>(forest.attribute(rows.row(i), shares));
    }
    for (std::size_t i = 0; i < count; ++i) forest.learn(rows.row(i));
    const auto allocated = allocations.since_start();
    CHECK(allocated == 0);
    CHECK(equal);
    CHECK(scores[70] == Score{0, Status::bad_input});
    std::vector<Score> few(2, {-1, Status::ok});
    forest.score_batch(rows, std::span{few}.first(1));
    CHECK(few[0].value >= 0);
    CHECK(few[1].value == -1);
}

TEST_CASE("RandomCutForest: shares name the odd feature and sum to the score", "[models]") {
    const auto forest = taught(small(), 500);
    std::vector<double> shares(3), few(2, 9.0);
    for (std::size_t feature = 0; feature < 3; ++feature) {
        Values row{0, 50, 0};
        row[feature] += feature == 2 ? 0.02F : 200.0F;
        const Score score = forest.attribute(row, shares);
        CHECK(score == forest.score(row));
        CHECK(shares[0] + shares[1] + shares[2] == Approx(score.value).epsilon(1e-12));
        CHECK(shares[feature] > 0.8 * score.value);
    }
    CHECK(forest.attribute(Values{0, 50, 0}, few) == Score{0, Status::bad_input});
    CHECK(few == std::vector<double>{0, 0});
}

TEST_CASE("RandomCutForest: extreme rows give finite scores in [0, 1]", "[models]") {
    const std::vector<Values> extreme{
        {3e38F, -3e38F, 0}, {1e-45F, -1e-45F, 0}, {0, -0.0F, 0}, {1, 1, 1}, {-3e38F, 3e38F, 3e38F}};
    auto forest = taught(small(), 40);
    for (int round = 0; round < 60; ++round) {
        for (const Values& row : extreme) {
            forest.learn(row);
            for (const Values& probe : extreme) {
                const Score score = forest.score(probe);
                REQUIRE((is_finite(score.value) && score.value >= 0 && score.value <= 1));
            }
        }
    }
}

TEST_CASE("RandomCutForest: written and read back it goes on alike", "[models]") {
    const std::size_t learned = GENERATE(0U, 1U, 20U, 32U, 700U);
    auto forest = taught(small(), learned);
    auto restored = from_bytes<RandomCutForest>(to_bytes(forest));
    CHECK(to_bytes(restored) == to_bytes(forest));
    Rng rng{6};
    for (int i = 0; i < 200; ++i) {
        const Values row = usual(rng);
        REQUIRE(restored.score(row) == forest.score(row));
        restored.learn(row);
        forest.learn(row);
    }
    CHECK(to_bytes(restored) == to_bytes(forest));
}

TEST_CASE("RandomCutForest: broken files are refused, or are forests", "[models]") {
    const auto forest = taught({.dimension = 2, .trees = 2, .sample_size = 4, .warm_up = 4}, 0);
    auto used = forest;
    Rng rng{7};
    for (int i = 0; i < 50; ++i)
        used.learn(Values{static_cast<float>(rng.normal()), static_cast<float>(i % 3)});
    const auto payload = payload_of(used);
    for (std::size_t size = 0; size < payload.size(); ++size)
        CHECK_THROWS_AS(from_bytes<RandomCutForest>(detail::seal({payload.data(), size})), FormatError);
    int refused = 0;
    for (std::size_t bit = 0; bit < 8 * payload.size(); ++bit) {
        auto forged = payload;
        forged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        try {
            const testing::LargestAllocation largest;
            auto read = from_bytes<RandomCutForest>(detail::seal(forged));
            CHECK(largest.since_start() < 8 * payload.size());
            for (int i = 0; i < 10; ++i) read.learn(Values{static_cast<float>(i), 1});
            const double score = read.score(Values{3, 2}).value;
            REQUIRE((score >= 0 && score <= 1));
        } catch (const FormatError&) {
            ++refused;
        }
    }
    CHECK(refused > 1000);
}

TEST_CASE("RandomCutForest: a file of large sizes and nothing behind takes no memory", "[models]") {
    ByteWriter writer;
    writer.format(RandomCutForest::format);
    for (const std::uint64_t word : {1U << 10U, 1U << 10U, 1U << 6U, 2U}) writer.u64(word);
    writer.f64(0);
    for (int i = 0; i < 10; ++i) writer.u64(1);
    const auto file = detail::seal(writer.bytes());
    const testing::LargestAllocation largest;
    CHECK_THROWS_AS(from_bytes<RandomCutForest>(file), FormatError);
    CHECK(largest.since_start() < 1000);
}

TEST_CASE("RandomCutForestDetector: calls few rows of a steady stream anomalous, and the odd ones",
          "[models]") {
    RandomCutForestDetector detector{{.dimension = 3, .trees = 20, .sample_size = 64, .warm_up = 64}};
    Rng rng{8};
    std::uint64_t false_alarms = 0;
    for (int i = 0; i < 6000; ++i) false_alarms += detector.observe(usual(rng)).anomalous ? 1U : 0U;
    CHECK(false_alarms < 30);
    CHECK(detector.observe(Values{100, 50, 0}).anomalous);
}
