// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/kmeans_stream.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// A model of the values themselves, of all of them.
constexpr KMeansStreamOptions plain{.window = 60,
                                    .warm_up = 60,
                                    .train_every = 60,
                                    .models = 4,
                                    .difference = false,
                                    .smooth = 1,
                                    .lag = 0,
                                    .sampling = 1};

double wave(Rng& rng, int i) { return 10 * std::sin(i * 0.05) + 0.3 * rng.normal(); }

constexpr KMeansStreamOptions small{
    .window = 400, .warm_up = 200, .train_every = 150, .models = 3, .sampling = 0.5};

KMeansStream taught(int values, const KMeansStreamOptions& options) {
    Rng rng{1};
    KMeansStream scorer{options};
    for (int i = 0; i < values; ++i) scorer.learn(wave(rng, i));
    return scorer;
}

}  // namespace

static_assert(Learner<KMeansStream> && Persistent<KMeansStream>);

TEST_CASE(
    "KMeansStream: a score is the mean distance to two centres, from the least to the largest in training",
    "[models]") {
    KMeansStream scorer{plain};
    const double around[] = {-1, 0, 1};
    for (int i = 0; i < 60; ++i) scorer.learn((i % 2) * 100 + around[i % 3]);
    REQUIRE(scorer.models() == 1);
    // The centres are 0 and 100: between them the mean distance is 50, at -1 and 101 it is 51.
    for (const double x : {0.0, 0.5, 50.0, 100.0}) CHECK(scorer.score(x).value == Approx(0).margin(1e-9));
    CHECK(scorer.score(101).value == Approx(1));
    CHECK(scorer.score(-1).value == Approx(1));
    CHECK(scorer.score(103.5).value == Approx(3.5));
    CHECK(scorer.score(-10).value == Approx(10));
}

TEST_CASE("KMeansStream: a feature vector is made of smoothed differences and those before it", "[models]") {
    // Differences alternate between 0 and 8 in pairs: averages of two are 0, 4, 8, 4.
    KMeansStream scorer{
        {.window = 41, .warm_up = 41, .train_every = 1000, .smooth = 2, .lag = 1, .sampling = 1}};
    double x = 0;
    for (int i = 0; i < 41; ++i) {
        scorer.learn(x);
        x += i % 4 < 2 ? 8 : 0;
    }
    REQUIRE(scorer.models() == 1);
    // A vector that was there in training (8 after 4) and one that was not: (4 after a half of that and a jump).
    const double usual = scorer.score(x).value, odd = scorer.score(x + 40).value;
    CHECK(usual <= 1 + 1e-12);
    CHECK(odd > 3);
}

TEST_CASE("KMeansStream: what one of the models knows is no anomaly", "[models]") {
    KMeansStream scorer{plain};
    Rng rng{2};
    for (int i = 0; i < 60; ++i) scorer.learn(rng.normal());
    const double before = scorer.score(1000).value;
    CHECK(before > 100);
    for (int i = 0; i < 60; ++i) scorer.learn(1000 + rng.normal());
    CHECK(scorer.models() == 2);
    CHECK(scorer.score(1000).value < 0.99);
    CHECK(scorer.score(0).value < 0.99);
    CHECK(scorer.score(500).value > 100);
}

TEST_CASE("KMeansStream: the oldest model makes room for the newest", "[models]") {
    KMeansStream scorer{plain};
    Rng rng{3};
    for (int level = 0; level < 5; ++level)
        for (int i = 0; i < 60; ++i) scorer.learn(1000 * level + rng.normal());
    CHECK(scorer.models() == 4);
    CHECK(scorer.score(0).value > 100);
    for (int level = 1; level < 5; ++level) CHECK(scorer.score(1000 * level).value < 0.99);
}

TEST_CASE("KMeansStream: trains first after the warm-up, then every so many values", "[models]") {
    KMeansStream scorer{small};
    Rng rng{4};
    for (int i = 1; i <= 1000; ++i) {
        scorer.learn(wave(rng, i));
        const std::size_t expected = i < 200 ? 0 : static_cast<std::size_t>((i - 200) / 150 + 1);
        CHECK(scorer.models() == (expected < 3 ? expected : 3));
        CHECK((scorer.score(1).status == Status::warming_up) == (i < 200));
    }
}

