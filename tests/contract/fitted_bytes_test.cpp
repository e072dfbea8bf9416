// SPDX-License-Identifier: Apache-2.0
// Laws for the files of fitted models.
#include <cstddef>
#include <vector>

#include "contract/fitted_cases.hpp"
#include "sonde/core/error.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

template <class Case>
using ModelOf = decltype(fitted<Case>());

/// What lies under the seal of the file of a model of few rows.
template <class Case>
std::vector<std::byte> payload() {
    ByteWriter writer;
    write_object(writer, fitted<Case>(60));
    return {writer.bytes().begin(), writer.bytes().end()};
}

template <class Model>
bool is_sound(const Model& model) {
    const std::vector<float> row(model.dimension(), 1.0F);
    std::vector<double> shares(model.dimension());
    std::vector<Score> scores(1);
    model.score_batch({row.data(), 1, row.size()}, scores);
    return is_finite(model.calibration().surprise(model.score(row).value)) &&
           is_finite(model.score(row).value) && model.score(row).value >= 0 &&
           scores[0] == model.score(row) && model.attribute(row, shares) == scores[0];
}

/// Reads a forged file. \returns true when it was refused; a model that was read is sound.
template <class Model>
bool refused(const std::vector<std::byte>& forged) {
    const auto file = detail::seal(forged);
    // A file may say that it is larger than it is; nothing of that size is ever taken.
    const LargestAllocation largest;
    try {
        const auto model = from_bytes<Model>(file);
        REQUIRE(largest.since_start() <= 64 * file.size() + 4096);
        REQUIRE(is_sound(model));
        return false;
    } catch (const FormatError&) {
        REQUIRE(largest.since_start() <= 64 * file.size() + 4096);
        return true;
    }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("every fitted model: what was written and read back says the same",
                        "[models][contract]", FittedModels) {
    const auto model = fitted<TestType>();
    const auto bytes = to_bytes(model);
    const auto again = from_bytes<ModelOf<TestType>>(bytes);
    CHECK(to_bytes(again) == bytes);
    CHECK(again.default_threshold() == model.default_threshold());
    const Training rows = training_rows(2, 200, 5);
    std::vector<double> shares(4), shares_again(4);
    for (std::size_t i = 0; i < 200; ++i) {
        const Row row = rows.rows().row(i);
        REQUIRE(again.score(row) == model.score(row));
        REQUIRE(again.attribute(row, shares_again) == model.attribute(row, shares));
        REQUIRE(shares_again == shares);
    }
}

TEMPLATE_LIST_TEST_CASE("every fitted model: a file truncated at any byte is refused", "[models][contract]",
                        FittedModels) {
    const auto bytes = to_bytes(fitted<TestType>(60));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        try {
            static_cast<void>(from_bytes<ModelOf<TestType>>({bytes.data(), size}));
            FAIL("truncated to " << size << " of " << bytes.size());
        } catch (const FormatError&) {}
    }
}

TEMPLATE_LIST_TEST_CASE("every fitted model: state truncated under a right checksum is refused",
                        "[models][contract]", FittedModels) {
    const auto whole = payload<TestType>();
    for (std::size_t size = 0; size < whole.size(); size += 1 + size / 64)
        CHECK(refused<ModelOf<TestType>>({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}));
}

TEMPLATE_LIST_TEST_CASE("every fitted model: a file with a flipped bit is refused", "[models][contract]",
                        FittedModels) {
    auto bytes = to_bytes(fitted<TestType>(60));
    for (std::size_t at = 0; at < bytes.size(); at += 1 + at / 64) {
        bytes[at] ^= std::byte{0x10};
        CHECK_THROWS_AS(from_bytes<ModelOf<TestType>>(bytes), FormatError);
        bytes[at] ^= std::byte{0x10};
    }
}

TEMPLATE_LIST_TEST_CASE("every fitted model: state that lies under a right checksum is refused or harmless",
                        "[models][contract]", FittedModels) {
    const auto whole = payload<TestType>();
    Rng rng{4};
    int turned_down = 0;
    for (int round = 0; round < 600; ++round) {
        auto forged = whole;
        // Half of them near the start, where options and sizes are.
        const std::size_t reach = round % 2 == 0 && forged.size() > 200 ? 200 : forged.size();
        const std::size_t at = rng.below(reach);
        if (round % 3 == 0) {
            for (std::size_t i = at; i < forged.size() && i < at + 8; ++i)
                forged[i] = static_cast<std::byte>(rng.below(256));
        } else {
            forged[at] = static_cast<std::byte>(rng.below(256));
        }
        turned_down += refused<ModelOf<TestType>>(forged) ? 1 : 0;
    }
    CHECK(turned_down > 0);
}

TEMPLATE_LIST_TEST_CASE("every fitted model: no size in a file is believed", "[models][contract]",
                        FittedModels) {
    const auto whole = payload<TestType>();
    const std::size_t reach = whole.size() < 400 ? whole.size() : 400;
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1} << 20, std::uint64_t{1} << 31,
                                     std::uint64_t{1} << 62, ~std::uint64_t{0}}) {
        for (std::size_t at = 6; at + 8 <= reach; ++at) {
            auto forged = whole;
            for (std::size_t i = 0; i < 8; ++i)
                forged[at + i] = static_cast<std::byte>((size >> (8 * i)) & 0xff);
            refused<ModelOf<TestType>>(forged);
        }
    }
}
