// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/mahalanobis.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "models/instruction_set.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using sonde::testing::noise;

namespace {

/// A random covariance B B^T + ridge I, as a lower triangle, with deviations of up to 100.
std::vector<double> random_covariance(Rng& rng, std::size_t d, double ridge = 0.1) {
    std::vector<double> b(d * d), packed;
    for (std::size_t i = 0; i < d; ++i)
        for (std::size_t j = 0; j < d; ++j) b[i * d + j] = rng.normal() * (i % 3 == 0 ? 10 : 1);
    for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = i == j ? ridge * static_cast<double>(d) : 0;
            for (std::size_t k = 0; k < d; ++k) sum += b[i * d + k] * b[j * d + k];
            packed.push_back(sum / static_cast<double>(d));
        }
    }
    return packed;
}

/// The distance by Gauss' elimination with pivots, in long double.
double exact(std::span<const double> mean, std::span<const double> packed, Row row) {
    const std::size_t d = mean.size();
    std::vector<long double> a(d * d), x(d), y(d);
    for (std::size_t i = 0; i < d; ++i) {
        y[i] = x[i] = static_cast<long double>(row[i]) - static_cast<long double>(mean[i]);
        for (std::size_t j = 0; j <= i; ++j)
            a[i * d + j] = a[j * d + i] = static_cast<long double>(packed[i * (i + 1) / 2 + j]);
    }
    for (std::size_t k = 0; k < d; ++k) {
        std::size_t pivot = k;
        for (std::size_t i = k + 1; i < d; ++i)
            if (std::fabs(a[i * d + k]) > std::fabs(a[pivot * d + k])) pivot = i;
        for (std::size_t j = 0; j < d; ++j) std::swap(a[k * d + j], a[pivot * d + j]);
        std::swap(x[k], x[pivot]);
        for (std::size_t i = k + 1; i < d; ++i) {
            const long double factor = a[i * d + k] / a[k * d + k];
            for (std::size_t j = k; j < d; ++j) a[i * d + j] -= factor * a[k * d + j];
            x[i] -= factor * x[k];
        }
    }
    long double squares = 0;
    for (std::size_t k = d; k-- > 0;) {
        for (std::size_t j = k + 1; j < d; ++j) x[k] -= a[k * d + j] * x[j];
        x[k] /= a[k * d + k];
        squares += x[k] * y[k];
    }
    return static_cast<double>(std::sqrt(squares));
}

/// x ~ (1, 2), deviations 2 and 0.5, correlation 0.5.
MahalanobisModel pair() { return {std::vector<double>{1, 2}, std::vector<double>{4, 0.5, 0.25}}; }

}  // namespace

static_assert(BatchScorer<MahalanobisModel> && Explainer<MahalanobisModel> && Persistent<MahalanobisModel>);

TEST_CASE("MahalanobisModel: the score is the distance in correlated deviations", "[models]") {
    const MahalanobisModel model = pair();
    CHECK(model.score(std::vector<float>{1, 2}) == Score{0, Status::ok});
    // z = (1, 0): z^T R^-1 z = 1 / (1 - 0.25).
    CHECK(model.score(std::vector<float>{3, 2}).value == Approx(std::sqrt(4.0 / 3)).epsilon(1e-6));
    CHECK(model.score(std::vector<float>{1, 1.5F}).value == Approx(std::sqrt(4.0 / 3)).epsilon(1e-6));
    // z = (1, 1): 2 (1 - 0.5) / (1 - 0.25).
    CHECK(model.score(std::vector<float>{3, 2.5F}).value == Approx(std::sqrt(4.0 / 3)).epsilon(1e-6));
    CHECK(model.score(std::vector<float>{3, 1.5F}).value == Approx(2).epsilon(1e-6));
}

TEST_CASE("MahalanobisModel: the score is that of elimination in long double, at every offset", "[models]") {
    const double offset = GENERATE(0.0, 1e3, -1e5);
    const std::size_t d = GENERATE(1U, 2U, 7U, 8U, 33U, 64U);
    Rng rng{d};
    const auto covariance = random_covariance(rng, d);
    std::vector<double> mean(d);
    for (double& x : mean) x = offset + rng.normal();
    const MahalanobisModel model{mean, covariance};
    CHECK_FALSE(model.form().in_double());
    // The bound of QuadraticForm, with |A| from its map and |y| from the row.
    double matrix = 0;
    for (const double x : model.form().map().matrix) matrix += x * x;
    for (int i = 0; i < 30; ++i) {
        const auto row = noise(rng, d, 3, offset);
        double y = 0;
        for (std::size_t j = 0; j < d; ++j)
            y += std::pow((static_cast<double>(row[j]) - mean[j]) / model.form().map().scale[j], 2);
        const double bound = static_cast<double>(d + 8) * 0x1p-24 * std::sqrt(matrix * y);
        const double expected = exact(mean, covariance, row);
        CHECK(std::abs(model.score(row).value - expected) <= bound);
        CHECK(model.score(row).value == Approx(expected).epsilon(2e-5));
    }
}

