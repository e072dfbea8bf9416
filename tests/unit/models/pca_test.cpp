// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/pca.hpp"

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

/// `k` orthonormal directions of `d` features (Gram, Schmidt), variances 16, 8, 4, ...
PcaComponents components(Rng& rng, std::size_t d, std::size_t k, double offset = 0) {
    PcaComponents c;
    for (std::size_t j = 0; j < d; ++j) c.mean.push_back(offset + rng.normal());
    for (std::size_t i = 0; i < k; ++i) {
        std::vector<double> x(d);
        for (double& value : x) value = rng.normal();
        for (int pass = 0; pass < 2; ++pass) {
            for (std::size_t b = 0; b < i; ++b) {
                double along = 0;
                for (std::size_t j = 0; j < d; ++j) along += x[j] * c.directions[b * d + j];
                for (std::size_t j = 0; j < d; ++j) x[j] -= along * c.directions[b * d + j];
            }
        }
        double squares = 0;
        for (const double value : x) squares += value * value;
        for (const double value : x) c.directions.push_back(value / std::sqrt(squares));
        c.variances.push_back(16 * std::exp2(-static_cast<double>(i % 20)));
        if (i % 20 == 0 && i > 0) c.variances.back() = c.variances[i - 1];
        if (i > 0) c.variances.back() = std::fmin(c.variances.back(), c.variances[i - 1]);
        c.total_variance += c.variances.back();
    }
    c.total_variance += 2;
    return c;
}

/// The squares of the definition: weighted, and residual as what the components leave of the row.
double exact(PcaForm form, const PcaComponents& c, Row row) {
    const std::size_t d = c.mean.size();
    std::vector<long double> left(d);
    for (std::size_t j = 0; j < d; ++j)
        left[j] = static_cast<long double>(row[j]) - static_cast<long double>(c.mean[j]);
    const auto centred = left;
    long double weighted = 0, residual = 0;
    for (std::size_t i = 0; i < c.variances.size(); ++i) {
        long double along = 0;
        for (std::size_t j = 0; j < d; ++j)
            along += centred[j] * static_cast<long double>(c.directions[i * d + j]);
        for (std::size_t j = 0; j < d; ++j)
            left[j] -= along * static_cast<long double>(c.directions[i * d + j]);
        weighted += along * along / static_cast<long double>(c.variances[i]);
    }
    for (const long double x : left) residual += x * x;
    return static_cast<double>(std::sqrt(form == PcaForm::weighted ? weighted : residual));
}

PcaModel axis(PcaForm form) {
    return {form, {.mean = {1, 2, 3}, .variances = {4}, .directions = {0, 1, 0}, .total_variance = 5}};
}

}  // namespace

static_assert(BatchScorer<PcaModel> && Explainer<PcaModel> && Persistent<PcaModel>);

TEST_CASE("PcaModel: weighted is deviations along the components, residual what they leave", "[models]") {
    const std::vector<float> row{4, 8, 7};
    CHECK(axis(PcaForm::weighted).score(row).value == Approx(3));
    CHECK(axis(PcaForm::residual).score(row).value == Approx(5));
    std::vector<double> shares(3);
    CHECK(axis(PcaForm::weighted).attribute(row, shares).value == Approx(3));
    CHECK(shares[0] == 0);
    CHECK(shares[1] == Approx(3));
    CHECK(axis(PcaForm::residual).attribute(row, shares).value == Approx(5));
    CHECK(shares[0] == Approx(5 * 9.0 / 25));
    CHECK(std::abs(shares[1]) < 1e-9);
    CHECK(shares[2] == Approx(5 * 16.0 / 25));
}

TEST_CASE("PcaModel: the score is the definition's, with all instruction sets and at every offset",
          "[models]") {
    const auto form = GENERATE(PcaForm::weighted, PcaForm::residual);
    const double offset = GENERATE(0.0, 1e4);
    const std::size_t d = GENERATE(2U, 9U, 40U), k = GENERATE(1U, 2U, 7U, 35U);
    if (k >= d) return;
    Rng rng{d * 100 + k};
    const PcaComponents c = components(rng, d, k, offset);
    const PcaModel model{form, c};
    const auto values = noise(rng, 40 * d, 3, offset);
    const MatrixView rows{values.data(), 40, d};
    std::vector<Score> scores(40);
    for (const auto set : {detail::InstructionSet::scalar, detail::InstructionSet::baseline,
                           detail::InstructionSet::avx2, detail::InstructionSet::avx512}) {
        if (!detail::has(set)) continue;
        model.distance().score_batch(rows, scores, set);
        for (std::size_t i = 0; i < 40; ++i)
            CHECK(scores[i].value == Approx(exact(form, c, rows.row(i))).epsilon(3e-5).margin(1e-5));
    }
    model.score_batch(rows, scores);
#ifndef __FAST_MATH__
    for (std::size_t i = 0; i < 40; ++i) CHECK(scores[i] == model.score(rows.row(i)));
#endif
}

