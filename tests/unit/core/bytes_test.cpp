// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/bytes.hpp"

#include <bit>
#include <string_view>
#include <vector>

#include "sonde/core/error.hpp"
#include "support/catch.hpp"
#include "unit/core/special_values.hpp"

using namespace sonde;

namespace {

struct Pair {
    static constexpr Format format{"PAIR", 2};
    std::uint32_t first = 0;
    std::vector<double> second;

    void write(ByteWriter& writer) const {
        writer.u32(first);
        writer.f64s(second);
    }
    static Pair read(ByteReader& reader, std::uint16_t version) {
        Pair result;
        result.first = version == 1 ? 1 : reader.u32();
        result.second = reader.f64s();
        return result;
    }
};

struct Other : Pair {
    static constexpr Format format{"OTHR", 2};
    static Other read(ByteReader& reader, std::uint16_t version) { return {Pair::read(reader, version)}; }
};

struct Older : Pair {
    static constexpr Format format{"PAIR", 1};
    static Older read(ByteReader& reader, std::uint16_t version) { return {Pair::read(reader, version)}; }
};

static_assert(Persistent<Pair> && Persistent<Other> && !Persistent<int>);

std::vector<std::byte> bytes_of(std::string_view text) {
    std::vector<std::byte> result;
    for (const char c : text) result.push_back(static_cast<std::byte>(c));
    return result;
}

}  // namespace

TEST_CASE("crc32: has the check value of the standard", "[core][golden]") {
    CHECK(crc32(bytes_of("123456789")) == 0xCBF43926U);
    CHECK(crc32({}) == 0);
}

TEST_CASE("ByteWriter: the layout is little-endian without padding", "[core][golden]") {
    ByteWriter writer;
    writer.u8(1);
    writer.u16(0x0203);
    writer.u32(0x04050607);
    writer.f64(1.0);
    writer.text("ab");
    writer.format({"MOMT", 7});
    const auto expected = bytes_of(std::string_view{
        "\x01\x03\x02\x07\x06\x05\x04\0\0\0\0\0\0\xf0\x3f\x02\0\0\0\0\0\0\0abMOMT\x07\0", 31});
    CHECK(std::vector<std::byte>(writer.bytes().begin(), writer.bytes().end()) == expected);
}

