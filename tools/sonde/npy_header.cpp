// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>

#include "array_header.hpp"
#include "errors.hpp"
#include "number.hpp"

namespace sonde::tool {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = std::size_t{1} << 16U;

[[noreturn]] void refuse(std::string_view why) { throw RunError{fmt::format("npy: {}", why)}; }

/// Reads the literal of a Python dictionary, as `numpy.save` writes it.
class Literal {
public:
    explicit Literal(std::string_view text) : text_{text} {}

    /// Takes the sign, if it comes next.
    bool take(char sign) {
        skip_spaces();
        if (!text_.starts_with(sign)) return false;
        text_.remove_prefix(1);
        return true;
    }
    void expect(char sign) {
        if (!take(sign)) refuse(fmt::format("no '{}' where the header should have one", sign));
    }
    std::string_view quoted() {
        const char quote = take('"') ? '"' : '\'';
        if (quote == '\'') expect('\'');
        const auto end = text_.find(quote);
        if (end == text_.npos) refuse("a quote in the header that is never closed");
        const auto inside = text_.substr(0, end);
        text_.remove_prefix(end + 1);
        return inside;
    }
    bool truth() {
        skip_spaces();
        for (const std::string_view word : {"True", "False"})
            if (text_.starts_with(word)) {
                text_.remove_prefix(word.size());
                return word == "True";
            }
        refuse("fortran_order is neither True nor False");
    }
    std::vector<std::uint64_t> tuple() {
        std::vector<std::uint64_t> numbers;
        expect('(');
        while (!take(')')) {
            numbers.push_back(number());
            if (!take(',')) {
                expect(')');
                break;
            }
        }
        return numbers;
    }
    void expect_end() {
        skip_spaces();
        if (!text_.empty()) refuse("something behind the header's end");
    }

private:
    void skip_spaces() {
        const auto first = text_.find_first_not_of(" \t\n");
        text_.remove_prefix(first == text_.npos ? text_.size() : first);
    }
    std::uint64_t number() {
        skip_spaces();
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (error != std::errc{}) refuse("a size in the shape that is no whole number");
        text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
        return value;
    }

    std::string_view text_;
};

void set_type(ArrayHeader& header, std::string_view descr) {
    using Kind = ArrayHeader::Kind;
    struct Type {
        std::string_view name;
        Kind kind;
        std::size_t size;
    };
    static constexpr Type types[] = {
        {"|b1", Kind::unsigned_whole, 1}, {"|u1", Kind::unsigned_whole, 1}, {"<u2", Kind::unsigned_whole, 2},
        {"<u4", Kind::unsigned_whole, 4}, {"<u8", Kind::unsigned_whole, 8}, {"|i1", Kind::signed_whole, 1},
        {"<i2", Kind::signed_whole, 2},   {"<i4", Kind::signed_whole, 4},   {"<i8", Kind::signed_whole, 8},
        {"<f4", Kind::floating, 4},       {"<f8", Kind::floating, 8},
    };
    for (const Type& type : types)
        if (type.name == descr) {
            header.kind = type.kind;
            header.item_size = type.size;
            return;
        }
    refuse(
        fmt::format("numbers of type {}, must be whole ones or floats of 4 or 8 bytes, little-endian: "
                    "array.astype('<f4')",
                    shown(descr)));
}

void parse(ArrayHeader& header, std::string_view text) {
    std::optional<std::string_view> descr;
    std::optional<bool> fortran;
    std::optional<std::vector<std::uint64_t>> shape;
    Literal literal{text};
    literal.expect('{');
    while (!literal.take('}')) {
        const auto key = literal.quoted();
        literal.expect(':');
        if (key == "descr" && !descr)
            descr = literal.quoted();
        else if (key == "fortran_order" && !fortran)
            fortran = literal.truth();
        else if (key == "shape" && !shape)
            shape = literal.tuple();
        else
            refuse(fmt::format("{} in the header, which does not belong there", shown(key)));
        if (!literal.take(',')) {
            literal.expect('}');
            break;
        }
    }
    literal.expect_end();
    if (!descr || !fortran || !shape) refuse("a header without descr, fortran_order or shape");
    if (*fortran) refuse("columns one after the other: numpy.ascontiguousarray(array) has rows");
    set_type(header, *descr);
    set_shape(header, *shape);
}

}  // namespace

bool is_npy(PeekableSource& source) { return source.begins_with(magic); }

ArrayHeader read_npy_header(PeekableSource& source) {
    std::string start(8, '\0');
    if (source.read_all_of(start) < start.size() || !start.starts_with(magic))
        refuse("the file ends in its header");
    const int major = static_cast<unsigned char>(start[6]);
    if (major < 1 || major > 3) refuse(fmt::format("version {}, must be 1, 2 or 3", major));
    std::string size_bytes(major == 1 ? 2 : 4, '\0');
    if (source.read_all_of(size_bytes) < size_bytes.size()) refuse("the file ends in its header");
    std::size_t size = 0;
    for (std::size_t i = 0; i < size_bytes.size(); ++i)
        size |= std::size_t{static_cast<unsigned char>(size_bytes[i])} << (8 * i);
    if (size > longest_header) refuse("a header of over 64 KiB");
    std::string text(size, '\0');
    if (source.read_all_of(text) < size) refuse("the file ends in its header");
    ArrayHeader header{.format = "npy"};
    parse(header, text);
    return header;
}

}  // namespace sonde::tool
