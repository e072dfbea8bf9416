// SPDX-License-Identifier: Apache-2.0
#include "network.hpp"

#include <algorithm>
#include <cmath>

#include "files.hpp"
#include "sonde/core/error.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace {

const std::filesystem::path data = DEMO_DATA;

}  // namespace

TEST_CASE("Network: as many of the shipped images are right as the recipe printed", "[demo]") {
    const auto network = demo::Network::load(data / "network.mlp");
    const auto samples = demo::load_samples(data);
    int right = 0;
    for (std::size_t i = 0; i < samples.images.size(); ++i)
        right += network.classify(samples.images[i]).digit == samples.labels[i];
    CHECK(samples.images.size() == 1000);
    CHECK(right == 975);
}

TEST_CASE("Network: the confidence is the softmax of the highest logit", "[demo]") {
    const auto network = demo::Network::load(data / "network.mlp");
    const auto prediction = network.classify(demo::load_samples(data).images.front());
    double sum = 0;
    for (const float logit : prediction.logits) sum += std::exp(static_cast<double>(logit));
    const double highest = static_cast<double>(prediction.logits[prediction.digit]);
    CHECK(std::abs(static_cast<double>(prediction.confidence) - std::exp(highest) / sum) < 1e-6);
}

TEST_CASE("Network: classifying allocates nothing", "[demo]") {
    const auto network = demo::Network::load(data / "network.mlp");
    const auto samples = demo::load_samples(data);
    const sonde::testing::AllocationCount count;
    for (const auto& image : samples.images) (void)network.classify(image);
    CHECK(count.since_start() == 0);
}

TEST_CASE("Network: a file that is not whole is refused", "[demo][hostile]") {
    auto file = demo::read_file(data / "network.mlp");
    REQUIRE_NOTHROW(demo::Network::from_bytes(file));
    SECTION("empty") { file.clear(); }
    SECTION("truncated") { file.resize(file.size() / 2); }
    SECTION("longer") { file.resize(file.size() + 1); }
    SECTION("a bit flipped") { file[5000] ^= std::byte{1}; }
    SECTION("another magic") { file[0] = std::byte{'X'}; }
    SECTION("another shape") { file[8] = std::byte{64}; }
    CHECK_THROWS_AS(demo::Network::from_bytes(file), sonde::FormatError);
}

TEST_CASE("Network: a missing file is named", "[demo]") {
    CHECK_THROWS_WITH(demo::Network::load("no/such/file"), "no/such/file: cannot be read");
}

TEST_CASE("Arrivals: the trace has 19,366 requests in 58 minutes, in order", "[demo]") {
    const auto arrivals = demo::load_arrivals(data);
    CHECK(arrivals.size() == 19'366);
    CHECK(std::is_sorted(arrivals.begin(), arrivals.end()));
    CHECK(arrivals.back() == std::chrono::milliseconds{3'501'722});
}