TEST_CASE("ByteReader: gives back what was written, bit by bit", "[core][law]") {
    ByteWriter writer;
    writer.u64(0xfedc'ba98'7654'3210U);
    writer.f32(-0.0F);
    for (const std::uint64_t bits : sonde::testing::not_finite_bits) writer.u64(bits);
    writer.f32s(std::vector<float>{1.5F, -2.5F});
    writer.f64s({});
    writer.u64s(std::vector<std::uint64_t>{3, 4});
    writer.text("");

    ByteReader reader{writer.bytes()};
    CHECK(reader.u64() == 0xfedc'ba98'7654'3210U);
    CHECK(std::bit_cast<std::uint32_t>(reader.f32()) == 0x8000'0000U);
    for (const std::uint64_t bits : sonde::testing::not_finite_bits)
        CHECK(std::bit_cast<std::uint64_t>(reader.f64()) == bits);
    CHECK(reader.f32s() == std::vector<float>{1.5F, -2.5F});
    CHECK(reader.f64s().empty());
    CHECK(reader.u64s() == std::vector<std::uint64_t>{3, 4});
    CHECK(reader.text().empty());
    CHECK(reader.left() == 0);
    CHECK_NOTHROW(reader.finish());
}

TEST_CASE("ByteReader: refuses to read past the end", "[core]") {
    const auto three = bytes_of("abc");
    CHECK_THROWS_AS(ByteReader{three}.u32(), FormatError);
    CHECK_THROWS_AS(ByteReader{three}.f64(), FormatError);
    CHECK_THROWS_AS(ByteReader{three}.text(), FormatError);
    CHECK_THROWS_AS(ByteReader{{}}.u8(), FormatError);
    CHECK_THROWS_AS(ByteReader{three}.finish(), FormatError);
}

TEST_CASE("ByteReader: a number that must be finite is", "[core]") {
    for (const std::uint64_t bits : sonde::testing::not_finite_bits) {
        ByteWriter writer;
        writer.u64(bits);
        CHECK_THROWS_AS(ByteReader{writer.bytes()}.finite(), FormatError);
    }
}

TEST_CASE("ByteReader: an option beyond the last one is refused", "[core][boundary]") {
    const auto two = bytes_of("\x02");
    CHECK(ByteReader{two}.choice(2) == 2);
    CHECK_THROWS_AS(ByteReader{two}.choice(1), FormatError);
}

TEST_CASE("ByteReader: a huge length is refused before memory is taken for it", "[core]") {
    for (const std::uint64_t length :
         {std::uint64_t{3}, std::uint64_t{1} << 40, std::uint64_t{1} << 61, ~std::uint64_t{0}}) {
        ByteWriter writer;
        writer.u64(length);
        writer.u64(0);
        writer.u64(0);
        CAPTURE(length);
        CHECK_THROWS_AS(ByteReader{writer.bytes()}.f64s(), FormatError);
        CHECK_THROWS_AS(ByteReader{writer.bytes()}.u64s(), FormatError);
        CHECK_THROWS_AS(ByteReader{writer.bytes()}.length(8), FormatError);
    }
    ByteWriter writer;
    writer.u64(2);
    writer.f64(1);
    writer.f64(2);
    CHECK(ByteReader{writer.bytes()}.f64s().size() == 2);
}

TEST_CASE("to_bytes: from_bytes has the object back", "[core][law]") {
    const Pair pair{7, {1, 2, 3}};
    const Pair back = from_bytes<Pair>(to_bytes(pair));
    CHECK(back.first == 7);
    CHECK(back.second == pair.second);
}

TEST_CASE("from_bytes: every truncation and every extension is a FormatError", "[core]") {
    std::vector<std::byte> file = to_bytes(Pair{7, {1, 2, 3}});
    for (std::size_t size = 0; size < file.size(); ++size) {
        CAPTURE(size);
        CHECK_THROWS_AS(from_bytes<Pair>(std::span{file}.first(size)), FormatError);
    }
    file.push_back(std::byte{0});
    CHECK_THROWS_AS(from_bytes<Pair>(file), FormatError);
}

TEST_CASE("from_bytes: every flipped bit is a FormatError", "[core]") {
    std::vector<std::byte> file = to_bytes(Pair{7, {1, 2, 3}});
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
        file[bit / 8] ^= std::byte{1} << (bit % 8);
        CAPTURE(bit);
        CHECK_THROWS_AS(from_bytes<Pair>(file), FormatError);
        file[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    CHECK_NOTHROW(from_bytes<Pair>(file));
}

TEST_CASE("from_bytes: another type and a newer version are FormatErrors that say so", "[core]") {
    CHECK_THROWS_WITH(from_bytes<Other>(to_bytes(Pair{})), "ByteReader: holds something else than OTHR");
    CHECK_THROWS_WITH(from_bytes<Older>(to_bytes(Pair{})), "ByteReader: version 2 is not one of 1 to 1");
}

TEST_CASE("from_bytes: an older version stays readable", "[core]") {
    ByteWriter writer;
    writer.format(Older::format);
    writer.f64s(std::vector<double>{4, 5});
    const Pair pair = from_bytes<Pair>(detail::seal(writer.bytes()));
    CHECK(pair.first == 1);
    CHECK(pair.second == std::vector<double>{4, 5});
}

TEST_CASE("from_bytes: something left over behind the state is a FormatError", "[core]") {
    ByteWriter writer;
    write_object(writer, Pair{1, {}});
    writer.u8(0);
    CHECK_THROWS_AS(from_bytes<Pair>(detail::seal(writer.bytes())), FormatError);
}

TEST_CASE("write_object: objects nest", "[core]") {
    ByteWriter writer;
    write_object(writer, Pair{1, {2}});
    write_object(writer, Pair{3, {}});
    ByteReader reader{writer.bytes()};
    CHECK(read_object<Pair>(reader).first == 1);
    CHECK(read_object<Pair>(reader).first == 3);
    CHECK_THROWS_AS(read_object<Pair>(reader), FormatError);
}
