// SPDX-License-Identifier: Apache-2.0
#include "array_header.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>

#include "errors.hpp"

namespace sonde::tool {
namespace {

std::uint64_t whole_of(const ArrayHeader& header, const char* bytes) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < header.item_size; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        const std::size_t place = header.big_endian ? header.item_size - 1 - i : i;
        value |= std::uint64_t{byte} << (8 * place);
    }
    return value;
}

double signed_of(std::uint64_t value, std::size_t size) noexcept {
    const auto unused = static_cast<unsigned>(64 - 8 * size);
    return static_cast<double>(static_cast<std::int64_t>(value << unused) >> unused);
}

struct IdxType {
    unsigned char code;
    ArrayHeader::Kind kind;
    std::size_t size;
};
constexpr IdxType idx_types[] = {
    {0x08, ArrayHeader::Kind::unsigned_whole, 1}, {0x09, ArrayHeader::Kind::signed_whole, 1},
    {0x0B, ArrayHeader::Kind::signed_whole, 2},   {0x0C, ArrayHeader::Kind::signed_whole, 4},
    {0x0D, ArrayHeader::Kind::floating, 4},       {0x0E, ArrayHeader::Kind::floating, 8},
};

const IdxType* idx_type_of(char code) {
    for (const IdxType& type : idx_types)
        if (type.code == static_cast<unsigned char>(code)) return &type;
    return nullptr;
}

}  // namespace

void set_shape(ArrayHeader& header, const std::vector<std::uint64_t>& shape) {
    if (shape.empty()) throw RunError{fmt::format("{}: a single number has no rows", header.format)};
    header.rows = shape[0];
    header.columns = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) {
        if (shape[i] == 0 || shape[i] > most_array_columns / header.columns)
            throw RunError{fmt::format("{}: a row of {} numbers, must be 1 to {}", header.format,
                                       fmt::join(shape.begin() + 1, shape.end(), " x "), most_array_columns)};
        header.columns *= static_cast<std::size_t>(shape[i]);
    }
}

bool is_idx(PeekableSource& source) {
    return source.begins_with({"\0\0", 2}) && source.peek(3).size() == 3 &&
           idx_type_of(source.peek(3)[2]) != nullptr;
}

ArrayHeader read_idx_header(PeekableSource& source) {
    std::array<char, 4> start{};
    const bool whole = source.read_all_of(start) == start.size();
    const IdxType* const type = idx_type_of(start[2]);
    if (!whole || type == nullptr) throw RunError{"idx: the file ends in its header"};
    ArrayHeader header{.format = "idx", .kind = type->kind, .item_size = type->size, .big_endian = true};
    if (header.kind == ArrayHeader::Kind::unsigned_whole) header.scale = 1.0 / 255;
    const ArrayHeader size{
        .format = "idx", .kind = ArrayHeader::Kind::unsigned_whole, .item_size = 4, .big_endian = true};
    std::vector<std::uint64_t> shape(static_cast<unsigned char>(start[3]));
    for (std::uint64_t& dimension : shape) {
        std::array<char, 4> bytes{};
        if (source.read_all_of(bytes) < bytes.size()) throw RunError{"idx: the file ends in its header"};
        dimension = whole_of(size, bytes.data());
    }
    set_shape(header, shape);
    return header;
}

double item_of(const ArrayHeader& header, const char* bytes) noexcept {
    const std::uint64_t value = whole_of(header, bytes);
    switch (header.kind) {
        case ArrayHeader::Kind::unsigned_whole:
            return header.scale * static_cast<double>(value);
        case ArrayHeader::Kind::signed_whole:
            return header.scale * signed_of(value, header.item_size);
        case ArrayHeader::Kind::floating:
            break;
    }
    if (header.item_size == 4)
        return header.scale * static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(value)));
    return header.scale * std::bit_cast<double>(value);
}

}  // namespace sonde::tool
