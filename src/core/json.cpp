// SPDX-License-Identifier: Apache-2.0
#include "core/json.hpp"

#include <charconv>
#include <set>
#include <system_error>

#include "core/utf8.hpp"
#include "sonde/core/error.hpp"

namespace sonde::detail {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& to, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { to += static_cast<char>(byte); };
    const auto tail = [&](std::uint32_t shift) { put(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xC0 | (code >> 6));
    } else {
        if (code < 0x1'0000) {
            put(0xE0 | (code >> 12));
        } else {
            put(0xF0 | (code >> 18));
            tail(12);
        }
        tail(6);
    }
    tail(0);
}

}  // namespace

void JsonReader::fail(std::string_view what) const {
    fail_format(where_, ("byte " + std::to_string(at_) + ": ").append(what));
}

void JsonReader::skip_space() noexcept {
    while (at_ < text_.size() && std::string_view{" \t\n\r"}.find(text_[at_]) != std::string_view::npos)
        ++at_;
}

bool JsonReader::next_is(char c) noexcept {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
}

void JsonReader::expect(char c, std::string_view what) {
    if (!next_is(c)) fail(std::string{"expected "}.append(what));
}

void JsonReader::object(FunctionRef<void(const std::string& key)> member) {
    expect('{', "an object");
    if (next_is('}')) return;
    std::set<std::string> keys;
    do {
        const auto [key, is_new] = keys.insert(text());
        if (!is_new) fail("the key \"" + shown(*key) + "\" a second time");
        expect(':', "':'");
        member(*key);
    } while (next_is(','));
    expect('}', "',' or '}'");
}

void JsonReader::array(FunctionRef<void()> element) {
    expect('[', "an array");
    if (next_is(']')) return;
    do element();
    while (next_is(','));
    expect(']', "',' or ']'");
}

std::string JsonReader::text() {
    expect('"', "a string");
    std::string value;
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (static_cast<unsigned char>(c) < 0x20) fail("a control character in a string");
        const Utf8Step step = utf8_step(text_.substr(at_));
        if (!step.valid) fail("not UTF-8");
        if (c != '"' && c != '\\') value += text_.substr(at_, step.length);
        at_ += step.length;
        if (c == '"') return value;
        if (c == '\\') escape(value);
    }
    fail("a string without end");
}

void JsonReader::escape(std::string& value) {
    constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    if (at_ == text_.size()) fail("a string without end");
    const char letter = text_[at_++];
    if (const std::size_t i = letters.find(letter); i != std::string_view::npos) {
        value += meanings[i];
        return;
    }
    if (letter != 'u') fail("an escape that does not exist");
    std::uint32_t code = hex4();
    if (code >= 0xD800 && code < 0xE000) {  // of UTF-16, where a high one and a low one are one character
        if (code >= 0xDC00 || text_.substr(at_, 2) != "\\u") fail("half a surrogate pair");
        at_ += 2;
        const std::uint32_t low = hex4();
        if (low < 0xDC00 || low >= 0xE000) fail("half a surrogate pair");
        code = 0x1'0000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(value, code);
}

std::uint32_t JsonReader::hex4() {
    std::uint32_t code = 0;
    const std::string_view four = text_.substr(at_, 4);
    const auto end = std::from_chars(four.data(), four.data() + four.size(), code, 16).ptr;
    if (four.size() < 4 || end != four.data() + 4) fail("an escape without four hexadecimal digits");
    at_ += 4;
    return code;
}

/// How many digits follow, at least one.
std::size_t JsonReader::digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    if (at_ == begin) fail("expected a digit");
    return at_ - begin;
}

std::uint64_t JsonReader::whole() {
    skip_space();
    const std::size_t begin = at_;
    if (begin == text_.size() || !is_digit(text_[begin])) fail("expected a whole number");
    const std::size_t length = digits();
    if (length > 1 && text_[begin] == '0') fail("a number that begins with 0");
    if (at_ < text_.size() && std::string_view{".eE"}.find(text_[at_]) != std::string_view::npos)
        fail("expected a whole number");
    std::uint64_t value = 0;
    if (std::from_chars(text_.data() + begin, text_.data() + at_, value).ec != std::errc{})
        fail("a number that is too large");
    return value;
}

double JsonReader::number() {
    skip_space();
    const std::size_t begin = at_;
    const auto take = [&](std::string_view any) {
        const bool found = at_ < text_.size() && any.find(text_[at_]) != std::string_view::npos;
        at_ += found ? 1 : 0;
        return found;
    };
    take("-");
    const std::size_t first = at_;
    if (at_ == text_.size() || !is_digit(text_[at_])) fail("expected a number");
    if (digits() > 1 && text_[first] == '0') fail("a number that begins with 0");
    if (take(".")) digits();
    if (take("eE")) {
        take("+-");
        digits();
    }
    double value = 0;
    if (std::from_chars(text_.data() + begin, text_.data() + at_, value).ec != std::errc{})
        fail("a number beyond the range of double");
    return value;
}

void JsonReader::finish() {
    skip_space();
    if (at_ != text_.size()) fail("something after the end");
}

std::string json_text(std::string_view text) {
    constexpr std::string_view letters = "\"\\bfnrt", meanings = "\"\\\b\f\n\r\t";
    std::string json{'"'};
    for (const char c : text) {
        if (const std::size_t i = meanings.find(c); i != std::string_view::npos) {
            (json += '\\') += letters[i];
        } else if (static_cast<unsigned char>(c) < 0x20) {
            constexpr std::string_view hex = "0123456789abcdef";
            const auto code = static_cast<unsigned char>(c);
            ((json += "\\u00") += hex[code >> 4]) += hex[code & 15];
        } else {
            json += c;
        }
    }
    return json += '"';
}

std::string shown(std::string_view name) {
    constexpr std::size_t longest = 64;
    std::string text{valid_utf8(name.substr(0, longest))};
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return name.size() > longest ? text + "..." : text;
}

}  // namespace sonde::detail
