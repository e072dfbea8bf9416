// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/one_class_svm.hpp"

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

OneClassSvmModel model_of(Rng& rng, std::size_t vectors, std::size_t dimension, double gamma,
                          double scale = 1, double offset = 0) {
    const auto values = noise(rng, vectors * dimension, scale, offset);
    std::vector<double> alphas(vectors);
    for (double& alpha : alphas) alpha = 0.1 + rng.uniform();
    return {SvmExpansion::rbf(gamma, {values.data(), vectors, dimension}, alphas),
            0.3 * static_cast<double>(vectors)};
}

/// -log(sum of alpha k / sum of alpha) in long double.
double exact(const OneClassSvmModel& model, Row row) {
    const SvmExpansion& e = model.expansion();
    long double sum = 0, all = 0;
    for (std::size_t i = 0; i < e.coefficients().size(); ++i) {
        long double squares = 0;
        for (std::size_t j = 0; j < row.size(); ++j) {
            const auto x = static_cast<long double>(row[j]),
                       y = static_cast<long double>(e.vectors().row(i)[j]);
            squares += (x - y) * (x - y);
        }
        sum += static_cast<long double>(e.coefficients()[i]) *
               std::exp(-static_cast<long double>(e.gamma()) * squares);
        all += static_cast<long double>(e.coefficients()[i]);
    }
    return static_cast<double>(-std::log(sum / all));
}

const OneClassSvmModel& pair() {
    static const std::vector<float> vectors{0, 0, 2, 0};
    static const std::vector<double> alphas{3, 1};
    static const OneClassSvmModel model{SvmExpansion::rbf(0.5, {vectors.data(), 2, 2}, alphas), 2.0};
    return model;
}

const OneClassSvmModel& plane() {
    static const OneClassSvmModel model{SvmExpansion::linear(std::vector<double>{2, -1, 0}), 4.0};
    return model;
}

}  // namespace

static_assert(BatchScorer<OneClassSvmModel> && Explainer<OneClassSvmModel> && Persistent<OneClassSvmModel>);

TEST_CASE("OneClassSvmModel: the RBF score is the negative log of the mean kernel", "[models]") {
    const double f = 3 * std::exp(-0.5) + std::exp(-0.5);
    CHECK(pair().decision(std::vector<float>{1, 0}).value() == Approx(f - 2).epsilon(1e-14));
    CHECK(pair().score(std::vector<float>{1, 0}).value == Approx(-std::log(f / 4)).epsilon(1e-6));
    CHECK(pair().boundary() == Approx(std::log(2.0)));
    CHECK(pair().dimension() == 2);
}

TEST_CASE("OneClassSvmModel: the linear score is the soft plus of the distance in units of rho", "[models]") {
    const std::vector<float> at{3, 2, 9}, far{-8, 8, 9};
    CHECK(plane().decision(at).value() == 0);
    CHECK(plane().score(at).value == Approx(std::log(2.0)));
    CHECK(plane().boundary() == Approx(std::log(2.0)));
    CHECK(plane().decision(far).value() == Approx(-28));
    CHECK(plane().score(far).value == Approx(std::log1p(std::exp(7.0))));
    const OneClassSvmModel through_origin{SvmExpansion::linear(std::vector<double>{1}), 0};
    CHECK(through_origin.score(std::vector<float>{-3}).value == Approx(std::log1p(std::exp(3.0))));
}

TEST_CASE("OneClassSvmModel: the score is that of brute force within the stated bound", "[models]") {
    const std::size_t dimension = GENERATE(1U, 3U, 8U, 64U, 300U),
                      vectors = GENERATE(1U, 2U, 17U, 255U, 300U);
    Rng rng{1};
    const double offset = GENERATE(0.0, 1000.0);
    const auto model = model_of(rng, vectors, dimension, 1 / static_cast<double>(dimension), 1, offset);
    for (int i = 0; i < 20; ++i) {
        const auto row = noise(rng, dimension, 2, offset);
        const double wanted = exact(model, row);
        const double bound =
            static_cast<double>(dimension + 4) * 0x1p-24 * (wanted + 5) + 2e-7 + 70 * 0x1p-24;
        CHECK(std::fabs(model.score(row).value - wanted) <= bound);
    }
}

