// SPDX-License-Identifier: Apache-2.0
#include "core/json.hpp"

#include <string>
#include <vector>

#include "sonde/core/error.hpp"
#include "support/catch.hpp"

using namespace sonde;
using detail::JsonReader;

namespace {

/// What the reader says of a text from which `take` takes a value.
template <class Take>
std::string complaint(std::string_view text, Take take) {
    try {
        JsonReader json{text, "test"};
        take(json);
        json.finish();
    } catch (const FormatError& error) {
        return error.what();
    }
    return "none";
}

const auto take_text = [](JsonReader& json) { static_cast<void>(json.text()); };
const auto take_whole = [](JsonReader& json) { static_cast<void>(json.whole()); };
const auto take_number = [](JsonReader& json) { static_cast<void>(json.number()); };
const auto take_texts = [](JsonReader& json) {
    auto member = [&](const std::string&) { static_cast<void>(json.text()); };
    json.object(member);
};
const auto take_wholes = [](JsonReader& json) {
    auto element = [&] { static_cast<void>(json.whole()); };
    json.array(element);
};

std::string text_of(std::string_view json) { return JsonReader{json, "test"}.text(); }

}  // namespace

TEST_CASE("JsonReader: takes objects, arrays, strings and numbers, with white space anywhere", "[core]") {
    JsonReader json{" {\"a\" : [ 1 ,\t2,3 ] , \"b\":{}, \"c\":[],\r\n\"d\": -1.5e2 , \"e\":\"f\"} ", "test"};
    std::vector<std::string> keys;
    std::vector<std::uint64_t> wholes;
    auto element = [&] { wholes.push_back(json.whole()); };
    auto nothing = [](const std::string&) { FAIL("a member in an empty object"); };
    auto member = [&](const std::string& key) {
        keys.push_back(key);
        if (key == "a" || key == "c") json.array(element);
        if (key == "b") json.object(nothing);
        if (key == "d") CHECK(json.number() == -150);
        if (key == "e") CHECK(json.text() == "f");
    };
    json.object(member);
    json.finish();
    CHECK(keys == std::vector<std::string>{"a", "b", "c", "d", "e"});
    CHECK(wholes == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("JsonReader: escapes are the characters that RFC 8259 says", "[core]") {
    CHECK(text_of(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(text_of(R"("\u0041\u00e9\u20AC\ud83d\ude00")") == "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(text_of(R"("\u0000")") == std::string(1, '\0'));
    CHECK(text_of("\"\xF0\x9F\x98\x80\x7F\"") == "\xF0\x9F\x98\x80\x7F");
}

TEST_CASE("JsonReader: the largest whole number is 2^64 - 1", "[core]") {
    CHECK(JsonReader{"18446744073709551615", "test"}.whole() == ~std::uint64_t{0});
    CHECK(JsonReader{"0", "test"}.whole() == 0);
    CHECK(complaint("18446744073709551616", take_whole) == "test: byte 20: a number that is too large");
}

TEST_CASE("JsonReader: what is not strict JSON of the expected type is refused, and it says where",
          "[core]") {
    CHECK(complaint("1", take_text) == "test: byte 0: expected a string");
    CHECK(complaint("\"a", take_text) == "test: byte 2: a string without end");
    CHECK(complaint("\"a\\", take_text) == "test: byte 3: a string without end");
    CHECK(complaint("\"a\nb\"", take_text) == "test: byte 2: a control character in a string");
    CHECK(complaint("\"\x80\"", take_text) == "test: byte 1: not UTF-8");
    CHECK(complaint("\"\xED\xA0\x80\"", take_text) == "test: byte 1: not UTF-8");
    CHECK(complaint(R"("\x")", take_text) == "test: byte 3: an escape that does not exist");
    CHECK(complaint(R"("\u12g4")", take_text) == "test: byte 3: an escape without four hexadecimal digits");
    CHECK(complaint(R"("\u-123")", take_text) == "test: byte 3: an escape without four hexadecimal digits");
    CHECK(complaint(R"("\u12)", take_text) == "test: byte 3: an escape without four hexadecimal digits");
    for (const char* half : {R"("\ud83d")", R"("\ude00")", R"("\ud83d\u0041")", R"("\ud83dx")"})
        CHECK_THAT(complaint(half, take_text), Catch::EndsWith("half a surrogate pair"));
    CHECK(complaint("\"a\" x", take_text) == "test: byte 4: something after the end");
    for (const char* number : {"-1", "", "x", "+1", ".5"})
        CHECK(complaint(number, take_whole) == "test: byte 0: expected a whole number");
    for (const char* number : {"1.5", "1e2", "1E2"})
        CHECK(complaint(number, take_whole) == "test: byte 1: expected a whole number");
    CHECK(complaint("01", take_whole) == "test: byte 2: a number that begins with 0");
    CHECK(complaint("-01.5", take_number) == "test: byte 3: a number that begins with 0");
    for (const char* number : {"NaN", "Infinity", "true", "+1", ".5", "\"1\""})
        CHECK(complaint(number, take_number) == "test: byte 0: expected a number");
    CHECK(complaint("1.", take_number) == "test: byte 2: expected a digit");
    CHECK(complaint("1e+", take_number) == "test: byte 3: expected a digit");
    CHECK(complaint("1e999", take_number) == "test: byte 5: a number beyond the range of double");
    CHECK(complaint("[]", take_texts) == "test: byte 0: expected an object");
    CHECK(complaint("{\"a\"}", take_texts) == "test: byte 4: expected ':'");
    CHECK(complaint("{\"a\":\"\",}", take_texts) == "test: byte 8: expected a string");
    CHECK(complaint("{\"a\":\"\"", take_texts) == "test: byte 7: expected ',' or '}'");
    CHECK(complaint("{\"a\":\"\" \"b\":\"\"}", take_texts) == "test: byte 8: expected ',' or '}'");
    CHECK(complaint("{\"a\":\"\",\"\\u0061\":\"\"}", take_texts) ==
          "test: byte 16: the key \"a\" a second time");
    CHECK(complaint("{}", take_wholes) == "test: byte 0: expected an array");
    CHECK(complaint("[1,]", take_wholes) == "test: byte 3: expected a whole number");
    CHECK(complaint("[1 2]", take_wholes) == "test: byte 3: expected ',' or ']'");
    CHECK(complaint("[[1]]", take_wholes) == "test: byte 1: expected a whole number");
}

TEST_CASE("json_text: is the string again when it is read, whatever it holds", "[core]") {
    std::string all;
    for (char c = 0; c < 0x7F; ++c) all += c;
    all += "\xE2\x82\xAC";
    CHECK(text_of(detail::json_text(all)) == all);
    CHECK(detail::json_text("a\"b\\\n\x01") == R"("a\"b\\\n\u0001")");
}

TEST_CASE("shown: an untrusted name is short and harmless in a message", "[core]") {
    CHECK(detail::shown("0.weight") == "0.weight");
    CHECK(detail::shown("a\n\x7F\x80") == "a??\xEF\xBF\xBD");
    CHECK(detail::shown(std::string(65, 'x')) == std::string(64, 'x') + "...");
}
