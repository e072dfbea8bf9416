// SPDX-License-Identifier: Apache-2.0
// Laws for what is written down and had back.
#include <cstddef>
#include <string>
#include <vector>

#include "contract/detector_cases.hpp"
#include "sonde/core/error.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::testing;

TEMPLATE_LIST_TEST_CASE("every detector: what was written and read back goes on alike",
                        "[detectors][contract]", Detectors) {
    const int learned = GENERATE(0, 1, 10, 40, 150, 400);
    auto original = TestType::make();
    const auto past = stream<TestType>(1, 400);
    for (int i = 0; i < learned; ++i) original.observe(past[static_cast<std::size_t>(i)].input());
    auto restored = from_bytes<DetectorOf<TestType>>(to_bytes(original));
    CHECK(to_bytes(restored) == to_bytes(original));
    CHECK(restored.counts() == original.counts());
    for (const auto& example : stream<TestType>(2, 300))
        REQUIRE(same(restored.observe(example.input()), original.observe(example.input())));
}

TEMPLATE_LIST_TEST_CASE("every detector: a truncated file is refused", "[detectors][contract]", Detectors) {
    using D = DetectorOf<TestType>;
    const auto bytes = to_bytes(trained<TestType>());
    for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 16)
        CHECK_THROWS_AS(from_bytes<D>({bytes.data(), size}), FormatError);
    CHECK_THROWS_AS(from_bytes<D>({bytes.data(), bytes.size() - 1}), FormatError);
}

TEMPLATE_LIST_TEST_CASE("every detector: a file with a flipped bit is refused", "[detectors][contract]",
                        Detectors) {
    auto bytes = to_bytes(trained<TestType>());
    for (std::size_t at = 0; at < bytes.size(); at += 1 + at / 16) {
        bytes[at] ^= std::byte{0x10};
        CHECK_THROWS_AS(from_bytes<DetectorOf<TestType>>(bytes), FormatError);
        bytes[at] ^= std::byte{0x10};
    }
}

TEMPLATE_LIST_TEST_CASE("every detector: state that lies under a right checksum is refused or harmless",
                        "[detectors][contract]", Detectors) {
    using D = DetectorOf<TestType>;
    ByteWriter writer;
    write_object(writer, trained<TestType>());
    const std::vector<std::byte> payload{writer.bytes().begin(), writer.bytes().end()};
    const auto examples = stream<TestType>(3, 40);
    Rng rng{4};
    int refused = 0;
    for (int round = 0; round < 400; ++round) {
        auto forged = payload;
        // Mostly near the start, where options and sizes are.
        const std::size_t reach = round % 2 == 0 && forged.size() > 200 ? 200 : forged.size();
        forged[static_cast<std::size_t>(rng.below(reach))] = static_cast<std::byte>(rng.below(256));
        const auto file = detail::seal(forged);
        try {
            auto detector = from_bytes<D>(file);
            for (const auto& example : examples) {
                const Verdict verdict = detector.observe(example.input());
                if (!is_finite(verdict.score.value) || verdict.score.value < 0) FAIL("round " << round);
            }
        } catch (const FormatError&) {
            ++refused;
        }
    }
    CHECK(refused > 20);
}

TEMPLATE_LIST_TEST_CASE("every detector: the file of another type is refused", "[detectors][contract]",
                        Detectors) {
    const auto bytes = to_bytes(FixedThreshold{2.0});
    CHECK_THROWS_AS(from_bytes<DetectorOf<TestType>>(bytes), FormatError);
}