TEST_CASE("OneClassSvmModel: rows far from all support vectors are told apart, and are finite", "[models]") {
    Rng rng{3};
    const auto model = model_of(rng, 40, 3, 0.5);
    double before = 0;
    for (const double scale : {1.0, 5.0, 12.0, 14.0, 30.0, 1e3, 1e8}) {
        const auto x = static_cast<float>(scale);
        const std::vector<float> row{x, x, -x};
        const double score = model.score(row).value;
        CHECK(score > before);
        if (scale < 60) CHECK(score == Approx(exact(model, row)).epsilon(1e-5));
        before = score;
    }
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    CHECK(model.score(std::vector<float>{largest, -largest, largest}).value == 1e18);
    CHECK(plane().score(std::vector<float>{-largest, largest, 1}).value == 1e18);
    CHECK(plane().score(std::vector<float>{largest, -largest, 1}).value == 0);
}

TEST_CASE("OneClassSvmModel: support vectors near the ends of float are scored right", "[models]") {
    const double scale = GENERATE(1e-36, 1e-20, 1e-10, 1e10, 1e18, 1e30, 1e37);
    Rng rng{4};
    const auto model = model_of(rng, 20, 3, std::min(1 / (scale * scale), 1e100), scale);
    for (int i = 0; i < 20; ++i) {
        const auto row = noise(rng, 3, scale);
        CHECK(model.score(row).value == Approx(exact(model, row)).epsilon(1e-5).margin(1e-6));
    }
}

TEST_CASE("OneClassSvmModel: a batch gives each row's score, to the bit, over strides and block ends",
          "[models]") {
    Rng rng{5};
    const std::size_t vectors = GENERATE(1U, 16U, 70U, 300U, 513U), dimension = 9;
    const auto model = model_of(rng, vectors, dimension, 0.1);
    for (const std::size_t count : {0U, 1U, 3U, 4U, 63U, 64U, 65U, 130U}) {
        auto values = noise(rng, count * 12);
        if (count > 60) {
            values[12 * 50 + 3] = std::bit_cast<float>(0x7fc0'0001U);
            values[12 * 51 + 3] = 1e30F;
            values[12 * 52 + 3] = 40;
        }
        const MatrixView rows{values.data(), count, dimension, 12};
        std::vector<Score> scores(count);
        model.score_batch(rows, scores);
        for (std::size_t i = 0; i < count; ++i) {
            CHECK(scores[i] == model.score(rows.row(i)));
            CHECK((scores[i].status == Status::bad_input) == (count > 60 && i == 50));
        }
    }
}

TEST_CASE("OneClassSvmModel: NaN, infinity and another dimension are bad input", "[models]") {
    for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U, 0xff80'0000U, 0xffff'ffffU}) {
        const std::vector<float> row{1, std::bit_cast<float>(bits)}, three{1, 2, std::bit_cast<float>(bits)};
        std::vector<double> shares{7, 7};
        CHECK(pair().score(row) == Score{0, Status::bad_input});
        CHECK(plane().score(three) == Score{0, Status::bad_input});
        CHECK_FALSE(pair().decision(row).has_value());
        CHECK(pair().attribute(row, shares) == Score{0, Status::bad_input});
        CHECK(shares == std::vector<double>{0, 0});
    }
    CHECK(pair().score({}).status == Status::bad_input);
    CHECK(plane().score(std::vector<float>{1, 2}).status == Status::bad_input);
    CHECK_FALSE(pair().decision(std::vector<float>{1, 2, 3}).has_value());
    const std::vector<float> wide(6);
    std::vector<Score> scores(2);
    pair().score_batch({wide.data(), 2, 3}, scores);
    CHECK(scores == std::vector<Score>(2, {0, Status::bad_input}));
}