TEST_CASE("KMeansStream: after a constant stream any change is an anomaly", "[models]") {
    KMeansStream scorer{small};
    for (int i = 0; i < 300; ++i) scorer.learn(7.25);
    CHECK(scorer.score(7.25) == Score{0, Status::ok});
    CHECK(scorer.score(7.5).value > 1e9);  // the scale is what a double resolves of 7.25
}

TEST_CASE("KMeansStream: bad input is ignored, the largest doubles are scored", "[models]") {
    auto scorer = taught(500, small);
    const auto bytes = to_bytes(scorer);
    for (const double bad :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        CHECK(scorer.score(bad) == Score{0, Status::bad_input});
        scorer.learn(bad);
    }
    CHECK(to_bytes(scorer) == bytes);
    for (int i = 0; i < 700; ++i) {
        scorer.learn(i % 3 == 0 ? 1e308 : -1e308);
        CHECK(is_finite(scorer.score(1e308).value));
    }
}

TEST_CASE("KMeansStream: learning, training and scoring allocate nothing", "[models]") {
    auto scorer = taught(190, small);
    Rng rng{5};
    const testing::AllocationCount count;
    for (int i = 190; i < 900; ++i) {
        const double x = wave(rng, i);
        static_cast<void>(scorer.score(x));
        scorer.learn(x);
    }
    CHECK(count.since_start() == 0);
}

TEST_CASE("KMeansStream: goes on from its bytes as if nothing had been", "[models]") {
    for (const int values : {0, 100, 300, 999}) {
        auto scorer = taught(values, small);
        const auto bytes = to_bytes(scorer);
        auto read = from_bytes<KMeansStream>(bytes);
        CHECK(to_bytes(read) == bytes);
        Rng rng{6};
        for (int i = 0; i < 400; ++i) {
            const double x = wave(rng, i);
            CHECK(read.score(x) == scorer.score(x));
            read.learn(x);
            scorer.learn(x);
        }
        CHECK(to_bytes(read) == to_bytes(scorer));
    }
}

TEST_CASE("KMeansStream: broken bytes are refused, forged ones refused or harmless", "[models]") {
    const auto scorer = taught(70, plain);
    const auto bytes = to_bytes(scorer);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(from_bytes<KMeansStream>({bytes.data(), size}), FormatError);
    ByteWriter writer;
    write_object(writer, scorer);
    const std::vector<std::byte> payload{writer.bytes().begin(), writer.bytes().end()};
    for (std::size_t at = 0; at < payload.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            auto forged = payload;
            forged[at] = static_cast<std::byte>(value);
            try {
                auto read = from_bytes<KMeansStream>(detail::seal(forged));
                for (int i = 0; i < 70; ++i) read.learn(i);
                if (!is_finite(read.score(3).value)) FAIL("at " << at);
            } catch (const FormatError&) {}
        }
    }
}

TEST_CASE("KMeansStream: options outside their ranges are refused, a warm-up is fitted to the window",
          "[models]") {
    CHECK_THROWS_AS((KMeansStream{{.window = 15, .smooth = 1, .lag = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((KMeansStream{{.window = 17}}), std::invalid_argument);  // 9 values make a vector
    CHECK_NOTHROW(KMeansStream{{.window = 18}});
    CHECK_THROWS_WITH((KMeansStream{{.smooth = 0}}), "KMeansStream: smooth is 0, must be in [1, 64]");
    CHECK_THROWS_AS((KMeansStream{{.lag = 65}}), std::invalid_argument);
    CHECK_THROWS_AS((KMeansStream{{.train_every = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((KMeansStream{{.models = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((KMeansStream{{.sampling = 0}}), std::invalid_argument);
    CHECK_THROWS_AS((KMeansStream{{.max_iterations = 0}}), std::invalid_argument);
    CHECK(KMeansStream{{.window = 100}}.options().warm_up == 100);
    CHECK(KMeansStream{{.warm_up = 0}}.options().warm_up == 18);
}

TEST_CASE("KMeansStreamDetector: a steady stream has few anomalies, a spike is one", "[models]") {
    Rng rng{7};
    KMeansStreamDetector detector{{.window = 2000, .train_every = 1000}};
    for (int i = 0; i < 20'000; ++i) static_cast<void>(detector.observe(wave(rng, i)));
    CHECK(detector.counts().anomalous < 191);  // 1 % of those judged
    CHECK(detector.judge(30).anomalous);
    CHECK(detector.threshold().value() == 0.99);
}
