// SPDX-License-Identifier: Apache-2.0
#include "exporters/text_format.hpp"

#include <bit>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::detail;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr const char* replaced = "\xEF\xBF\xBD";

std::string real(double value) {
    std::string out;
    append_real(out, value);
    return out;
}

std::string number(Number value) {
    std::string out;
    append_number(out, value);
    return out;
}

std::string bound(double value) {
    std::string out;
    append_bound(out, value);
    return out;
}

std::string escaped(std::string_view text, Quotes quotes = Quotes::escaped) {
    std::string out;
    append_escaped(out, text, quotes);
    return out;
}

}  // namespace

TEST_CASE("text numbers: the shortest form is written", "[exporters]") {
    CHECK(real(0) == "0");
    CHECK(real(0.1) == "0.1");
    CHECK(real(-2.5) == "-2.5");
    CHECK(real(1e-9) == "1e-09");
    CHECK(real(1e-307) == "1e-307");
    CHECK(real(infinite) == "+Inf");
    CHECK(real(-infinite) == "-Inf");
    CHECK(real(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

#if !defined(__FAST_MATH__)  // where the processor takes them for 0
TEST_CASE("text numbers: subnormal numbers are written", "[exporters]") { CHECK(real(5e-324) == "5e-324"); }
#endif

TEST_CASE("text numbers: every normal double reads back the same", "[exporters][law]") {
    Rng rng{7};
    for (int i = 0; i < 100'000; ++i) {
        const auto value = std::bit_cast<double>(rng.next());
        const auto exponent = std::bit_cast<std::uint64_t>(value) >> 52 & 0x7FF;
        if (exponent == 0x7FF || exponent == 0) continue;
        const std::string text = real(value), bound_text = bound(value);
        REQUIRE(std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)) ==
                std::bit_cast<std::uint64_t>(value));
        REQUIRE(std::bit_cast<std::uint64_t>(std::strtod(bound_text.c_str(), nullptr)) ==
                std::bit_cast<std::uint64_t>(value));
    }
}

TEST_CASE("text numbers: integers keep every digit", "[exporters]") {
    CHECK(number(Number::of(std::uint64_t{0})) == "0");
    CHECK(number(Number::of(std::uint64_t{100'000})) == "100000");
    CHECK(number(Number::of(std::uint64_t{9'007'199'254'740'993})) == "9007199254740993");  // 2^53 + 1
    CHECK(number(Number::of(std::numeric_limits<std::uint64_t>::max())) == "18446744073709551615");
    CHECK(number(Number::of(0.25)) == "0.25");
}

TEST_CASE("text bounds: always floats, scientific below 1e-4 and from 1e6 on", "[exporters]") {
    const std::vector<std::pair<double, const char*>> cases = {
        {0, "0.0"},     {1, "1.0"},         {10, "10.0"},     {100'000, "100000.0"}, {999'999, "999999.0"},
        {1e6, "1e+06"}, {1.5e7, "1.5e+07"}, {0.25, "0.25"},   {0.0001, "0.0001"},    {0.00001, "1e-05"},
        {-1, "-1.0"},   {infinite, "+Inf"}, {0.005, "0.005"}, {1e100, "1e+100"},     {123456.5, "123456.5"}};
    for (const auto& [value, text] : cases) CHECK(bound(value) == text);
}

TEST_CASE("text escaping: backslash, newline, and the quote where asked", "[exporters]") {
    CHECK(escaped("a\\b\nc\"d") == R"(a\\b\nc\"d)");
    CHECK(escaped("a\\b\nc\"d", Quotes::kept) == R"(a\\b\nc"d)");
    CHECK(escaped("").empty());
    CHECK(escaped(R"(\n)") == R"(\\n)");
}

TEST_CASE("text UTF-8: well-formed text passes, to the edges of every row of the table", "[exporters]") {
    const std::vector<std::string> good = {"plain",
                                           "\xC2\x80",
                                           "\xDF\xBF",
                                           "\xE0\xA0\x80",
                                           "\xEC\xBF\xBF",
                                           "\xED\x9F\xBF",
                                           "\xEE\x80\x80",
                                           "\xEF\xBF\xBF",
                                           "\xF0\x90\x80\x80",
                                           "\xF4\x8F\xBF\xBF",
                                           "\xE4\xBD\xA0\xC3\xBC"};
    for (const std::string& text : good) CHECK(escaped(text) == text);
}

TEST_CASE("text UTF-8: every maximal part that is none becomes one U+FFFD", "[exporters]") {
    // Unicode 15, tables 3-8 to 3-11, and the edges.
    const std::vector<std::pair<std::string, int>> bad = {
        {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82", 8},  // overlong
        {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF", 8},  // surrogates
        {"\xF4\x91\x92\x93\xFF", 5},              // above U+10FFFF
        {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF", 4},  // cut short
        {"\x80", 1},
        {"\xC2", 1},
        {"\xC1\xBF", 2},
        {"\xF5\x80", 2},
        {"\xE0\x9F\xBF", 3},
        {"\xF0\x8F\xBF\xBF", 4},
        {"\xF4\x90\x80\x80", 4},
        {"\xF0\x90\x80", 1}};
    for (const auto& [text, count] : bad) {
        std::string expected = "a";
        for (int i = 0; i < count; ++i) expected += replaced;
        CHECK(escaped("a" + text + "b") == expected + "b");
    }
    CHECK(escaped("\xE2\x82\n") == std::string{replaced} + "\\n");  // a cut one swallows nothing
}
