// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_isolation_forest.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "models/isolation_tree.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

const float no_number = std::bit_cast<float>(0x7fc0'0001U);

std::vector<std::uint32_t> first_rows(std::size_t count) {
    std::vector<std::uint32_t> rows(count);
    for (std::size_t i = 0; i < count; ++i) rows[i] = static_cast<std::uint32_t>(i);
    return rows;
}

/// The leaf of each row, and how far it is from the root.
struct Leaf {
    std::size_t place = 0, depth = 0;
};
Leaf leaf_by_hand(std::span<const detail::GrownNode> tree, Row row) {
    Leaf leaf;
    for (; tree[leaf.place].left != 0; ++leaf.depth) {
        const auto& node = tree[leaf.place];
        leaf.place = static_cast<double>(row[node.feature]) <= node.threshold ? node.left : node.right;
    }
    return leaf;
}

double c(double n) {
    if (n <= 1) return 0;
    return n < 3 ? 1 : 2 * (std::log(n - 1) + 0.5772156649015329) - 2 * (n - 1) / n;
}

}  // namespace

TEST_CASE("IsolationTreeGrower: leaves hold one row, equal rows, or lie at the depth limit", "[models]") {
    const std::size_t count = GENERATE(1U, 2U, 3U, 100U, 256U, 257U);
    auto values = noise(300 * 3, 1);
    for (std::size_t i = 0; i < 300; i += 3) std::fill_n(values.data() + i * 3, 3, 1.0F);  // duplicates
    const MatrixView rows{values.data(), 300, 3};
    const auto limit =
        static_cast<std::size_t>(std::ceil(std::log2(std::max<double>(static_cast<double>(count), 1))));
    detail::IsolationTreeGrower grower{rows, count};
    Rng rng{2};
    for (int round = 0; round < 10; ++round) {
        auto sample = first_rows(count);
        const auto tree = grower.grow(sample, rng);
        CHECK(tree.size() <= 2 * count - 1);
        std::vector<std::vector<std::size_t>> rows_in(tree.size());
        for (std::size_t i = 0; i < count; ++i) {
            const Leaf leaf = leaf_by_hand(tree, rows.row(i));
            REQUIRE(leaf.depth <= limit);
            rows_in[leaf.place].push_back(i);
        }
        for (std::size_t at = 0; at < tree.size(); ++at) {
            if (tree[at].left != 0) continue;
            REQUIRE_FALSE(rows_in[at].empty());
            const Leaf leaf = leaf_by_hand(tree, rows.row(rows_in[at][0]));
            const auto size = static_cast<double>(rows_in[at].size());
            REQUIRE(tree[at].value == Approx(static_cast<double>(leaf.depth) + c(size)));
            if (leaf.depth == limit) continue;
            for (const std::size_t i : rows_in[at])
                REQUIRE(std::ranges::equal(rows.row(i), rows.row(rows_in[at][0])));
        }
    }
}

TEST_CASE("IsolationTreeGrower: the root splits every feature alike, evenly over its range", "[models]") {
    std::vector<float> values;
    for (int i = 0; i < 11; ++i) {
        const auto x = static_cast<float>(i);
        values.insert(values.end(), {7, x, 100 + 10 * x, 7, -x * x});  // two are constant
    }
    detail::IsolationTreeGrower grower{{values.data(), 11, 5}, 11};
    Rng rng{3};
    std::vector<std::size_t> drawn(5);
    double place = 0;
    constexpr std::size_t rounds = 30'000;
    const std::vector<double> least{0, 0, 100, 0, -100}, range{0, 10, 100, 0, 100};
    for (std::size_t i = 0; i < rounds; ++i) {
        auto sample = first_rows(11);
        const auto& root = grower.grow(sample, rng)[0];
        ++drawn[root.feature];
        const double at = (root.threshold - least[root.feature]) / range[root.feature];
        REQUIRE((at >= 0 && at < 1));
        place += at / static_cast<double>(rounds);
    }
    CHECK(drawn[0] + drawn[3] == 0);
    // 5 standard deviations of a binomial, and of a mean of uniforms
    for (const std::size_t feature : {1U, 2U, 4U})
        CHECK(static_cast<double>(drawn[feature]) ==
              Approx(rounds / 3.0).margin(5 * std::sqrt(rounds * 2.0 / 9)));
    CHECK(place == Approx(0.5).margin(5 * std::sqrt(1.0 / 12 / rounds)));
}