TEST_CASE("MahalanobisModel: all instruction sets agree, and batches with single rows to the bit",
          "[models]") {
    using detail::InstructionSet;
    const std::size_t d = GENERATE(1U, 3U, 8U, 31U, 40U, 130U);
    Rng rng{d};
    std::vector<double> mean(d);
    const MahalanobisModel model{mean, random_covariance(rng, d)};
    for (const std::size_t count : {1U, 2U, 5U, 16U, 17U, 70U}) {
        const auto values = noise(rng, count * (d + 3), 2);
        const MatrixView rows{values.data(), count, d, d + 3};
        std::vector<Score> wide(count), exact_scores(count), scores(count);
        model.score_batch(rows, scores);
        model.form().score_batch(rows, exact_scores, InstructionSet::scalar);
        for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
            if (!detail::has(set)) continue;
            model.form().score_batch(rows, wide, set);
            for (std::size_t i = 0; i < count; ++i)
                CHECK(wide[i].value == Approx(exact_scores[i].value).epsilon(2e-5));
        }
#ifndef __FAST_MATH__
        for (std::size_t i = 0; i < count; ++i) CHECK(scores[i] == model.score(rows.row(i)));
#endif
    }
}

TEST_CASE("MahalanobisModel: a dimension beyond the widest tile is scored alike", "[models]") {
    constexpr std::size_t d = 1100;
    std::vector<double> mean(d, 1), covariance(d * (d + 1) / 2);
    for (std::size_t j = 0; j < d; ++j) covariance[j * (j + 1) / 2 + j] = 4;
    const MahalanobisModel model{mean, covariance};
    Rng rng{1};
    const auto values = noise(rng, 3 * d, 2, 1);
    std::vector<Score> scores(3);
    model.score_batch({values.data(), 3, d}, scores);
    for (std::size_t i = 0; i < 3; ++i) {
        double squares = 0;
        for (std::size_t j = 0; j < d; ++j)
            squares += std::pow((static_cast<double>(values[i * d + j]) - 1) / 2, 2);
        CHECK(scores[i].value == Approx(std::sqrt(squares)).epsilon(1e-5));
    }
}

TEST_CASE("MahalanobisModel: a feature without variance is floored, so that leaving it is far", "[models]") {
    const MahalanobisModel model{std::vector<double>{1, 100}, std::vector<double>{1, 0, 0}};
    CHECK(model.score(std::vector<float>{2, 100}).value == Approx(1));
    CHECK(model.score(std::vector<float>{1, 101}).value == Approx(1e4));  // 1e-6 of the mean is a deviation
    const MahalanobisModel nothing{std::vector<double>{0}, std::vector<double>{0}};
    CHECK(nothing.score(std::vector<float>{0}) == Score{0, Status::ok});
    CHECK(nothing.score(std::vector<float>{1}) == Score{1e18, Status::ok});
}

TEST_CASE("MahalanobisModel: features that explain each other fully are scored, in double", "[models]") {
    const MahalanobisModel model{std::vector<double>{0, 0}, std::vector<double>{1, 1, 1}};
    CHECK(model.form().in_double());
    CHECK(model.score(std::vector<float>{1, 1}).value == Approx(1).epsilon(1e-9));
    CHECK(model.score(std::vector<float>{0, 1}).value == Approx(std::sqrt(1e9)).epsilon(1e-9));
}

TEST_CASE("MahalanobisModel: rows at the ends of float have finite scores", "[models]") {
    Rng rng{3};
    const std::size_t d = 20;
    const MahalanobisModel model{std::vector<double>(d), random_covariance(rng, d)};
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    std::vector<float> rows(3 * d, largest);
    for (std::size_t j = 0; j < d; ++j) rows[j] = static_cast<float>(j % 2 == 0 ? 3e18 : -3e18);
    for (std::size_t j = 0; j < d; j += 2) rows[d + j] = -largest;
    std::vector<Score> scores(3);
    std::vector<double> shares(d);
    model.score_batch({rows.data(), 3, d}, scores);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(scores[i] == Score{1e18, Status::ok});
        CHECK(model.score({rows.data() + i * d, d}) == scores[i]);
        double sum = 0;
        CHECK(model.attribute({rows.data() + i * d, d}, shares) == scores[i]);
        for (const double share : shares) sum += share;
        CHECK(sum == Approx(1e18));
    }
}

TEST_CASE("MahalanobisModel: NaN, infinity and another dimension are bad input", "[models]") {
    const MahalanobisModel model = pair();
    for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U, 0xff80'0000U, 0xffc0'0001U}) {
        const std::vector<float> rows{1, 2, 1, std::bit_cast<float>(bits), 3, 2};
        std::vector<double> shares{7, 7};
        std::vector<Score> scores(3);
        const Row bad{rows.data() + 2, 2};
        CHECK(model.score(bad) == Score{0, Status::bad_input});
        CHECK(model.attribute(bad, shares) == Score{0, Status::bad_input});
        CHECK(shares == std::vector<double>{0, 0});
        model.score_batch({rows.data(), 3, 2}, scores);
        CHECK(scores[0].status == Status::ok);
        CHECK(scores[1] == Score{0, Status::bad_input});
        CHECK(scores[2].value > 1);
    }
    CHECK(model.score(std::vector<float>{1}).status == Status::bad_input);
    const std::vector<float> wide(6);
    std::vector<Score> scores(2);
    model.score_batch({wide.data(), 2, 3}, scores);
    CHECK(scores == std::vector<Score>(2, {0, Status::bad_input}));
}

