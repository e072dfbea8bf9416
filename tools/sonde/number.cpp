// SPDX-License-Identifier: Apache-2.0
#include "number.hpp"

#include <fmt/format.h>

#include <charconv>

#include "sonde/core/numeric.hpp"

namespace sonde::tool {

ParsedNumber parse_number(std::string_view text) noexcept {
    text = trimmed(text);
    if (text.empty()) return {0, NumberFault::empty};
    // from_chars knows no plus sign; a sign after it would make "+-1" a number.
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::invalid_argument || end != text.data() + text.size())
        return {0, NumberFault::not_a_number};
    if (error != std::errc{}) return {0, NumberFault::out_of_range};
    if (!is_finite(value)) return {0, NumberFault::not_finite};
    return {value, NumberFault::none};
}

std::string shown(std::string_view text) {
    constexpr std::size_t longest = 40;
    std::string out = "'";
    for (const char c : text.substr(0, longest)) {
        if (const auto byte = static_cast<unsigned char>(c); byte < 0x20 || byte == 0x7f)
            out += fmt::format("\\x{:02x}", byte);
        else
            out += c;
    }
    return out + (text.size() > longest ? "...'" : "'");
}

std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace sonde::tool
