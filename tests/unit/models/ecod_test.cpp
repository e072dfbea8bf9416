// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/ecod.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// Values of which many are equal.
std::vector<float> steps(Rng& rng, std::size_t count, double step) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(std::round(rng.normal() / step) * step);
    return values;
}

/// By counting.
double exact(MatrixView training, Row row, std::vector<double>* shares = nullptr) {
    double sum = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
        double at_most = 0, at_least = 0;
        for (std::size_t i = 0; i < training.rows(); ++i) {
            at_most += training.row(i)[j] <= row[j] ? 1 : 0;
            at_least += training.row(i)[j] >= row[j] ? 1 : 0;
        }
        const double rarer = std::fmax(1, std::fmin(at_most, at_least));
        const double surprise = std::log(static_cast<double>(training.rows()) / rarer);
        if (shares != nullptr) shares->push_back(surprise);
        sum += surprise;
    }
    return sum;
}

EcodModel four() {
    static const std::vector<float> values{1, 10, 2, 10, 3, 10, 4, 10};
    return EcodModel{{values.data(), 4, 2}};
}

}  // namespace

static_assert(BatchScorer<EcodModel> && Explainer<EcodModel> && Persistent<EcodModel>);

TEST_CASE("EcodModel: the score is the surprise of the rarer tail, summed", "[models]") {
    CHECK(four().score(std::vector<float>{1, 10}).value == Approx(std::log(4)));
    CHECK(four().score(std::vector<float>{2, 10}).value == Approx(std::log(2)));
    CHECK(four().score(std::vector<float>{2.5F, 10}).value == Approx(std::log(2)));
    CHECK(four().score(std::vector<float>{-7, 10}).value == Approx(std::log(4)));
    CHECK(four().score(std::vector<float>{9, 11}).value == Approx(2 * std::log(4)));
}

TEST_CASE("EcodModel: the score is that of counting, alone and in every batch", "[models]") {
    const double step = GENERATE(1.0, 0.1, 1e-6);
    const std::size_t n = GENERATE(1U, 2U, 3U, 64U, 100U);
    Rng rng{n};
    const auto training = steps(rng, n * 3, step);
    const MatrixView rows{training.data(), n, 3};
    const EcodModel model{rows};
    const auto values = steps(rng, 150 * 3, step);
    const MatrixView batch{values.data(), 150, 3};
    for (const std::size_t count : {1U, 3U, 4U, 63U, 66U, 150U}) {
        std::vector<Score> scores(count);
        model.score_batch(batch, scores);
        for (std::size_t i = 0; i < count; ++i) {
            CHECK(scores[i].value == Approx(exact(rows, batch.row(i))).epsilon(1e-12).margin(0));
            CHECK(scores[i] == model.score(batch.row(i)));
        }
    }
}

TEST_CASE("EcodModel: shares are the surprises of the features", "[models]") {
    Rng rng{4};
    const auto training = steps(rng, 50 * 4, 0.1);
    const MatrixView rows{training.data(), 50, 4};
    const EcodModel model{rows};
    const auto row = steps(rng, 4, 0.1);
    std::vector<double> shares(4), expected;
    const double score = exact(rows, row, &expected);
    CHECK(model.attribute(row, shares).value == Approx(score));
    for (std::size_t j = 0; j < 4; ++j) CHECK(shares[j] == Approx(expected[j]));
    std::vector<double> few(3, 7);
    CHECK(model.attribute(row, few).status == Status::bad_input);
    CHECK(few[0] == 0);
}

TEST_CASE("EcodModel: NaN, infinity and another dimension are bad input", "[models]") {
    const float nan = std::bit_cast<float>(0x7fc0'0001U), infinity = std::bit_cast<float>(0x7f80'0000U);
    const std::vector<float> rows{1, 10, nan, 10, 1, -infinity, 2, 10};
    std::vector<Score> scores(4);
    four().score_batch({rows.data(), 4, 2}, scores);
    CHECK(scores[0].status == Status::ok);
    CHECK(scores[1] == Score{0, Status::bad_input});
    CHECK(scores[2] == Score{0, Status::bad_input});
    CHECK(scores[3].value == Approx(std::log(2)));
    CHECK(four().score({rows.data() + 2, 2}) == Score{0, Status::bad_input});
    CHECK(four().score({rows.data(), 1}) == Score{0, Status::bad_input});
    four().score_batch({rows.data(), 2, 4}, scores);
    CHECK(scores[0] == Score{0, Status::bad_input});
}

TEST_CASE("EcodModel: scoring allocates nothing", "[models]") {
    const EcodModel model = four();
    const std::vector<float> rows{1, 2, 3, 4};
    std::vector<Score> scores(2);
    std::vector<double> shares(2);
    const testing::AllocationCount count;
    model.score_batch({rows.data(), 2, 2}, scores);
    static_cast<void>(model.attribute({rows.data(), 2}, shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("EcodModel: what was written is read back, and forged bytes are refused or harmless", "[models]") {
    const auto bytes = to_bytes(four());
    CHECK(to_bytes(from_bytes<EcodModel>(bytes)) == bytes);
    ByteWriter writer;
    write_object(writer, four());
    const std::vector<std::byte> payload{writer.bytes().begin(), writer.bytes().end()};
    for (std::size_t size = 0; size < payload.size(); ++size)
        CHECK_THROWS_AS(from_bytes<EcodModel>(detail::seal({payload.data(), size})), FormatError);
    int refused = 0;
    for (std::size_t at = 0; at < payload.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            auto forged = payload;
            forged[at] = static_cast<std::byte>(value);
            try {
                const auto model = from_bytes<EcodModel>(detail::seal(forged));
                const double score = model.score(std::vector<float>(model.dimension(), 2)).value;
                if (!is_finite(score) || score < 0) FAIL("at " << at);
            } catch (const FormatError&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 50);
}

TEST_CASE("EcodModel: training rows that cannot be are refused", "[models]") {
    const std::vector<float> bad{1, std::bit_cast<float>(0x7fc0'0001U)};
    CHECK_THROWS_AS(EcodModel{MatrixView{}}, std::invalid_argument);
    CHECK_THROWS_WITH((EcodModel{{bad.data(), 2, 1}}),
                      "EcodModel: row 1 is not finite, must be finite in every feature");
}
