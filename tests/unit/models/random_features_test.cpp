// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/random_features.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_one_class_svm.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

OnlineOneClassSvm learned(const OnlineOneClassSvmOptions& options, std::size_t rows, std::uint64_t seed = 1,
                          double offset = 0) {
    OnlineOneClassSvm scorer{options};
    Rng rng{seed};
    for (std::size_t i = 0; i < rows; ++i) scorer.learn(noise(rng, options.dimension, 1, offset));
    return scorer;
}

std::vector<double> ranks(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> rank(values.size());
    for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = static_cast<double>(i);
    return rank;
}

}  // namespace

static_assert(Learner<OnlineOneClassSvm> && Explainer<OnlineOneClassSvm> && Persistent<OnlineOneClassSvm>);

TEST_CASE("OnlineOneClassSvm: after the warm-up f is the mean kernel of its second half", "[models]") {
    const std::size_t dimension = GENERATE(1U, 3U, 9U);
    const double offset = GENERATE(0.0, 1000.0), gamma = 0.5 / static_cast<double>(dimension);
    Rng rng{2};
    const auto rows = noise(rng, 200 * dimension, 1, offset);
    const MatrixView view{rows.data(), 200, dimension};
    OnlineOneClassSvm scorer{
        {.dimension = dimension, .random_features = 8192, .gamma = gamma, .warm_up = 200}};
    for (std::size_t i = 0; i < 200; ++i) scorer.learn(view.row(i));
    for (int i = 0; i < 20; ++i) {
        const auto row = noise(rng, dimension, 1.5, offset);
        double mean = 0;
        for (std::size_t k = 100; k < 200; ++k) {
            double squares = 0;
            for (std::size_t j = 0; j < dimension; ++j) {
                const double difference = static_cast<double>(row[j]) - static_cast<double>(view.row(k)[j]);
                squares += difference * difference;
            }
            mean += std::exp(-gamma * squares) / 100;
        }
        CHECK(scorer.score(row).value == Approx(1 - mean).margin(4 / std::sqrt(8192.0)));
    }
}

TEST_CASE("OnlineOneClassSvm: about nu of the rows of a steady stream are outside", "[models]") {
    const double nu = GENERATE(0.1, 0.5);
    const auto scorer = learned({.dimension = 3, .random_features = 512, .nu = nu}, 6000);
    Rng rng{3};
    double outside = 0;
    for (int i = 0; i < 4000; ++i) outside += scorer.score(noise(rng, 3)).value > scorer.boundary() ? 1 : 0;
    CHECK(outside / 4000 == Approx(nu).margin(0.04));
}

