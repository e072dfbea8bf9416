// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sonde::tool {

/// What a text is as a number.
enum class NumberFault : std::uint8_t {
    none,
    empty,
    not_a_number,  ///< also a number with something behind it
    not_finite,    ///< `nan`, `inf`
    out_of_range,  ///< no double is near it: 1e999, 1e-999
};

/// A text read as a double.
struct ParsedNumber {
    double value = 0;  ///< finite; 0 unless fault is none
    NumberFault fault = NumberFault::none;
};

/// Reads all of `text`, decimal or scientific, with a point and an optional sign, spaces around it allowed.
/// Does not depend on the locale. Cost: about 20 ns.
[[nodiscard]] ParsedNumber parse_number(std::string_view text) noexcept;

/// `text` as it can be shown in a message: in quotes, control characters escaped, cut after 40 bytes.
[[nodiscard]] std::string shown(std::string_view text);

/// Without the spaces and tabs around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Lower case, ASCII letters only.
[[nodiscard]] std::string lower(std::string_view text);

}  // namespace sonde::tool
