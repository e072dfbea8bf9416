// SPDX-License-Identifier: Apache-2.0
#include "sonde/thresholds/quantile_threshold.hpp"

#include <bit>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "sonde/core/concepts.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// The share of exponentially distributed scores that are anomalous after the warm-up.
double alarm_rate(QuantileThreshold& threshold, double scale, int count, std::uint64_t seed) {
    Rng rng{seed};
    int judged = 0, anomalous = 0;
    for (int i = 0; i < count; ++i) {
        const Score score{-scale * detail::log(1 - rng.uniform()), Status::ok};
        const Verdict verdict = threshold.judge(score);
        judged += verdict.score.status == Status::ok;
        anomalous += verdict.anomalous;
        threshold.learn(score);
    }
    return static_cast<double>(anomalous) / judged;
}

}  // namespace

TEST_CASE("QuantileThreshold: 1 - quantile of a steady stream is anomalous", "[thresholds]") {
    STATIC_REQUIRE(Threshold<QuantileThreshold>);
    const double quantile = GENERATE(0.9, 0.99, 0.999);
    QuantileThreshold threshold{{.quantile = quantile}};
    CHECK(alarm_rate(threshold, 3.0, 500'000, 1) == Approx(1 - quantile).epsilon(0.12));
    CHECK(threshold.value() == Approx(-3.0 * detail::log(1 - quantile)).epsilon(0.03));
}

TEST_CASE("QuantileThreshold: the margin multiplies the quantile", "[thresholds]") {
    QuantileThreshold plain{{.quantile = 0.9}}, wide{{.quantile = 0.9, .margin = 2.5}};
    alarm_rate(plain, 1.0, 5000, 2);
    alarm_rate(wide, 1.0, 5000, 2);
    CHECK(wide.value() == Approx(2.5 * plain.value()));
}

TEST_CASE("QuantileThreshold: warms up for exactly so many usable scores", "[thresholds]") {
    QuantileThreshold threshold{{.quantile = 0.5, .warm_up = 100}};
    for (int i = 0; i < 100; ++i) {
        CHECK(threshold.judge({50, Status::ok}).score == Score{0, Status::warming_up});
        threshold.learn({50, Status::warming_up});
        threshold.learn({50, Status::bad_input});
        threshold.learn({static_cast<double>(i), Status::ok});
    }
    CHECK(threshold.learned() == 100);
    CHECK(threshold.value() == Approx(49.5).epsilon(0.02));
    CHECK(threshold.judge({60, Status::ok}).anomalous);
    CHECK(threshold.judge({60, Status::ok}).score == Score{60, Status::ok});
    CHECK_FALSE(threshold.judge({40, Status::ok}).anomalous);
    CHECK(threshold.judge({60, Status::bad_input}).score == Score{60, Status::bad_input});
}

TEST_CASE("QuantileThreshold: with a half-life it follows the scores to another level", "[thresholds]") {
    QuantileThreshold faded{{.quantile = 0.99, .half_life = 1000}}, all{{.quantile = 0.99}};
    for (QuantileThreshold* const threshold : {&faded, &all}) {
        alarm_rate(*threshold, 100.0, 20'000, 3);
        alarm_rate(*threshold, 1.0, 20'000, 4);
    }
    CHECK(faded.value() == Approx(4.6).epsilon(0.3));
    CHECK(all.value() > 100);
}

TEST_CASE("QuantileThreshold: a stream of zeros has the floor as bound, not 0", "[thresholds]") {
    QuantileThreshold threshold{{.quantile = 0.9, .warm_up = 10}};
    for (int i = 0; i < 50; ++i) threshold.learn({0, Status::ok});
    CHECK(threshold.value() == QuantileThreshold::floor);
    CHECK_FALSE(threshold.judge({0, Status::ok}).anomalous);
    CHECK(threshold.judge({1e-6, Status::ok}).anomalous);
}

TEST_CASE("QuantileThreshold: scores near the floor have a quantile, those below it are never anomalous",
          "[thresholds][boundary]") {
    QuantileThreshold small{{.quantile = 0.99}}, below{{.quantile = 0.99}};
    CHECK(alarm_rate(small, 1e-10, 100'000, 6) == Approx(0.01).epsilon(0.2));
    CHECK(alarm_rate(below, 1e-14, 100'000, 6) == 0);
}

TEST_CASE("QuantileThreshold: no margin and no scores make the bound infinite", "[thresholds][boundary]") {
    QuantileThreshold threshold{{.warm_up = 1, .margin = 1e6}};
    for (int i = 0; i < 10; ++i) threshold.learn({1.7e308, Status::ok});
    CHECK(is_finite(threshold.value()));
    CHECK(from_bytes<QuantileThreshold>(to_bytes(threshold)).value() == threshold.value());
}

TEST_CASE("QuantileThreshold: goes on as what was written", "[thresholds][law]") {
    const std::uint64_t warm_up = GENERATE(1U, 50U, 1000U);
    const double half_life = GENERATE(0.0, 100.0);
    QuantileThreshold threshold{{.quantile = 0.9, .warm_up = warm_up, .half_life = half_life}};
    Rng rng{7};
    for (int i = 0; i < 1500; ++i) {
        QuantileThreshold back = from_bytes<QuantileThreshold>(to_bytes(threshold));
        const Score score{rng.uniform() * (1500 - i), Status::ok};
        threshold.learn(score);
        back.learn(score);
        REQUIRE(back.value() == threshold.value());
        REQUIRE(back.learned() == threshold.learned());
    }
}

TEST_CASE("QuantileThreshold: states that no stream leaves are refused", "[thresholds]") {
    const auto bytes_of = [](const QuantileThreshold& threshold) {
        ByteWriter writer;
        write_object(writer, threshold);
        return std::vector<std::byte>{writer.bytes().begin(), writer.bytes().end()};
    };
    const std::size_t scores = GENERATE(5U, 200U);
    QuantileThreshold threshold{{.quantile = 0.9, .warm_up = 10}};
    for (std::size_t i = 0; i < scores; ++i) threshold.learn({1 + static_cast<double>(i), Status::ok});
    const std::vector<std::byte> good = bytes_of(threshold);
    REQUIRE_NOTHROW(from_bytes<QuantileThreshold>(detail::seal(good)));
    const auto refused = [](const std::vector<std::byte>& state) {
        CHECK_THROWS_AS(from_bytes<QuantileThreshold>(detail::seal(state)), FormatError);
    };
    const auto with = [&good](std::size_t from_end, auto value) {
        std::vector<std::byte> state = good;
        std::memcpy(&state[state.size() - from_end], &value, sizeof value);
        return state;
    };
    refused(with(8, 0.5));                 // a bound below the scores
    refused(with(8, 201.0));               // and above them
    refused(with(16, ~std::uint64_t{0}));  // never refreshed again
    refused(with(16, std::uint64_t{scores}));
    refused(with(24, std::uint64_t{scores} - 1));  // learned other than the sketch
    std::vector<std::byte> margin = good, shape = good;
    const double huge = 1e7, coarse = 0.2;
    std::memcpy(&margin[6 + 16], &huge, 8);
    refused(margin);
    std::memcpy(&shape[6 + 32 + 6], &coarse, 8);  // the sketch's relative error
    refused(shape);
}

TEST_CASE("QuantileThreshold: the bound is at most a 64th of the scores behind", "[thresholds]") {
    QuantileThreshold threshold{{.quantile = 0.5, .warm_up = 1}};
    for (int i = 0; i < 6400; ++i) threshold.learn({1, Status::ok});
    // From here on half of all scores are 1, and half are 100 once as many have come again.
    int more = 0;
    while (threshold.value() < 50 && more < 20'000) {
        threshold.learn({100, Status::ok});
        ++more;
    }
    CHECK(more >= 6400);
    CHECK(more <= 6400 + 2 * 6400 / 64 + 2);
}

TEST_CASE("QuantileThreshold: judge and learn allocate nothing", "[thresholds]") {
    QuantileThreshold threshold{{.warm_up = 10, .half_life = 100}};
    const testing::AllocationCount count;
    alarm_rate(threshold, 1.0, 10'000, 5);
    const auto allocated = count.since_start();
    CHECK(allocated == 0);
}

TEST_CASE("QuantileThreshold: options outside their range are refused", "[thresholds]") {
    const double nan = std::bit_cast<double>(0x7ff8'0000'0000'0000U);
    CHECK_THROWS_AS((QuantileThreshold{{.quantile = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileThreshold{{.quantile = 1}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileThreshold{{.quantile = nan}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileThreshold{{.warm_up = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileThreshold{{.margin = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileThreshold{{.margin = nan}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileThreshold{{.margin = 2e6}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileThreshold{{.half_life = 0.5}}), std::invalid_argument);
    CHECK_THROWS_AS((QuantileThreshold{{.half_life = -1}}), std::invalid_argument);
}
