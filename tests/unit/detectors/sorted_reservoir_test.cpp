// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/sorted_reservoir.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "sonde/core/error.hpp"
#include "support/catch.hpp"

using namespace sonde;
using sonde::detail::SortedReservoir;

namespace {

/// How often a value of a stream 0, 1, 2 ... is in the sample at its end: the median of a sample of one.
std::vector<int> survivors(double half_life, int length, int rounds) {
    std::vector<int> counts(static_cast<std::size_t>(length));
    for (int round = 0; round < rounds; ++round) {
        SortedReservoir sample{1, half_life, static_cast<std::uint64_t>(round)};
        for (int i = 0; i < length; ++i) sample.learn(i);
        ++counts[static_cast<std::size_t>(sample.median())];
    }
    return counts;
}

}  // namespace

TEST_CASE("SortedReservoir: until it is full it holds everything", "[detectors]") {
    SortedReservoir sample{5, 0, 1};
    for (const double value : {5.0, 1.0, 4.0, 2.0, 3.0}) CHECK(sample.learn(value));
    CHECK(sample.median() == 3);
    CHECK(sample.scale() == Approx(1.482602218505602));
}

TEST_CASE("SortedReservoir: each value is kept with the same probability", "[detectors]") {
    // 20 places, 20,000 rounds: 1,000 each with a standard error of 31.
    for (const int count : survivors(0, 20, 20'000)) CHECK(std::abs(count - 1000) < 4 * 31);
}

TEST_CASE("SortedReservoir: with a half-life the probability of being there halves with age", "[detectors]") {
    const auto counts = survivors(4, 60, 40'000);
    const auto within = [&](std::size_t from, std::size_t to) {
        double sum = 0;
        for (std::size_t age = from; age < to; ++age) sum += counts[59 - age];
        return sum / 40'000;
    };
    CHECK(within(0, 4) == Approx(0.5).margin(0.012));
    CHECK(within(4, 8) == Approx(0.25).margin(0.012));
    CHECK(within(8, 12) == Approx(0.125).margin(0.012));
}

TEST_CASE("SortedReservoir: the same seed takes the same sample", "[detectors]") {
    SortedReservoir a{16, 0, 3}, b{16, 0, 3}, c{16, 0, 4};
    bool differs = false;
    for (int i = 0; i < 2000; ++i) {
        a.learn(i);
        b.learn(i);
        c.learn(i);
        CHECK(a.median() == b.median());
        differs = differs || a.median() != c.median();
    }
    CHECK(differs);
}

// Finding a place for one value after the other would take a minute.
TEST_CASE("SortedReservoir: the largest one is read in no more than sorting takes", "[detectors]") {
    const std::size_t capacity = SortedBuffer::max_capacity;
    SortedReservoir sample{capacity, 0, 1};
    for (std::size_t i = 0; i < capacity; ++i) sample.learn(static_cast<double>(i));
    ByteWriter writer;
    write_object(writer, sample);
    std::vector<std::byte> bytes{writer.bytes().begin(), writer.bytes().end()};
    std::vector<double> values(capacity);
    std::byte* const slots = bytes.data() + bytes.size() - 8 * capacity;
    std::memcpy(values.data(), slots, 8 * capacity);
    std::reverse(values.begin(), values.end());
    std::memcpy(slots, values.data(), 8 * capacity);
    CHECK(from_bytes<SortedReservoir>(detail::seal(bytes)).median() == sample.median());
}

TEST_CASE("SortedReservoir: more values than can be seen are refused", "[detectors]") {
    SortedReservoir sample{4, 0, 1};
    for (int i = 0; i < 4; ++i) sample.learn(i);
    ByteWriter writer;
    write_object(writer, sample);
    std::vector<std::byte> bytes{writer.bytes().begin(), writer.bytes().end()};
    std::fill_n(bytes.begin() + 6 + 16, 8, std::byte{0xff});
    CHECK_THROWS_AS(from_bytes<SortedReservoir>(detail::seal(bytes)), FormatError);
}

TEST_CASE("SortedReservoir: values that are missing or out of range are refused", "[detectors]") {
    SortedReservoir sample{4, 0, 1};
    for (int i = 0; i < 9; ++i) sample.learn(i);
    ByteWriter writer;
    write_object(writer, sample);
    const std::vector<std::byte> bytes{writer.bytes().begin(), writer.bytes().end()};
    REQUIRE(from_bytes<SortedReservoir>(detail::seal(bytes)).median() == sample.median());
    auto fewer = bytes, huge = bytes;
    fewer[bytes.size() - 40] = std::byte{3};  // the length in front of four doubles
    fewer.resize(bytes.size() - 8);
    CHECK_THROWS_AS(from_bytes<SortedReservoir>(detail::seal(fewer)), FormatError);
    huge[bytes.size() - 1] = std::byte{0x7f};  // the exponent of the last one
    CHECK_THROWS_AS(from_bytes<SortedReservoir>(detail::seal(huge)), FormatError);
}