TEST_CASE("MahalanobisModel: shares are what the square falls by without the feature", "[models]") {
    Rng rng{5};
    const std::size_t d = 5;
    const auto covariance = random_covariance(rng, d);
    const std::vector<double> mean(d);
    const MahalanobisModel model{mean, covariance};
    const auto row = noise(rng, d, 3);
    std::vector<double> shares(d), falls(d);
    const double score = model.attribute(row, shares).value;
    double sum = 0;
    for (std::size_t out = 0; out < d; ++out) {
        std::vector<double> rest;
        std::vector<float> values;
        for (std::size_t i = 0; i < d; ++i) {
            if (i == out) continue;
            values.push_back(row[i]);
            for (std::size_t j = 0; j <= i; ++j)
                if (j != out) rest.push_back(covariance[i * (i + 1) / 2 + j]);
        }
        falls[out] = score * score - std::pow(exact(std::vector<double>(d - 1), rest, values), 2);
        sum += falls[out];
    }
    for (std::size_t i = 0; i < d; ++i)
        CHECK(shares[i] == Approx(falls[i] / sum * score).epsilon(1e-4).margin(1e-4));
}

TEST_CASE("MahalanobisModel: scoring allocates nothing", "[models]") {
    Rng rng{6};
    const MahalanobisModel model{std::vector<double>(40), random_covariance(rng, 40)};
    const auto values = noise(rng, 40 * 40);
    std::vector<Score> scores(40);
    std::vector<double> shares(40);
    const testing::AllocationCount count;
    model.score_batch({values.data(), 40, 40}, scores);
    static_cast<void>(model.attribute({values.data(), 40}, shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("MahalanobisModel: what was written is read back, and anything else refused", "[models]") {
    const std::vector<double> known{1, 2, 3};
    const MahalanobisModel model{
        std::vector<double>{1, 2}, std::vector<double>{4, 0.5, 0.25}, {0.25, 3, ScoreCalibration{known}}};
    auto bytes = to_bytes(model);
    const auto read = from_bytes<MahalanobisModel>(bytes);
    CHECK(to_bytes(read) == bytes);
    CHECK(read.shrinkage() == 0.25);
    CHECK(read.support() == 3);
    CHECK(read.default_threshold() == 3);
    CHECK(read.score(std::vector<float>{3, 1.5F}) == model.score(std::vector<float>{3, 1.5F}));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(from_bytes<MahalanobisModel>({bytes.data(), size}), FormatError);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
        CHECK_THROWS_AS(from_bytes<MahalanobisModel>(bytes), FormatError);
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
}

TEST_CASE("MahalanobisModel: under a right checksum forged bytes are refused or harmless", "[models]") {
    ByteWriter writer;
    write_object(writer, pair());
    const std::vector<std::byte> payload{writer.bytes().begin(), writer.bytes().end()};
    int refused = 0;
    for (std::size_t at = 0; at < payload.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            auto forged = payload;
            forged[at] = static_cast<std::byte>(value);
            try {
                const auto model = from_bytes<MahalanobisModel>(detail::seal(forged));
                const double score = model.score(std::vector<float>{3, 4}).value;
                if (!is_finite(score) || score < 0) FAIL("at " << at);
            } catch (const FormatError&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 50);
}

TEST_CASE("MahalanobisModel: a mean and a covariance that cannot be are refused", "[models]") {
    using Numbers = std::vector<double>;
    const double nan = std::bit_cast<double>(0x7ff8'0000'0000'0001U);
    CHECK_THROWS_AS((MahalanobisModel{Numbers{}, Numbers{}}), std::invalid_argument);
    CHECK_THROWS_AS((MahalanobisModel{Numbers{1, 2}, Numbers{1, 0}}), std::invalid_argument);
    CHECK_THROWS_AS((MahalanobisModel{Numbers{nan}, Numbers{1}}), std::invalid_argument);
    CHECK_THROWS_AS((MahalanobisModel{Numbers{0}, Numbers{nan}}), std::invalid_argument);
    CHECK_THROWS_WITH((MahalanobisModel{Numbers{0}, Numbers{-1}}),
                      "MahalanobisModel: variance is -1, must be at least 0");
    CHECK_THROWS_AS((MahalanobisModel{Numbers{0}, Numbers{1}, {.shrinkage = 2}}), std::invalid_argument);
    CHECK_THROWS_AS((MahalanobisModel{Numbers(2049), Numbers(2049 * 1025)}), std::invalid_argument);
    CHECK_THROWS_AS(pair().default_threshold(), std::invalid_argument);
}