TEST_CASE("OneClassSvmModel: shares are the features' parts of the mean squared distance", "[models]") {
    const std::vector<float> row{1.5F, -1};
    const double near = 3 * std::exp(-0.5 * 3.25), other = std::exp(-0.5 * 1.25);
    const double first = near * 2.25 + other * 0.25, second = near + other;
    std::vector<double> shares(2);
    const double score = pair().attribute(row, shares).value;
    CHECK(score == pair().score(row).value);
    CHECK(shares[0] == Approx(score * first / (first + second)));
    CHECK(shares[1] == Approx(score * second / (first + second)));
    // Where every kernel is 0 in double, the nearest counts.
    const std::vector<float> far{2, 500};
    CHECK(pair().attribute(far, shares).value > 1e5);
    CHECK(shares[0] / shares[1] == Approx(3 * std::exp(-2.0) * 4 / (250'000 * (1 + 3 * std::exp(-2.0)))));
}

TEST_CASE("OneClassSvmModel: linear shares are what features take from f", "[models]") {
    std::vector<double> shares(3);
    const double score = plane().attribute(std::vector<float>{-3, 2, 9}, shares).value;
    CHECK(shares[0] == Approx(score * 6 / 8));
    CHECK(shares[1] == Approx(score * 2 / 8));
    CHECK(shares[2] == 0);
    const double inside = plane().attribute(std::vector<float>{3, -2, 9}, shares).value;
    CHECK(shares[0] == Approx(inside * 2 / 3));
    CHECK(shares[1] == Approx(inside / 3));
}

TEST_CASE("OneClassSvmModel: scoring allocates nothing", "[models]") {
    Rng rng{6};
    const auto model = model_of(rng, 300, 33, 0.03);
    const auto values = noise(rng, 100 * 33);
    const MatrixView rows{values.data(), 100, 33};
    std::vector<Score> scores(100);
    std::vector<double> shares(33);
    const testing::AllocationCount count;
    model.score_batch(rows, scores);
    static_cast<void>(model.score(rows.row(0)));
    static_cast<void>(model.decision(rows.row(0)));
    static_cast<void>(model.attribute(rows.row(0), shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("OneClassSvmModel: what was written is read back", "[models]") {
    for (const auto* model : {&pair(), &plane()}) {
        const auto bytes = to_bytes(*model);
        const auto read = from_bytes<OneClassSvmModel>(bytes);
        CHECK(to_bytes(read) == bytes);
        CHECK(read.rho() == model->rho());
        CHECK(read.expansion().kernel() == model->expansion().kernel());
        CHECK(read.dimension() == model->dimension());
    }
    CHECK_THROWS_AS(pair().default_threshold(), std::invalid_argument);
}

TEST_CASE("OneClassSvmModel: truncated bytes and flipped bits are refused", "[models]") {
    auto bytes = to_bytes(pair());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(from_bytes<OneClassSvmModel>({bytes.data(), size}), FormatError);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
        CHECK_THROWS_AS(from_bytes<OneClassSvmModel>(bytes), FormatError);
        bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
}

TEST_CASE("OneClassSvmModel: broken state under a good checksum is refused or sound", "[models]") {
    for (const auto* model : {&pair(), &plane()}) {
        ByteWriter writer;
        write_object(writer, *model);
        const std::vector<std::byte> whole{writer.bytes().begin(), writer.bytes().end()};
        int refused = 0;
        for (std::size_t at = 0; at < whole.size(); ++at) {
            for (const unsigned with : {0U, 1U, 0x7fU, 0x80U, 0xffU}) {
                auto forged = whole;
                forged[at] = std::byte{static_cast<unsigned char>(with)};
                ByteReader reader{forged};
                try {
                    const auto read = read_object<OneClassSvmModel>(reader);
                    const std::vector<float> row(read.dimension(), 0.5F);
                    const double score = read.score(row).value;
                    REQUIRE((is_finite(score) && score >= 0));
                } catch (const FormatError&) {
                    ++refused;
                }
            }
        }
        CHECK(refused > 100);
    }
}

TEST_CASE("OneClassSvmModel: coefficients below 0 and a rho beyond its range are refused", "[models]") {
    const std::vector<float> vectors{1, 2, 3, 4};
    const MatrixView two{vectors.data(), 2, 2};
    const std::vector<double> good{1, 2}, negative{-1, 2};
    CHECK_THROWS_AS((OneClassSvmModel{SvmExpansion::rbf(1, two, negative), 1}), std::invalid_argument);
    CHECK_THROWS_AS((OneClassSvmModel{SvmExpansion::rbf(1, two, good), 1e200}), std::invalid_argument);
}
