// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/hbos.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// Bins [0, 1), [1, 3), [3, 4]; the second feature is constant 5.
HbosModel three(HbosForm form) { return {form, {{{0, 1, 3, 4}, {8, 4, 0}}, {{5, 5}, {12}}}}; }

double score(HbosForm form, float x, float y = 5) {
    return three(form).score(std::vector<float>{x, y}).value;
}

}  // namespace

static_assert(BatchScorer<HbosModel> && Explainer<HbosModel> && Persistent<HbosModel>);

TEST_CASE("HbosModel: the score is the log of the highest bin by the row's", "[models]") {
    const auto form = HbosForm::static_width;
    CHECK(score(form, 0) == 0);
    CHECK(score(form, 0.999F) == 0);
    CHECK(score(form, 1) == Approx(std::log(2)));
    CHECK(score(form, 2.999F) == Approx(std::log(2)));
    CHECK(score(form, 3) == Approx(std::log(16)));  // empty: half a row
    CHECK(score(form, 4) == Approx(std::log(16)));
    CHECK(score(form, -0.001F) == Approx(std::log(16)));
    CHECK(score(form, 4.001F) == Approx(std::log(16)));
    CHECK(score(form, 0, 6) == Approx(std::log(24)));
    CHECK(score(form, -3, 4) == Approx(std::log(16) + std::log(24)));
}

TEST_CASE("HbosModel: with dynamic width heights are rows per width", "[models]") {
    const auto form = HbosForm::dynamic_width;
    CHECK(score(form, 0.5F) == 0);
    CHECK(score(form, 2) == Approx(std::log(4)));
    // Half a row in a bin of mean width, 4 / 3; the highest has 8 in a width of 1.
    CHECK(score(form, 3.5F) == Approx(std::log(8 * 4.0 / 3 / 0.5)));
    CHECK(score(form, 9) == Approx(std::log(8 * 4.0 / 3 / 0.5)));
    CHECK(score(form, 0, 6) == Approx(std::log(24)));
}

TEST_CASE("HbosModel: shares are the surprises of the features, batches the scores of rows", "[models]") {
    const HbosModel model = three(HbosForm::static_width);
    std::vector<double> shares(2);
    CHECK(model.attribute(std::vector<float>{1, 6}, shares).value == Approx(std::log(2) + std::log(24)));
    CHECK(shares[0] == Approx(std::log(2)));
    CHECK(shares[1] == Approx(std::log(24)));
    const float nan = std::bit_cast<float>(0x7fc0'0001U);
    const std::vector<float> rows{1, 6, nan, 5, 0, 5};
    std::vector<Score> scores(3);
    model.score_batch({rows.data(), 3, 2}, scores);
    CHECK(scores[0] == model.score({rows.data(), 2}));
    CHECK(scores[1] == Score{0, Status::bad_input});
    CHECK(scores[2] == Score{0, Status::ok});
    CHECK(model.attribute({rows.data() + 2, 2}, shares) == Score{0, Status::bad_input});
    CHECK(shares == std::vector<double>{0, 0});
    model.score_batch({rows.data(), 2, 3}, scores);
    CHECK(scores[0] == Score{0, Status::bad_input});
}

TEST_CASE("HbosModel: a bin is found among any number of bins", "[models]") {
    for (std::size_t bins = 1; bins < 40; ++bins) {
        HbosHistogram histogram;
        for (std::size_t b = 0; b <= bins; ++b) histogram.edges.push_back(static_cast<float>(b * b));
        for (std::size_t b = 0; b < bins; ++b) histogram.counts.push_back(b + 1);
        const HbosModel model{HbosForm::static_width, {histogram}};
        for (std::size_t b = 0; b < bins; ++b) {
            const double expected = std::log(static_cast<double>(bins) / static_cast<double>(b + 1));
            CHECK(model.score(std::vector<float>{histogram.edges[b]}).value ==
                  Approx(expected).margin(1e-12));
            const float middle = (histogram.edges[b] + histogram.edges[b + 1]) / 2;
            CHECK(model.score(std::vector<float>{middle}).value == Approx(expected).margin(1e-12));
        }
    }
}

TEST_CASE("HbosModel: scoring allocates nothing", "[models]") {
    const HbosModel model = three(HbosForm::static_width);
    const std::vector<float> rows{1, 6, 0, 5};
    std::vector<Score> scores(2);
    std::vector<double> shares(2);
    const testing::AllocationCount count;
    model.score_batch({rows.data(), 2, 2}, scores);
    static_cast<void>(model.attribute({rows.data(), 2}, shares));
    CHECK(count.since_start() == 0);
}

TEST_CASE("HbosModel: what was written is read back, and forged bytes are refused or harmless", "[models]") {
    const auto bytes = to_bytes(three(HbosForm::dynamic_width));
    CHECK(to_bytes(from_bytes<HbosModel>(bytes)) == bytes);
    ByteWriter writer;
    write_object(writer, three(HbosForm::dynamic_width));
    const std::vector<std::byte> payload{writer.bytes().begin(), writer.bytes().end()};
    for (std::size_t size = 0; size < payload.size(); ++size)
        CHECK_THROWS_AS(from_bytes<HbosModel>(detail::seal({payload.data(), size})), FormatError);
    int refused = 0;
    for (std::size_t at = 0; at < payload.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            auto forged = payload;
            forged[at] = static_cast<std::byte>(value);
            try {
                const auto model = from_bytes<HbosModel>(detail::seal(forged));
                const double found = model.score(std::vector<float>(model.dimension(), 2)).value;
                if (!is_finite(found) || found < 0) FAIL("at " << at);
            } catch (const FormatError&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 50);
}

TEST_CASE("HbosModel: histograms that cannot be are refused", "[models]") {
    const float nan = std::bit_cast<float>(0x7fc0'0001U);
    const auto refused = [](HbosHistogram histogram) {
        CHECK_THROWS_AS((HbosModel{HbosForm::static_width, {std::move(histogram)}}), std::invalid_argument);
    };
    refused({});
    refused({{0, 1, 2}, {1}});
    refused({{0, nan}, {1}});
    refused({{0, 1, 1}, {1, 1}});
    refused({{1, 0}, {1}});
    refused({{0, 1}, {0}});
    refused({{0, 1, 2}, {~std::uint64_t{0}, 1}});
    CHECK_THROWS_AS((HbosModel{HbosForm::static_width, {}}), std::invalid_argument);
}
