// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sonde::detail {

/// What stands for text that is not UTF-8: U+FFFD.
inline constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// How many bytes at the start of `text`, which is not empty, are one code point, or, when not `valid`, are
/// the longest part of one (Unicode 15, table 3-7; section 3.9 "U+FFFD Substitution of Maximal Subparts").
struct Utf8Step {
    std::size_t length;
    bool valid;
};
[[nodiscard]] Utf8Step utf8_step(std::string_view text) noexcept;

/// `text` with every maximal part that is not UTF-8 made one U+FFFD. What tells series apart goes through
/// here before it is compared, since exporters can write no other bytes.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace sonde::detail