TEST_CASE("PcaModel: without components weighted is 0 and residual the distance from the mean", "[models]") {
    const PcaComponents none{.mean = {1, 2}, .variances = {}, .directions = {}};
    const std::vector<float> row{4, 6};
    CHECK(PcaModel{PcaForm::weighted, none}.score(row) == Score{0, Status::ok});
    CHECK(PcaModel{PcaForm::residual, none}.score(row).value == Approx(5));
    std::vector<double> shares(2);
    CHECK(PcaModel{PcaForm::weighted, none}.attribute(row, shares) == Score{0, Status::ok});
    CHECK(shares == std::vector<double>{0, 0});
}

TEST_CASE("PcaModel: with all components nothing is left", "[models]") {
    Rng rng{3};
    const PcaModel model{PcaForm::residual, components(rng, 6, 6)};
    CHECK(model.score(noise(rng, 6)) == Score{0, Status::ok});
}

TEST_CASE("PcaModel: extreme rows are finite, NaN and another dimension bad input", "[models]") {
    const float largest = std::bit_cast<float>(0x7f7f'ffffU);
    for (const auto form : {PcaForm::weighted, PcaForm::residual}) {
        const PcaModel model = axis(form);
        CHECK(model.score(std::vector<float>{largest, -largest, largest}) == Score{1e18, Status::ok});
        CHECK(model.score(std::vector<float>{1, 2, std::bit_cast<float>(0x7fc0'0001U)}).status ==
              Status::bad_input);
        CHECK(model.score(std::vector<float>{1, 2}).status == Status::bad_input);
    }
}

TEST_CASE("PcaModel: scoring allocates nothing", "[models]") {
    Rng rng{6};
    const PcaModel model{PcaForm::weighted, components(rng, 30, 10)};
    const auto values = noise(rng, 40 * 30);
    std::vector<Score> scores(40);
    std::vector<double> shares(30);
    const testing::AllocationCount count;
    model.score_batch({values.data(), 40, 30}, scores);
    static_cast<void>(model.attribute({values.data(), 30}, shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("PcaModel: what was written is read back, and forged bytes are refused or harmless", "[models]") {
    const auto bytes = to_bytes(axis(PcaForm::residual));
    CHECK(to_bytes(from_bytes<PcaModel>(bytes)) == bytes);
    CHECK(from_bytes<PcaModel>(bytes).form() == PcaForm::residual);
    ByteWriter writer;
    write_object(writer, axis(PcaForm::weighted));
    const std::vector<std::byte> payload{writer.bytes().begin(), writer.bytes().end()};
    for (std::size_t size = 0; size < payload.size(); ++size)
        CHECK_THROWS_AS(from_bytes<PcaModel>(detail::seal({payload.data(), size})), FormatError);
    int refused = 0;
    for (std::size_t at = 0; at < payload.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            auto forged = payload;
            forged[at] = static_cast<std::byte>(value);
            try {
                const auto model = from_bytes<PcaModel>(detail::seal(forged));
                const double score = model.score(std::vector<float>{3, 4, 5}).value;
                if (!is_finite(score) || score < 0) FAIL("at " << at);
            } catch (const FormatError&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 100);
}

TEST_CASE("PcaModel: components that cannot be are refused", "[models]") {
    const auto refused = [](PcaComponents c) {
        CHECK_THROWS_AS((PcaModel{PcaForm::weighted, std::move(c)}), std::invalid_argument);
    };
    refused({});
    refused({.mean = {0, 0}, .variances = {1}, .directions = {1}, .total_variance = 1});
    refused({.mean = {0, 0}, .variances = {1}, .directions = {1, 1}, .total_variance = 1});
    refused({.mean = {0, 0}, .variances = {2}, .directions = {1, 0}, .total_variance = 1});
    refused({.mean = {0, 0}, .variances = {1, 2}, .directions = {1, 0, 0, 1}, .total_variance = 3});
    refused({.mean = {0, 0}, .variances = {0}, .directions = {1, 0}, .total_variance = 1});
    refused({.mean = {0}, .variances = {1, 1}, .directions = {1, 1}, .total_variance = 2});
}
