// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/bytes.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {
namespace {

constexpr std::string_view magic = "SNDE";
constexpr std::size_t header_size = 4 + 8;  // magic, size of the payload
constexpr std::size_t footer_size = 4;      // CRC-32 of all before it

constexpr std::array<std::uint32_t, 256> crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t c = i;
        for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) != 0 ? 0xedb8'8320U : 0U);
        table[i] = c;
    }
    return table;
}();

[[noreturn]] void corrupt(std::string_view what) { fail_format("ByteReader", what); }

}  // namespace

void ByteWriter::put(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void ByteWriter::f32(float value) { u32(std::bit_cast<std::uint32_t>(value)); }
void ByteWriter::f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }

void ByteWriter::f32s(std::span<const float> values) {
    u64(values.size());
    for (const float value : values) f32(value);
}

void ByteWriter::f64s(std::span<const double> values) {
    u64(values.size());
    for (const double value : values) f64(value);
}

void ByteWriter::u64s(std::span<const std::uint64_t> values) {
    u64(values.size());
    for (const std::uint64_t value : values) u64(value);
}

void ByteWriter::text(std::string_view value) {
    u64(value.size());
    for (const char c : value) u8(static_cast<std::uint8_t>(c));
}

void ByteWriter::format(const Format& format) {
    for (int i = 0; i < 4; ++i) u8(static_cast<std::uint8_t>(format.tag[i]));
    u16(format.version);
}

std::span<const std::byte> ByteReader::take(std::size_t size) {
    if (size > bytes_.size()) corrupt("truncated");
    const auto taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
}

std::uint64_t ByteReader::get(std::size_t size) {
    const auto taken = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
    return value;
}

float ByteReader::f32() { return std::bit_cast<float>(u32()); }
double ByteReader::f64() { return std::bit_cast<double>(u64()); }

double ByteReader::finite() {
    const double value = f64();
    if (!is_finite(value)) corrupt("a number is not finite");
    return value;
}

std::size_t ByteReader::length(std::size_t element_size) {
    const std::uint64_t count = u64();
    if (count > bytes_.size() / element_size) corrupt("a length exceeds what is left");
    return static_cast<std::size_t>(count);
}

std::vector<float> ByteReader::f32s() {
    std::vector<float> values(length(4));
    for (float& value : values) value = f32();
    return values;
}

std::vector<double> ByteReader::f64s() {
    std::vector<double> values(length(8));
    for (double& value : values) value = f64();
    return values;
}

std::vector<std::uint64_t> ByteReader::u64s() {
    std::vector<std::uint64_t> values(length(8));
    for (std::uint64_t& value : values) value = u64();
    return values;
}

std::string_view ByteReader::text() {
    const auto taken = take(length(1));
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
}

std::uint8_t ByteReader::choice(std::uint8_t last) {
    const std::uint8_t value = u8();
    if (value > last) corrupt("an option has a value that does not exist");
    return value;
}

std::uint16_t ByteReader::format(const Format& expected) {
    const auto tag = take(4);
    const std::string_view wanted{expected.tag, 4};
    if (std::memcmp(tag.data(), wanted.data(), 4) != 0)
        corrupt(std::string{"holds something else than "}.append(wanted));
    const std::uint16_t version = u16();
    if (version == 0 || version > expected.version)
        corrupt("version " + std::to_string(version) + " is not one of 1 to " +
                std::to_string(expected.version));
    return version;
}

void ByteReader::finish() const {
    if (!bytes_.empty()) corrupt(std::to_string(bytes_.size()) + " bytes too many");
}

std::uint32_t crc32(std::span<const std::byte> bytes) noexcept {
    std::uint32_t c = 0xffff'ffffU;
    for (const std::byte b : bytes) c = crc_table[(c ^ std::to_integer<std::uint32_t>(b)) & 0xff] ^ (c >> 8);
    return ~c;
}

namespace detail {

std::vector<std::byte> seal(std::span<const std::byte> payload) {
    ByteWriter file;
    for (const char c : magic) file.u8(static_cast<std::uint8_t>(c));
    file.u64(payload.size());
    for (const std::byte b : payload) file.u8(std::to_integer<std::uint8_t>(b));
    file.u32(crc32(file.bytes()));
    return {file.bytes().begin(), file.bytes().end()};
}

std::span<const std::byte> unseal(std::span<const std::byte> file) {
    if (file.size() < header_size + footer_size) corrupt("truncated");
    if (std::memcmp(file.data(), magic.data(), magic.size()) != 0) corrupt("not a file of sonde's");
    ByteReader header{file.subspan(magic.size())};
    const std::uint64_t size = header.u64();
    if (size != file.size() - header_size - footer_size)
        corrupt("the size in the header is not the size of the file");
    ByteReader footer{file.last(footer_size)};
    if (footer.u32() != crc32(file.first(file.size() - footer_size))) corrupt("checksum mismatch");
    return file.subspan(header_size, static_cast<std::size_t>(size));
}

}  // namespace detail
}  // namespace sonde