TEST_CASE("IsolationTreeGrower: neighbouring floats are split", "[models]") {
    const std::vector<float> values{1.0F, std::bit_cast<float>(0x3f80'0001U)};
    detail::IsolationTreeGrower grower{{values.data(), 2, 1}, 2};
    Rng rng{4};
    for (int i = 0; i < 100; ++i) {
        auto sample = first_rows(2);
        CHECK(grower.grow(sample, rng).size() == 3);
    }
}

TEST_CASE("RowSampler: a sample has no row twice, and every row is as likely as another", "[models]") {
    const bool weighted = GENERATE(false, true);
    const std::vector<double> equal(20, 3.0);
    detail::RowSampler sampler{20, 6, weighted ? std::span<const double>{equal} : std::span<const double>{}};
    Rng rng{5};
    std::vector<std::size_t> drawn(20);
    constexpr std::size_t rounds = 20'000;
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto sample = sampler.draw(rng);
        REQUIRE(std::set<std::uint32_t>(sample.begin(), sample.end()).size() == 6);
        for (const std::uint32_t row : sample) ++drawn[row];
    }
    for (const std::size_t times : drawn)
        CHECK(static_cast<double>(times) == Approx(rounds * 0.3).margin(5 * std::sqrt(rounds * 0.3 * 0.7)));
}

TEST_CASE("RowSampler: the first row drawn follows the weights, and weight 0 never comes", "[models]") {
    const std::vector<double> weights{1, 0, 4, 2, 1};
    detail::RowSampler one{5, 1, weights}, all{5, 4, weights};
    Rng rng{6};
    std::vector<double> drawn(5);
    constexpr std::size_t rounds = 40'000;
    for (std::size_t i = 0; i < rounds; ++i) drawn[one.draw(rng)[0]] += 1;
    for (std::size_t i = 0; i < 5; ++i) {
        const double p = weights[i] / 8;
        CHECK(drawn[i] == Approx(rounds * p).margin(5 * std::sqrt(rounds * p * (1 - p)) + 1e-9));
    }
    const auto sample = all.draw(rng);
    CHECK(std::set<std::uint32_t>(sample.begin(), sample.end()) == std::set<std::uint32_t>{0, 2, 3, 4});
}

TEST_CASE("fit_isolation_forest: rows apart from the rest score highest", "[models]") {
    auto values = noise(1000 * 4, 7);
    for (std::size_t j = 0; j < 4; ++j) values[321 * 4 + j] = 9;
    const MatrixView rows{values.data(), 1000, 4};
    const auto model = fit_isolation_forest(rows);
    std::vector<Score> scores(1000);
    model.score_batch(rows, scores);
    const auto by_value = [](const Score& a, const Score& b) { return a.value < b.value; };
    CHECK(std::max_element(scores.begin(), scores.end(), by_value) - scores.begin() == 321);
    CHECK(scores[321].value > 0.7);
    CHECK(std::min_element(scores.begin(), scores.end(), by_value)->value < 0.45);
    CHECK(model.trees() == 100);
    CHECK(model.sample_size() == 256);
}

TEST_CASE("fit_isolation_forest: scales and offsets of the features do not matter", "[models]") {
    const auto values = noise(400 * 3, 8);
    auto scaled = values;
    for (std::size_t i = 0; i < 400; ++i) {
        scaled[i * 3] *= 1024;  // exact: the same trees
        scaled[i * 3 + 1] *= 0x1p-60F;
    }
    const auto model = fit_isolation_forest({values.data(), 400, 3}),
               other = fit_isolation_forest({scaled.data(), 400, 3});
    for (std::size_t i = 0; i < 400; ++i)
        REQUIRE(model.score({values.data() + i * 3, 3}).value ==
                other.score({scaled.data() + i * 3, 3}).value);
}

TEST_CASE("fit_isolation_forest: repeats for a seed, on any threads", "[models]") {
    const auto values = noise(2000 * 3, 9);
    const MatrixView rows{values.data(), 2000, 3};
    const auto backwards = [](std::size_t count, const Task& task) {
        std::vector<std::thread> threads;
        for (std::size_t i = count; i-- > 0;) threads.emplace_back([&task, i] { task(i); });
        for (std::thread& thread : threads) thread.join();
    };
    const std::vector<double> weights(2000, 2.0);
    for (const bool weighted : {false, true}) {
        const IsolationForestOptions options{
            .trees = 70, .weights = weighted ? std::span<const double>{weights} : std::span<const double>{}};
        auto parallel = options, other = options;
        parallel.executor = backwards;
        other.seed = 2;
        const auto bytes = to_bytes(fit_isolation_forest(rows, options));
        CHECK(to_bytes(fit_isolation_forest(rows, options)) == bytes);
        CHECK(to_bytes(fit_isolation_forest(rows, parallel)) == bytes);
        CHECK(to_bytes(fit_isolation_forest(rows, other)) != bytes);
    }
}

TEST_CASE("fit_isolation_forest: equal rows and a single row score 0.5, as every row", "[models]") {
    const std::vector<float> values(2000, 3.0F), other{1e30F, -7};
    for (const std::size_t count : {1U, 2U, 255U, 1000U}) {
        const auto model = fit_isolation_forest({values.data(), count, 2});
        CHECK(model.sample_size() == std::min<std::size_t>(count, 256));
        CHECK(model.score({values.data(), 2}).value == Approx(0.5).epsilon(1e-7));
        CHECK(model.score(other).value == model.score({values.data(), 2}).value);
        CHECK_FALSE(IsolationForestDetector{model}.judge({values.data(), 2}).anomalous);
    }
}

TEST_CASE("fit_isolation_forest: a constant feature says nothing", "[models]") {
    auto values = noise(500 * 3, 10);
    for (std::size_t i = 0; i < 500; ++i) values[i * 3 + 1] = 5;
    const auto model = fit_isolation_forest({values.data(), 500, 3});
    std::vector<double> shares(3);
    const std::vector<float> row{0, 5, 0}, far{0, 1e9F, 0};
    CHECK(model.score(row) == model.score(far));
    static_cast<void>(model.attribute(std::vector<float>{5, 1e9F, 5}, shares));
    CHECK(shares[1] == 0);
}

TEST_CASE("fit_isolation_forest: the largest floats are split", "[models]") {
    std::vector<float> values;
    for (std::size_t i = 0; i < 100; ++i) values.push_back(i % 2 == 0 ? 3.4e38F : -3.4e38F);
    const auto model = fit_isolation_forest({values.data(), 100, 1});
    for (const float x : {3.4e38F, -3.4e38F, 0.0F}) {
        const Score score = model.score(std::vector<float>{x});
        CHECK(score.status == Status::ok);
        CHECK((score.value > 0 && score.value <= 1));
    }
}

TEST_CASE("fit_isolation_forest: rows of weight 0 leave no trace", "[models]") {
    auto values = noise(600 * 2, 11);
    std::vector<double> weights(600, 1.0);
    for (std::size_t i = 400; i < 600; ++i) {
        weights[i] = 0;
        values[i * 2] += 1e6F;
    }
    const std::vector<double> ones(400, 1.0);
    const auto model = fit_isolation_forest({values.data(), 600, 2}, {.weights = weights});
    CHECK(to_bytes(model) == to_bytes(fit_isolation_forest({values.data(), 400, 2}, {.weights = ones})));
    CHECK(model.calibration().count() == 400);
    const std::vector<double> few{0, 1, 0, 1};
    CHECK(fit_isolation_forest({values.data(), 4, 2}, {.weights = few}).sample_size() == 2);
}

TEST_CASE("fit_isolation_forest: is calibrated with the scores of its rows", "[models]") {
    const auto values = noise(700 * 3, 12);
    const MatrixView rows{values.data(), 700, 3};
    const auto model = fit_isolation_forest(rows, {.trees = 20});
    std::vector<double> scores;
    for (std::size_t i = 0; i < 700; ++i) scores.push_back(model.score(rows.row(i)).value);
    CHECK(model.calibration().count() == 700);
    CHECK(model.default_threshold() == Approx(ScoreCalibration{scores}.threshold()).epsilon(1e-12));
}

TEST_CASE("fit_isolation_forest: counts its trees and stops when told to", "[models]") {
    const auto values = noise(300, 13);
    const MatrixView rows{values.data(), 100, 3};
    std::size_t last = 0;
    const auto watch = [&](const FitProgress& now) {
        CHECK(now.done > last);
        CHECK(now.total == 70);
        last = now.done;
        return true;
    };
    static_cast<void>(fit_isolation_forest(rows, {.trees = 70, .progress = watch}));
    CHECK(last == 70);
    std::size_t calls = 0;
    const auto stop = [&](const FitProgress&) { return ++calls < 3; };
    CHECK_THROWS_AS(fit_isolation_forest(rows, {.progress = stop}), FitCancelled);
    CHECK(calls == 3);
}

TEST_CASE("fit_isolation_forest: options and rows that cannot be are refused", "[models]") {
    const std::vector<float> values{0, 1, 2, no_number};
    const MatrixView rows{values.data(), 3, 1};
    CHECK_THROWS_WITH(fit_isolation_forest({values.data(), 4, 1}),
                      "fit_isolation_forest: row 3 is not finite, must be finite in every feature");
    CHECK_THROWS_WITH(fit_isolation_forest(rows, {.trees = 0}),
                      "fit_isolation_forest: trees is 0, must be in [1, 1048576]");
    CHECK_THROWS_AS(fit_isolation_forest({}), std::invalid_argument);
    CHECK_THROWS_AS(fit_isolation_forest({values.data(), 3, 0}), std::invalid_argument);
    CHECK_THROWS_AS(fit_isolation_forest(rows, {.trees = (1U << 20) + 1}), std::invalid_argument);
    CHECK_THROWS_AS(fit_isolation_forest(rows, {.sample_size = 0}), std::invalid_argument);
    CHECK_THROWS_AS(fit_isolation_forest(rows, {.sample_size = (1U << 30) + 1}), std::invalid_argument);
    const std::vector<double> two{1, 1}, negative{1, -1, 1}, none{0, 0, 0};
    CHECK_THROWS_AS(fit_isolation_forest(rows, {.weights = two}), std::invalid_argument);
    CHECK_THROWS_AS(fit_isolation_forest(rows, {.weights = negative}), std::invalid_argument);
    CHECK_THROWS_AS(fit_isolation_forest(rows, {.weights = none}), std::invalid_argument);
}