TEST_CASE("OnlineOneClassSvm: ranks rows as the machine does that saw them all", "[models]") {
    Rng rng{4};
    const auto rows = noise(rng, 2000 * 3);
    const MatrixView view{rows.data(), 2000, 3};
    const auto fitted = fit_one_class_svm(view, {.gamma = 0.33, .tolerance = 1e-2});
    OnlineOneClassSvm scorer{{.dimension = 3, .random_features = 4096, .gamma = 0.33}};
    for (int pass = 0; pass < 2; ++pass)
        for (std::size_t i = 0; i < 2000; ++i) scorer.learn(view.row(i));
    std::vector<double> ours, theirs;
    for (int i = 0; i < 1000; ++i) {
        const auto row = noise(rng, 3, 1.2);
        ours.push_back(scorer.score(row).value);
        theirs.push_back(fitted.score(row).value);
    }
    const auto a = ranks(ours), b = ranks(theirs);
    double squares = 0;
    for (std::size_t i = 0; i < 1000; ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
    CHECK(1 - 6 * squares / (1000.0 * (1000.0 * 1000 - 1)) > 0.97);  // Spearman's correlation
}

TEST_CASE("OnlineOneClassSvm: with a half-life it follows the stream", "[models]") {
    OnlineOneClassSvm following{{.dimension = 2, .half_life = 200}}, keeping{{.dimension = 2}};
    Rng rng{5};
    for (int i = 0; i < 4000; ++i) {
        const auto row = noise(rng, 2, 0.3, i < 2000 ? 0 : 3);
        following.learn(row);
        keeping.learn(row);
    }
    const std::vector<float> now{3, 3}, before{0, 0};
    CHECK(following.score(now).value < following.score(before).value - 0.2);
    CHECK(keeping.score(before).value < 0.9);
}

TEST_CASE("OnlineOneClassSvm: rows far away score about 1, however far", "[models]") {
    const auto scorer = learned({.dimension = 4}, 1000);
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    for (const float x : {6.0F, 50.0F, 99.0F, 1e4F, 1e10F, largest})
        CHECK(scorer.score(std::vector<float>{x, -x, x, x}).value == Approx(1).margin(0.15));
    CHECK(scorer.score(std::vector<float>{0, 0, 0, 0}).value < 0.7);
}

TEST_CASE("OnlineOneClassSvm: learning the largest floats and equal rows leaves finite scores", "[models]") {
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    OnlineOneClassSvm scorer{{.dimension = 2, .warm_up = 20}}, equal{{.dimension = 2, .warm_up = 20}};
    for (int i = 0; i < 100; ++i) {
        scorer.learn(std::vector<float>{i % 2 == 0 ? largest : -largest, 1});
        equal.learn(std::vector<float>{5, 5});
    }
    const Score score = scorer.score(std::vector<float>{1, 1});
    CHECK((is_finite(score.value) && score.value >= 0));
    CHECK(equal.gamma() == 1);
    CHECK(equal.score(std::vector<float>{5, 5}).value == Approx(0).margin(1e-6));
    CHECK(equal.score(std::vector<float>{9, 5}).value > 0.8);
    for (int i = 0; i < 100; ++i) equal.learn(std::vector<float>{largest, largest});
    CHECK(is_finite(equal.score(std::vector<float>{5, 5}).value));
}

TEST_CASE("OnlineOneClassSvm: warms up, refuses bad rows and does not learn them", "[models]") {
    OnlineOneClassSvm scorer{{.dimension = 2, .warm_up = 4}};
    const std::vector<float> row{1, 2}, wide{1, 2, 3}, broken{1, std::bit_cast<float>(0x7fc0'0001U)};
    for (std::uint64_t i = 0; i < 4; ++i) {
        CHECK(scorer.score(row).status == Status::warming_up);
        CHECK(scorer.boundary() == 0);
        scorer.learn(wide);
        scorer.learn(broken);
        CHECK(scorer.learned() == i);
        scorer.learn(row);
    }
    CHECK(scorer.score(row).status == Status::ok);
    std::vector<double> shares{7, 7};
    CHECK(scorer.attribute(broken, shares) == Score{0, Status::bad_input});
    CHECK(shares == std::vector<double>{0, 0});
    CHECK(scorer.attribute(wide, shares) == Score{0, Status::bad_input});
}

TEST_CASE("OnlineOneClassSvm: shares are squared differences from the centre", "[models]") {
    const auto scorer = learned({.dimension = 3, .gamma = 0.4}, 2000);
    std::vector<double> shares(3);
    const double score = scorer.attribute(std::vector<float>{30, 0, 0}, shares).value;
    CHECK(shares[0] == Approx(score).epsilon(1e-3));
    CHECK(shares[0] + shares[1] + shares[2] == Approx(score));
}

TEST_CASE("OnlineOneClassSvm: scoring and learning allocate nothing", "[models]") {
    OnlineOneClassSvm scorer{{.dimension = 20, .warm_up = 10}};
    Rng rng{6};
    const auto row = noise(rng, 20);
    std::vector<double> shares(20);
    const testing::AllocationCount count;
    for (int i = 0; i < 30; ++i) {
        scorer.learn(row);
        static_cast<void>(scorer.score(row));
        static_cast<void>(scorer.attribute(row, shares));
    }
    CHECK(count.since_start() == 0);
}

TEST_CASE("OnlineOneClassSvm: what was written goes on as if nothing had happened", "[models]") {
    const std::size_t rows = GENERATE(0U, 3U, 10U, 300U);
    auto scorer = learned({.dimension = 2, .random_features = 200, .warm_up = 16, .half_life = 100}, rows);
    auto read = from_bytes<OnlineOneClassSvm>(to_bytes(scorer));
    CHECK(to_bytes(read) == to_bytes(scorer));
    Rng rng{7};
    for (int i = 0; i < 100; ++i) {
        const auto row = noise(rng, 2);
        scorer.learn(row);
        read.learn(row);
        CHECK(read.score(row) == scorer.score(row));
    }
    CHECK(to_bytes(read) == to_bytes(scorer));
}

TEST_CASE("OnlineOneClassSvm: broken bytes are refused or sound", "[models]") {
    const auto scorer = learned({.dimension = 1, .random_features = 128, .warm_up = 16}, 40);
    const auto file = to_bytes(scorer);
    for (std::size_t size = 0; size < file.size(); size += 7)
        CHECK_THROWS_AS(from_bytes<OnlineOneClassSvm>({file.data(), size}), FormatError);
    ByteWriter writer;
    write_object(writer, scorer);
    const std::vector<std::byte> whole{writer.bytes().begin(), writer.bytes().end()};
    for (std::size_t size = 0; size < whole.size(); ++size) {
        ByteReader reader{std::span{whole}.first(size)};
        CHECK_THROWS_AS(read_object<OnlineOneClassSvm>(reader), FormatError);
    }
    int refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const unsigned with : {0U, 0x7fU, 0xffU}) {
            auto forged = whole;
            forged[at] = std::byte{static_cast<unsigned char>(with)};
            ByteReader reader{forged};
            const testing::LargestAllocation largest;
            try {
                auto read = read_object<OnlineOneClassSvm>(reader);
                const std::vector<float> row(read.dimension(), 0.5F);
                read.learn(row);
                const double score = read.score(row).value;
                REQUIRE((is_finite(score) && score >= 0));
            } catch (const FormatError&) {
                ++refused;
            }
            REQUIRE(largest.since_start() <= 64 * whole.size());
        }
    }
    CHECK(refused > 100);
}

TEST_CASE("OnlineOneClassSvm: what is out of range is refused with its name", "[models]") {
    const auto refused = [](const OnlineOneClassSvmOptions& options, const std::string& name) {
        CHECK_THROWS_WITH(OnlineOneClassSvm{options}, Catch::Matchers::ContainsSubstring(name));
    };
    refused({}, "dimension");
    refused({.dimension = std::size_t{1} << 21}, "dimension");
    refused({.dimension = 2, .random_features = 100}, "random_features");
    refused({.dimension = 100'000, .random_features = 65'536}, "random_features times dimension");
    refused({.dimension = 2, .nu = 0}, "nu");
    refused({.dimension = 2, .gamma = -1}, "gamma");
    refused({.dimension = 2, .warm_up = 3}, "warm_up");
    refused({.dimension = 2, .half_life = 0.5}, "half_life");
}
