// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "support/catch.hpp"
#include "text_source.hpp"
#include "tools/sonde/errors.hpp"
#include "tools/sonde/row_source.hpp"

using Catch::Matchers::ContainsSubstring;
using sonde::testing::TextSource;
using sonde::tool::FeatureChoice;
using sonde::tool::open_rows;
using sonde::tool::PeekableSource;
using sonde::tool::RunError;
using sonde::tool::UsageError;

namespace {

/// What numpy.save writes, version 1: NEP 1, "A Simple File Format for NumPy Arrays".
std::string npy(const std::string& dictionary, const std::string& data, int version = 1) {
    std::string header = dictionary + "\n";
    std::string size{static_cast<char>(header.size() & 255U), static_cast<char>(header.size() >> 8U)};
    if (version > 1) size += std::string(2, '\0');
    return std::string{"\x93NUMPY"} + static_cast<char>(version) + '\0' + size + header + data;
}
std::string dictionary(const std::string& descr, const std::string& shape, const char* fortran = "False") {
    return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

/// Little-endian, whatever the machine.
template <class T>
std::string bytes_of(std::vector<T> values) {
    sonde::ByteWriter writer;
    for (const T value : values) {
        if constexpr (std::is_same_v<T, float>) writer.f32(value);
        if constexpr (std::is_same_v<T, double>) writer.f64(value);
        if constexpr (std::is_integral_v<T>)
            for (std::size_t i = 0; i < sizeof(T); ++i)
                writer.u8(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
    return {reinterpret_cast<const char*>(writer.bytes().data()), writer.bytes().size()};
}

struct Table {
    std::vector<std::vector<float>> rows;
    std::vector<std::string> problems, names;
};

Table read(const std::string& text, FeatureChoice choice = {}, bool labelled = false, std::size_t piece = 7) {
    TextSource source{text, piece};
    PeekableSource bytes{source};
    const auto rows = open_rows(bytes, std::move(choice));
    rows->start();
    Table table;
    while (rows->next()) {
        const auto problem = rows->read(labelled);
        if (problem.empty())
            table.rows.emplace_back(rows->row().begin(), rows->row().end());
        else
            table.problems.push_back(rows->place() + ": " + problem);
    }
    table.names = rows->features().names;
    return table;
}

const std::vector<std::vector<float>> two_by_three{{1, 2, 3}, {4, 5, 6}};

template <class T>
void check_type(const char* descr) {
    INFO(descr);
    const auto table = read(npy(dictionary(descr, "(2, 3)"), bytes_of<T>({1, 2, 3, 4, 5, 6})));
    CHECK(table.rows == two_by_three);
    if (!std::is_unsigned_v<T>) {
        const auto negative = read(npy(dictionary(descr, "(1,)"), bytes_of<T>({static_cast<T>(-3)})));
        CHECK(negative.rows == std::vector<std::vector<float>>{{-3}});
    }
}

std::string idx(const std::string& head, const std::string& data) {
    return std::string(2, '\0') + head + data;
}
std::string sizes(std::initializer_list<unsigned> dimensions) {
    std::string text;
    for (const unsigned size : dimensions)
        for (const unsigned shift : {24U, 16U, 8U, 0U}) text += static_cast<char>((size >> shift) & 255U);
    return text;
}

}  // namespace

TEST_CASE("npy: every type of numbers, in any version, byte by byte or at once", "[tool][array]") {
    check_type<std::uint8_t>("|u1");
    check_type<std::uint16_t>("<u2");
    check_type<std::uint32_t>("<u4");
    check_type<std::uint64_t>("<u8");
    check_type<std::int8_t>("|i1");
    check_type<std::int16_t>("<i2");
    check_type<std::int32_t>("<i4");
    check_type<std::int64_t>("<i8");
    check_type<float>("<f4");
    check_type<double>("<f8");
    const auto data = bytes_of<float>({1, 2, 3, 4, 5, 6});
    for (const int version : {1, 2, 3})
        for (const std::size_t piece : {1U, 1000U})
            CHECK(read(npy(dictionary("<f4", "(2, 3)"), data, version), {}, false, piece).rows ==
                  two_by_three);
}

TEST_CASE("npy: the first dimension counts rows, all others are one row", "[tool][array]") {
    const auto data = bytes_of<float>({1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(read(npy(dictionary("<f4", "(2, 2, 2)"), data)).rows ==
          std::vector<std::vector<float>>{{1, 2, 3, 4}, {5, 6, 7, 8}});
    CHECK(read(npy(dictionary("<f4", "(8,)"), data)).rows.size() == 8);
    CHECK(read(npy(dictionary("<f4", "(0, 3)"), "")).rows.empty());
    CHECK(read(npy(dictionary("<f4", "(2, 4)"), data)).names == std::vector<std::string>{"1", "2", "3", "4"});
}

TEST_CASE("npy: columns can be chosen by number, one can be the label", "[tool][array]") {
    const auto text = npy(dictionary("<f4", "(3, 3)"), bytes_of<float>({1, 0, 3, 4, 1, 6, 7, 2, 9}));
    FeatureChoice choice;
    choice.columns = {"3", "1"};
    CHECK(read(text, choice).rows == std::vector<std::vector<float>>{{3, 1}, {6, 4}, {9, 7}});
    choice.columns = {"4"};
    CHECK_THROWS_WITH(read(text, choice), "--columns is '4', must be 1 to 3");
    FeatureChoice labelled;
    labelled.label = "2";
    const auto table = read(text, labelled, true);
    CHECK(table.rows == std::vector<std::vector<float>>{{1, 3}, {4, 6}});
    CHECK(table.problems == std::vector<std::string>{"row 3: the label is 2, must be 0 or 1"});
    FeatureChoice named;
    named.header = true;
    CHECK_THROWS_AS(read(text, named), UsageError);
}

TEST_CASE("npy: a row with what is not finite, or no float, is bad", "[tool][array]") {
    using Limits = std::numeric_limits<double>;
    const auto table = read(npy(dictionary("<f8", "(4, 1)"),
                                bytes_of<double>({1, Limits::quiet_NaN(), -Limits::infinity(), 1e39})));
    CHECK(table.rows.size() == 1);
    CHECK(table.problems == std::vector<std::string>{"row 2: column 1 is not finite",
                                                     "row 3: column 1 is not finite",
                                                     "row 4: column 1 is 1e+39, out of a float's range"});
}

TEST_CASE("npy: what is not as numpy.save writes it is refused", "[tool][array]") {
    const auto data = bytes_of<float>({1, 2, 3, 4, 5, 6});
    const auto refused = [&](const std::string& header, const char* why) {
        INFO(header);
        CHECK_THROWS_WITH(read(npy(header, data)), ContainsSubstring(why));
    };
    refused(dictionary("<f4", "(2, 3)", "True"), "columns one after the other: numpy.ascontiguousarray");
    refused(dictionary("<f4", "(2, 3)", "Maybe"), "neither True nor False");
    refused(dictionary(">f4", "(2, 3)"), "type '>f4'");
    refused(dictionary("<f2", "(2, 3)"), "type '<f2'");
    refused(dictionary("|O", "(2, 3)"), "type '|O'");
    refused(dictionary("<f4", "()"), "a single number has no rows");
    refused(dictionary("<f4", "(2, 0)"), "a row of 0 numbers");
    refused(dictionary("<f4", "(2, 70000)"), "a row of 70000 numbers, must be 1 to 65536");
    refused(dictionary("<f4", "(1, 4294967296, 4294967296)"), "a row of 4294967296 x 4294967296");
    refused(dictionary("<f4", "(-2, 3)"), "no whole number");
    refused(dictionary("<f4", "(99999999999999999999, 3)"), "no whole number");
    refused(dictionary("<f4", "(2; 3)"), "no ')'");
    refused("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", "no '''");
    refused("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
            "'descr' in the header");
    refused("{'descr': '<f4', 'order': False, 'shape': (2,)}", "'order' in the header");
    refused("{'descr': '<f4', 'shape': (2,)}", "without descr, fortran_order or shape");
    refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", "behind the header's end");
    refused("{'descr': '<f4", "never closed");
    refused(dictionary("<f4", "(2, 2)"), "goes on behind its 2 rows");
    refused(dictionary("<f4", "(3, 3)"), "ends in row 3 of 3");
    CHECK_THROWS_WITH(read(npy(dictionary("<f4", "(2, 3)"), data, 4)),
                      ContainsSubstring("version 4, must be 1, 2 or 3"));
    std::string huge = npy(dictionary("<f4", "(2, 3)"), data, 2);
    huge[11] = '\x7F';
    CHECK_THROWS_WITH(read(huge), ContainsSubstring("a header of over 64 KiB"));
}

TEST_CASE("npy, idx: a file that is cut anywhere is refused", "[tool][array]") {
    for (const auto& text : {npy(dictionary("<f4", "(2, 3)"), bytes_of<float>({1, 2, 3, 4, 5, 6})),
                             idx("\x08\x02" + sizes({2, 3}), "abcdef")}) {
        for (std::size_t size = 7; size < text.size(); ++size)
            CHECK_THROWS_AS(read(text.substr(0, size)), RunError);
        CHECK(read(text).rows.size() == 2);
    }
}

TEST_CASE("idx: bytes are shades from 0 to 1, other numbers are as they are", "[tool][array]") {
    const auto images = read(idx("\x08\x03" + sizes({2, 2, 2}), std::string{"\0\xFF\x80\1\0\0\0\xFF", 8}));
    CHECK(images.rows == std::vector<std::vector<float>>{{0, 1, 128.0F / 255, 1.0F / 255}, {0, 0, 0, 1}});
    CHECK(read(idx("\x09\x01" + sizes({2}), "\xFE\x01")).rows == std::vector<std::vector<float>>{{-2}, {1}});
    CHECK(read(idx("\x0B\x01" + sizes({2}), std::string{"\xFF\xFE\x01\0", 4})).rows ==
          std::vector<std::vector<float>>{{-2}, {256}});
    CHECK(read(idx("\x0C\x01" + sizes({1}), std::string{"\0\0\1\2", 4})).rows ==
          std::vector<std::vector<float>>{{258}});
    CHECK(read(idx("\x0D\x01" + sizes({1}), std::string{"\x3F\xC0\0\0", 4})).rows ==
          std::vector<std::vector<float>>{{1.5F}});
    CHECK(read(idx("\x0E\x01" + sizes({1}), std::string{"\x40\x04\0\0\0\0\0\0", 8})).rows ==
          std::vector<std::vector<float>>{{2.5F}});
    // To the bit what a division in float gives, for every shade.
    std::string shades;
    for (int shade = 0; shade < 256; ++shade) shades += static_cast<char>(shade);
    const auto all = read(idx("\x08\x02" + sizes({1, 256}), shades));
    for (std::size_t shade = 0; shade < 256; ++shade)
        CHECK(all.rows[0][shade] == static_cast<float>(shade) / 255.0F);
}

TEST_CASE("idx: what is none is refused, or taken for CSV", "[tool][array]") {
    CHECK_THROWS_WITH(read(idx("\x08\x02" + sizes({1, 2}), "abc")),
                      "idx: the file goes on behind its 1 rows");
    CHECK_THROWS_WITH(read(idx(std::string{"\x08\0", 2}, "")), "idx: a single number has no rows");
    CHECK_THROWS_WITH(read(idx("\x08\x02" + sizes({1, 0}), "")), ContainsSubstring("a row of 0 numbers"));
    for (const std::string text : {"1,2\n3,4\n", "\n"}) CHECK_NOTHROW(read(text));
    CHECK(read("1,2\n3,4\n5,6\n").rows.size() == 3);
}
