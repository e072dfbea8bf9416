// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sonde/core/function_ref.hpp"

namespace sonde::detail {

/// Takes JSON text (RFC 8259) apart, value by value, each of the type that its caller expects; any other is an error.
/// So nothing nests deeper than the calls do, and no tree is built. Strict: UTF-8, no key twice in an object, nothing
/// after the value. Memory: the strings handed out, and the keys of the objects that are open.
/// Threading: single-writer. \throws FormatError  from every call: `where: byte 12: what`
class JsonReader {
public:
    /// Looks at `text` and `where`, which must live as long as the reader.
    JsonReader(std::string_view text, std::string_view where) noexcept : text_{text}, where_{where} {}

    /// Calls `member` with each key; it must take the value.
    void object(FunctionRef<void(const std::string& key)> member);
    /// Calls `element` at each element; it must take it.
    void array(FunctionRef<void()> element);
    [[nodiscard]] std::string text();
    /// A number without sign, fraction and exponent, below 2^64.
    [[nodiscard]] std::uint64_t whole();
    /// A number within the range of double.
    [[nodiscard]] double number();
    /// Nothing but white space is left.
    void finish();
    [[noreturn]] void fail(std::string_view what) const;

private:
    void skip_space() noexcept;
    [[nodiscard]] bool next_is(char c) noexcept;
    void expect(char c, std::string_view what);
    std::size_t digits();
    void escape(std::string& value);
    std::uint32_t hex4();

    std::string_view text_, where_;
    std::size_t at_ = 0;
};

/// `text`, which is UTF-8, as a JSON string with its quotation marks, as short as RFC 8259 allows.
[[nodiscard]] std::string json_text(std::string_view text);

/// The start of an untrusted name for a message: at most 64 bytes, no control characters.
[[nodiscard]] std::string shown(std::string_view name);

}  // namespace sonde::detail
